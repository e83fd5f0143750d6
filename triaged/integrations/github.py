"""`github`: action items as issues of a repository, on github.com or GitHub Enterprise.

Issues: https://docs.github.com/en/rest/issues/issues
Webhooks: https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import Malformed
from triaged.integrations import (
    PAGES_MAX,
    Callback,
    Changed,
    Exchange,
    IssueChange,
    IssueState,
    ReadChanges,
    TrackedAction,
    TrackIssue,
)
from triaged.integrations.common.issue_text import has_marker, markdown, title
from triaged.integrations.common.json_http import PER_PAGE, ask, checked_url, read
from triaged.integrations.common.signatures import check_hmac
from triaged.integrations.common.tracking import Step, tracked
from triaged.wire import Secret, decoded, instant

EVERY_US = SECOND
"""GitHub asks for a second between two requests that change something."""

OVERLAP_US = 2 * MINUTE
"""Read again: their clock is not ours, and a change may be listed late."""

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_REF = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+#[0-9]{1,12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Settings(msgspec.Struct, frozen=True):
    """Keys of an integration of kind `github`."""

    repository: str
    """Repository of the issues, as `owner/name`."""
    token: Secret
    """Token that may read and write issues of the repository."""
    url: str = "https://api.github.com"
    """Address of the API; of GitHub Enterprise, `https://<host>/api/v3`."""
    labels: tuple[str, ...] = ()
    """Labels of new issues."""
    assignees: Mapping[str, str] = {}
    """Accounts at GitHub by the names of people here. An account that cannot be assigned is left
    out."""
    webhook_secret: Secret | None = None
    """Secret of the webhook of the repository, which calls `/callbacks/<name>`. Unset: no
    callbacks, and changes are read each 15 minutes."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be asked. Raises ValueError."""
        checked_url(self.url)
        if not _REPOSITORY.fullmatch(self.repository):
            raise ValueError("repository must be owner/name")


class Issue(msgspec.Struct, frozen=True):
    """An issue as the API and webhooks show it."""

    number: int
    html_url: str
    state: str
    updated_at: datetime
    state_reason: str | None = None
    body: str | None = None
    pull_request: object = None


class IssuesEvent(msgspec.Struct, frozen=True):
    """The body of a webhook about an issue."""

    class Repository(msgspec.Struct, frozen=True):
        """The repository of the issue."""

        full_name: str

    action: str
    issue: Issue
    repository: Repository


def track(order: TrackIssue, settings: Settings, at: int) -> Exchange:  # noqa: ARG001 - contract
    """Have one issue for an action item: found, made or changed."""
    return tracked(order, _known(order.ref, settings), _Issues(settings))


class _Issues:
    """The issues of the repository."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self, action: TrackedAction, since: int) -> Step[str]:
        """The issue with the marker, among those that changed since then.

        The list shows an issue at once; their search finds it a while later.
        """
        query = {"sort": "created", "direction": "desc"}
        for page in range(1, PAGES_MAX + 1):
            issues = yield from _list(self._settings, since - OVERLAP_US, page, query)
            if isinstance(issues, TryAgain | Refused):
                return issues
            for issue in issues:
                if issue.pull_request is None and has_marker(issue.body, action):
                    return _ref(issue, self._settings)
            if len(issues) < PER_PAGE:
                break
        return ""

    def create(self, action: TrackedAction) -> Step[Done]:
        """Make an issue."""
        content = _content(action)
        if self._settings.labels:
            content["labels"] = list(self._settings.labels)
        if action.owner in self._settings.assignees:
            content["assignees"] = [self._settings.assignees[action.owner]]
        made = yield from self._write("POST", "issues", content)
        if isinstance(made, Refused) and made.error.startswith("HTTP 422"):
            made = yield from self._write("POST", "issues", _content(action))
        return made

    def change(self, ref: str, action: TrackedAction) -> Step[Done]:
        """Change title, body and state; people may have changed labels and assignees."""
        content = _content(action) | _state(action.state)
        return (yield from self._write("PATCH", f"issues/{ref.rpartition('#')[2]}", content))

    def _write(self, method: str, path: str, content: Mapping[str, object]) -> Step[Done]:
        url = f"{_base(self._settings)}/{path}"
        found = read((yield ask(method, url, _headers(self._settings), content)), Issue)
        return _done(found, self._settings) if isinstance(found, Issue) else found


def changes(order: ReadChanges, settings: Settings, at: int) -> Exchange:
    """Read the issues that have changed since an instant, the oldest change first."""
    found: list[IssueChange] = []
    query = {"sort": "updated", "direction": "asc"}
    for page in range(1, PAGES_MAX + 1):
        issues = yield from _list(settings, order.since - OVERLAP_US, page, query)
        if isinstance(issues, TryAgain | Refused):
            return issues
        found += [_change(each, settings) for each in issues if each.pull_request is None]
        if len(issues) < PER_PAGE:
            return Changed(tuple(found), at)
    return Changed(tuple(found), max([order.since, *(each.at for each in found)]))


def _list(settings: Settings, since: int, page: int, query: Mapping[str, str]) -> Step[list[Issue]]:
    known = {
        "state": "all",
        "since": (_EPOCH + timedelta(microseconds=max(since, 0))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "per_page": str(PER_PAGE),
        "page": str(page),
    }
    url = f"{_base(settings)}/issues?{urlencode({**known, **query})}"
    return read((yield ask("GET", url, _headers(settings))), list[Issue], changes=False)


def called(callback: Callback, settings: Settings) -> Sequence[IssueChange]:
    """The change in a callback. Raises `Unauthorized`, `Malformed`."""
    check_hmac(callback, "X-Hub-Signature-256", settings.webhook_secret)
    if not callback.headers.get("content-type", "").startswith("application/json"):
        raise Malformed("wrong_shape", "choose application/json as the webhook's content type")
    if callback.headers.get("x-github-event") != "issues":
        return ()
    event = decoded(msgspec.json.Decoder(IssuesEvent), callback.body)
    if event.repository.full_name.lower() != settings.repository.lower():
        return ()
    if event.action in ("deleted", "transferred"):
        return ()  # whoever does so decides nothing about the action item
    return (_change(event.issue, settings),)


def _content(action: TrackedAction) -> dict[str, object]:
    return {"title": title(action), "body": markdown(action)}


def _state(state: IssueState) -> dict[str, object]:
    match state:
        case "done":
            return {"state": "closed", "state_reason": "completed"}
        case "cancelled":
            return {"state": "closed", "state_reason": "not_planned"}
        case _:
            return {"state": "open"}


def _change(issue: Issue, settings: Settings) -> IssueChange:
    state: IssueState = "open"
    if issue.state == "closed":
        state = "cancelled" if issue.state_reason in ("not_planned", "duplicate") else "done"
    return IssueChange(_ref(issue, settings), issue.html_url, state, instant(issue.updated_at))


def _done(issue: Issue, settings: Settings) -> Done:
    return Done({"ref": _ref(issue, settings), "url": issue.html_url})


def _ref(issue: Issue, settings: Settings) -> str:
    return f"{settings.repository}#{issue.number}"


def _known(ref: str, settings: Settings) -> str:
    """The issue, if it is one of this repository; one of another is not ours any more."""
    of_ours = _REF.fullmatch(ref) and ref.partition("#")[0] == settings.repository
    return ref if of_ours else ""


def _base(settings: Settings) -> str:
    return f"{checked_url(settings.url)}/repos/{settings.repository}"


def _headers(settings: Settings) -> dict[str, str]:
    return {
        "accept": "application/vnd.github+json",
        "authorization": f"Bearer {settings.token.reveal()}",
        "x-github-api-version": "2022-11-28",
    }
