"""`jira`: action items as issues of a project of Jira Cloud.

Issues: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Search: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
Documents: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

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
from triaged.integrations.common.issue_text import has_marker, marker, paragraphs, title
from triaged.integrations.common.json_http import PER_PAGE, ask, checked_url, read
from triaged.integrations.common.signatures import check_hmac
from triaged.integrations.common.tracking import Step, tracked
from triaged.wire import Secret, decoded, instant

EVERY_US = SECOND
"""Jira limits by the cost of requests, and says Retry-After; a second apart costs nothing."""

OVERLAP_MINUTES = 3
"""Read again: JQL counts in minutes, and the index is behind by some seconds."""

OPTIONAL = ("assignee", "duedate", "labels")
"""Fields that a project need not have on its screens."""

NESTING_MAX = 20
"""Depth of a document: a list in a table in a panel is 8."""

T = TypeVar("T")

_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,79}")


class Settings(msgspec.Struct, frozen=True):
    """Keys of an integration of kind `jira`."""

    url: str
    """Address of the site, such as https://example.atlassian.net."""
    project: str
    """Key of the project, such as OPS."""
    email: str
    """Mail address of the account that owns the token."""
    token: Secret
    """API token of the account."""
    issue_type: str = "Task"
    """Type of new issues, by its name in the project."""
    labels: tuple[str, ...] = ()
    """Labels of new issues, without spaces."""
    assignees: Mapping[str, str] = {}
    """Account ids at Jira by the names of people here."""
    webhook_secret: Secret | None = None
    """Secret of the webhook, which calls `/callbacks/<name>`. Unset: no callbacks, and changes are
    read each 15 minutes."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be asked. Raises ValueError."""
        checked_url(self.url)
        if not _PROJECT.fullmatch(self.project):
            raise ValueError("project must be the key of a project, such as OPS")
        if any(" " in label for label in self.labels):
            raise ValueError("labels of Jira have no spaces")


class Category(msgspec.Struct, frozen=True):
    """The category of a status: `new`, `indeterminate` or `done`."""

    key: str


class Status(msgspec.Struct, frozen=True):
    """The status of an issue, by its name in the workflow."""

    name: str
    category: Category = msgspec.field(name="statusCategory")


class Fields(msgspec.Struct, frozen=True):
    """The fields that are asked for."""

    status: Status
    updated: str
    description: Any = None


class Issue(msgspec.Struct, frozen=True):
    """An issue that was found."""

    key: str
    fields: Fields


class Made(msgspec.Struct, frozen=True):
    """An issue that was made."""

    key: str


class Issues(msgspec.Struct, frozen=True, rename="camel"):
    """A page of issues that were found."""

    issues: list[Issue]
    next_page_token: str | None = None


class Transition(msgspec.Struct, frozen=True):
    """A way from the status of an issue to another one."""

    id: str
    to: Status


class Transitions(msgspec.Struct, frozen=True):
    """The ways from the status of an issue."""

    transitions: list[Transition]


class IssueEvent(msgspec.Struct, frozen=True):
    """The body of a webhook about an issue."""

    issue: Issue | None = None


def track(order: TrackIssue, settings: Settings, at: int) -> Exchange:
    """Have one issue for an action item: found, made or changed."""
    return tracked(order, _known(order.ref, settings), _Issues(settings, at))


class _Issues:
    """The issues of the project."""

    def __init__(self, settings: Settings, at: int) -> None:
        self._settings = settings
        self._at = at

    def find(self, action: TrackedAction, since: int) -> Step[str]:
        """The issue whose description has the marker, among those that were made since then."""
        clause = f"created >= {_minutes_ago(since, self._at)}"
        token = None
        for _ in range(PAGES_MAX):
            page = yield from _search(
                self._settings, f"{clause} ORDER BY created DESC", token, "description"
            )
            if isinstance(page, TryAgain | Refused):
                return page
            for each in page.issues:
                if has_marker("\n".join(lines_of(each.fields.description)), action):
                    return each.key
            token = page.next_page_token
            if token is None:
                break
        return ""

    def create(self, action: TrackedAction) -> Step[Done]:
        """Make an issue; a field that the project does not have is left out."""
        settings = self._settings
        fields = _content(action) | {
            "project": {"key": settings.project},
            "issuetype": {"name": settings.issue_type},
        }
        if settings.labels:
            fields["labels"] = list(settings.labels)
        if action.owner in settings.assignees:
            fields["assignee"] = {"accountId": settings.assignees[action.owner]}
        made = yield from self._write("POST", "issue", fields, Made)
        return _done(made.key, settings) if isinstance(made, Made) else made

    def change(self, ref: str, action: TrackedAction) -> Step[Done]:
        """Change summary, description and due date, and move the issue to the item's state."""
        changed = yield from self._write("PUT", f"issue/{ref}", _content(action), dict[str, object])
        if isinstance(changed, TryAgain | Refused):
            return changed
        moved = yield from self._move(ref, action.state)
        return _done(ref, self._settings) if moved is None else moved

    def _write(
        self, method: str, path: str, fields: Mapping[str, object], shape: type[T]
    ) -> Step[T]:
        url, headers = f"{_base(self._settings)}/{path}", _headers(self._settings)
        found = read((yield ask(method, url, headers, {"fields": fields})), shape)
        if isinstance(found, Refused) and found.error.startswith("HTTP 400"):
            few = {name: each for name, each in fields.items() if name not in OPTIONAL}
            if few != fields:
                found = read((yield ask(method, url, headers, {"fields": few})), shape)
        return found

    def _move(self, ref: str, state: IssueState) -> Step[None]:
        """Move an issue to a status of the item's state; where no way leads there, it stays."""
        url = f"{_base(self._settings)}/issue/{ref}"
        headers = _headers(self._settings)
        now = read((yield ask("GET", f"{url}?fields=status,updated", headers)), Issue)
        if isinstance(now, TryAgain | Refused):
            return now
        wanted = _CATEGORY[state]
        if now.fields.status.category.key == wanted:
            return None
        ways = read((yield ask("GET", f"{url}/transitions", headers)), Transitions)
        if isinstance(ways, TryAgain | Refused):
            return ways
        fitting = [each for each in ways.transitions if each.to.category.key == wanted]
        fitting.sort(key=lambda each: not _fits(each.to.name, state))
        if not fitting:
            return None
        chosen = {"transition": {"id": fitting[0].id}}
        moved = read((yield ask("POST", f"{url}/transitions", headers, chosen)), dict[str, object])
        return moved if isinstance(moved, TryAgain | Refused) else None


def changes(order: ReadChanges, settings: Settings, at: int) -> Exchange:
    """Read the issues that have changed since an instant, the oldest change first.

    JQL reads an instant in the time zone of the account, so the time is said as minutes ago.
    """
    clause = f"updated >= {_minutes_ago(order.since, at)} ORDER BY updated ASC"
    found: list[IssueChange] = []
    token = None
    for _ in range(PAGES_MAX):
        page = yield from _search(settings, clause, token)
        if isinstance(page, TryAgain | Refused):
            return page
        found += [_change(each, settings) for each in page.issues]
        token = page.next_page_token
        if token is None:
            return Changed(tuple(found), at)
    return Changed(tuple(found), max([order.since, *(each.at for each in found)]))


def _search(settings: Settings, clause: str, token: str | None, *fields: str) -> Step[Issues]:
    content: dict[str, object] = {
        "jql": f'project = "{settings.project}" AND {clause}',
        "fields": ["status", "updated", *fields],
        "maxResults": PER_PAGE,
    }
    if token is not None:
        content["nextPageToken"] = token
    url = f"{_base(settings)}/search/jql"
    return read((yield ask("POST", url, _headers(settings), content)), Issues, changes=False)


def called(callback: Callback, settings: Settings) -> Sequence[IssueChange]:
    """The change in a callback. Raises `Unauthorized`, `Malformed`."""
    check_hmac(callback, "X-Hub-Signature", settings.webhook_secret)
    issue = decoded(msgspec.json.Decoder(IssueEvent), callback.body).issue
    if issue is None or not _known(issue.key, settings):
        return ()
    return (_change(issue, settings),)


def document(lines: Sequence[str]) -> dict[str, object]:
    """Lines as a document in the Atlassian Document Format, a paragraph each."""
    return {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines
        ],
    }


def lines_of(node: object, depth: int = 0) -> Iterator[str]:
    """The lines of a document, whose paragraphs may be anywhere in it; of a text, its own."""
    match node:
        case str():
            yield from node.splitlines()
        case {"type": "paragraph", "content": list(parts)}:
            texts = (part.get("text", "\n") for part in parts if isinstance(part, dict))
            yield from "".join(text for text in texts if isinstance(text, str)).splitlines()
        case {"content": list(parts)} if depth < NESTING_MAX:
            for part in parts:
                yield from lines_of(part, depth + 1)
        case _:
            return


_CATEGORY: Mapping[IssueState, str] = {
    "open": "new",
    "in_progress": "indeterminate",
    "done": "done",
    "cancelled": "done",
}
_STATE: Mapping[str, IssueState] = {"new": "open", "indeterminate": "in_progress", "done": "done"}
_CANCELLED = re.compile(r"cancel|won.?t|reject|declin|obsolete|duplicate|abandon", re.I)


def _fits(name: str, state: IssueState) -> bool:
    """True if a status of this name is the better one for `state` in its category."""
    return bool(_CANCELLED.search(name)) == (state == "cancelled")


def _change(issue: Issue, settings: Settings) -> IssueChange:
    status = issue.fields.status
    state = _STATE.get(status.category.key, "open")
    if state == "done" and _CANCELLED.search(status.name):
        state = "cancelled"
    try:
        at = instant(datetime.fromisoformat(issue.fields.updated))
    except (ValueError, TypeError):  # no instant, or one without a zone
        raise Malformed("wrong_shape", "not an instant", "$.fields.updated") from None
    return IssueChange(issue.key, _url(issue.key, settings), state, at)


def _content(action: TrackedAction) -> dict[str, object]:
    return {
        "summary": title(action),
        "description": document([*paragraphs(action), marker(action)]),
        "duedate": action.due,
    }


def _minutes_ago(since: int, at: int) -> str:
    return f"-{max(at - since, 0) // MINUTE + OVERLAP_MINUTES}m"


def _known(ref: str, settings: Settings) -> str:
    """The issue, if it is one of this project; one of another is not ours any more."""
    project, _, number = ref.rpartition("-")
    return ref if project == settings.project and number.isascii() and number.isdigit() else ""


def _done(key: str, settings: Settings) -> Done:
    return Done({"ref": key, "url": _url(key, settings)})


def _url(key: str, settings: Settings) -> str:
    return f"{checked_url(settings.url)}/browse/{key}"


def _base(settings: Settings) -> str:
    return f"{checked_url(settings.url)}/rest/api/3"


def _headers(settings: Settings) -> dict[str, str]:
    pair = f"{settings.email}:{settings.token.reveal()}".encode()
    return {"authorization": f"Basic {b64encode(pair).decode()}"}
