"""`gitlab`: action items as issues of a project, on gitlab.com or an own server.

Issues: https://docs.gitlab.com/api/issues/
Webhooks: https://docs.gitlab.com/user/project/integrations/webhook_events/#issue-events
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

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
from triaged.integrations.common.signatures import check_token
from triaged.integrations.common.tracking import Step, tracked
from triaged.wire import Secret, decoded, instant

EVERY_US = SECOND
"""gitlab.com allows 200 new issues a minute to each user; other people use the same server."""

OVERLAP_US = 2 * MINUTE
"""Read again: their clock is not ours, and a change may be listed late."""

_PROJECT = re.compile(r"[0-9]+|[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Settings(msgspec.Struct, frozen=True):
    """Keys of an integration of kind `gitlab`."""

    project: str
    """Project of the issues, as `group/project` or by its number."""
    token: Secret
    """Access token with the scope `api`."""
    url: str = "https://gitlab.com"
    """Address of the server."""
    labels: tuple[str, ...] = ()
    """Labels of new issues."""
    assignees: Mapping[str, int] = {}
    """Numbers of users at GitLab by the names of people here."""
    webhook_secret: Secret | None = None
    """Secret token of the webhook of the project, which calls `/callbacks/<name>`. Unset: no
    callbacks, and changes are read each 15 minutes."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be asked. Raises ValueError."""
        checked_url(self.url)
        if not _PROJECT.fullmatch(self.project):
            raise ValueError("project must be group/project, or its number")


class Issue(msgspec.Struct, frozen=True):
    """An issue as the API shows it."""

    iid: int
    web_url: str
    state: str
    updated_at: datetime
    description: str | None = None


class Attributes(msgspec.Struct, frozen=True):
    """The issue of a webhook; its instants are `2026-03-04 15:23:00 UTC` or RFC 3339."""

    iid: int
    state: str
    updated_at: str
    url: str = ""


class Project(msgspec.Struct, frozen=True):
    """The project of a webhook."""

    id: int
    path_with_namespace: str


class IssueHook(msgspec.Struct, frozen=True):
    """The body of a webhook about an issue."""

    object_attributes: Attributes
    project: Project


def track(order: TrackIssue, settings: Settings, at: int) -> Exchange:  # noqa: ARG001 - contract
    """Have one issue for an action item: found, made or changed."""
    of_ours = order.ref.rpartition("#")[0] == settings.project
    return tracked(order, order.ref if of_ours else "", _Issues(settings))


class _Issues:
    """The issues of the project."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self, action: TrackedAction, since: int) -> Step[str]:
        """The issue whose description has the marker."""
        query = {"search": action.id, "in": "description", "scope": "all"}
        found = yield from _list(self._settings, since - OVERLAP_US, 1, query)
        if isinstance(found, TryAgain | Refused):
            return found
        with_marker = (each for each in found if has_marker(each.description, action))
        return next((_ref(each.iid, self._settings) for each in with_marker), "")

    def create(self, action: TrackedAction) -> Step[Done]:
        """Make an issue."""
        content = _content(action)
        if self._settings.labels:
            content["labels"] = ",".join(self._settings.labels)
        if action.owner in self._settings.assignees:
            content["assignee_ids"] = [self._settings.assignees[action.owner]]
        return (yield from self._write("POST", "issues", content))

    def change(self, ref: str, action: TrackedAction) -> Step[Done]:
        """Change title, description and state; people may have changed labels and assignees.

        Closing what is closed already is refused by no version, and changes nothing.
        """
        event = "close" if action.state in ("done", "cancelled") else "reopen"
        content = _content(action) | {"state_event": event}
        return (yield from self._write("PUT", f"issues/{ref.rpartition('#')[2]}", content))

    def _write(self, method: str, path: str, content: Mapping[str, object]) -> Step[Done]:
        url = f"{_base(self._settings)}/{path}"
        found = read((yield ask(method, url, _headers(self._settings), content)), Issue)
        if not isinstance(found, Issue):
            return found
        return Done({"ref": _ref(found.iid, self._settings), "url": found.web_url})


def changes(order: ReadChanges, settings: Settings, at: int) -> Exchange:
    """Read the issues that have changed since an instant, the oldest change first."""
    found: list[IssueChange] = []
    query = {"order_by": "updated_at", "sort": "asc", "scope": "all"}
    for page in range(1, PAGES_MAX + 1):
        issues = yield from _list(settings, order.since - OVERLAP_US, page, query)
        if isinstance(issues, TryAgain | Refused):
            return issues
        for each in issues:
            at_their_time = instant(each.updated_at)
            ref = _ref(each.iid, settings)
            found.append(IssueChange(ref, each.web_url, _state(each.state), at_their_time))
        if len(issues) < PER_PAGE:
            return Changed(tuple(found), at)
    return Changed(tuple(found), max([order.since, *(each.at for each in found)]))


def _list(settings: Settings, since: int, page: int, query: Mapping[str, str]) -> Step[list[Issue]]:
    after = (_EPOCH + timedelta(microseconds=max(since, 0))).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {"updated_after": after, "per_page": str(PER_PAGE), "page": str(page)}
    url = f"{_base(settings)}/issues?{urlencode({**known, **query})}"
    return read((yield ask("GET", url, _headers(settings))), list[Issue], changes=False)


def called(callback: Callback, settings: Settings) -> Sequence[IssueChange]:
    """The change in a callback. Raises `Unauthorized`, `Malformed`."""
    check_token(callback, "X-Gitlab-Token", settings.webhook_secret)
    if callback.headers.get("x-gitlab-event") not in ("Issue Hook", "Confidential Issue Hook"):
        return ()
    hook = decoded(msgspec.json.Decoder(IssueHook), callback.body)
    names = (str(hook.project.id), hook.project.path_with_namespace.lower())
    if settings.project.lower() not in names:
        return ()
    issue = hook.object_attributes
    state, at = _state(issue.state), _instant(issue.updated_at)
    return (IssueChange(_ref(issue.iid, settings), issue.url, state, at),)


def _instant(text: str) -> int:
    """µs of one of the two ways in which webhooks write instants. Raises `Malformed`."""
    try:
        value = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        raise Malformed("wrong_shape", "not an instant", "$.object_attributes.updated_at") from None
    return instant(value if value.tzinfo else value.replace(tzinfo=UTC))


def _content(action: TrackedAction) -> dict[str, object]:
    return {"title": title(action), "description": markdown(action), "due_date": action.due}


def _state(state: str) -> IssueState:
    """GitLab knows of no issue why it was closed."""
    return "done" if state == "closed" else "open"


def _ref(iid: int, settings: Settings) -> str:
    return f"{settings.project}#{iid}"


def _base(settings: Settings) -> str:
    return f"{checked_url(settings.url)}/api/v4/projects/{quote(settings.project, safe='')}"


def _headers(settings: Settings) -> dict[str, str]:
    return {"private-token": settings.token.reveal()}
