"""Third parties that triaged works with and that page nobody: trackers, status pages, rooms.

A module of this folder is the integration kind of its name; `contract.py` says what it has and may
have. What is asked of them, and what they report back, is here as structs. Instants are µs.
"""

from collections.abc import Generator, Mapping
from typing import Literal, Protocol

import msgspec

from triaged.channels import HttpRequest, Result
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done

PACKAGE = __name__

IssueState = Literal["open", "in_progress", "done", "cancelled"]

PAGES_MAX = 10
"""Pages of a list that one attempt reads."""

EXCHANGE_MAX = PAGES_MAX + 6
"""Limit on the requests of one attempt: a list, and what follows from it."""


class TrackedAction(msgspec.Struct, frozen=True):
    """An action item as an issue shows it."""

    id: str
    """A UUID; the issue's body holds `triaged-action: <id>`."""
    incident: str
    """Such as `INC-12`."""
    url: str
    """Address of the incident."""
    kind: str
    priority: str
    text: str
    owner: str
    due: str
    """ISO date."""
    state: IssueState


class TrackIssue(msgspec.Struct, frozen=True):
    """The order to have one issue for an action item, and to have it say what the item says."""

    action: TrackedAction
    ref: str = ""
    """The issue, where it is known."""
    maybe_since: int | None = None
    """Since when there may be an issue that we do not know; None: there is none."""


class ReadChanges(msgspec.Struct, frozen=True):
    """The order to read which issues have changed since an instant."""

    since: int


class PushIncident(msgspec.Struct, frozen=True):
    """The order to have one public incident, and to have it say what the last post says."""

    id: str
    """Opaque identity of the incident on our own page."""
    name: str
    status: str
    body: str
    components: Mapping[str, str] = {}
    """Status by the name of our component."""
    impact: str = ""
    notify: bool = True
    ref: str = ""
    maybe_since: int | None = None


class CreateRoom(msgspec.Struct, frozen=True):
    """The order to make a room in a chat for an incident."""

    id: str
    """Identity of the request, the same at each attempt."""
    incident: Mapping[str, object]
    """The incident in JSON, with `id`, `title`, `severity` and its addresses."""


class IssueChange(msgspec.Struct, frozen=True):
    """The state of an issue at an instant, by its tracker's word."""

    ref: str
    url: str
    state: IssueState
    at: int


class Changed(msgspec.Struct, frozen=True):
    """The end of an attempt to read changes."""

    changes: tuple[IssueChange, ...]
    since: int
    """From when to read the next time."""


Ended = Done | Changed | TryAgain | Refused
"""The end of an attempt."""

Exchange = Generator[HttpRequest, Result, Ended]
"""An attempt: it yields requests, is sent the answer to each, and returns how it ended."""


class Callback(msgspec.Struct, frozen=True):
    """A request that a third party makes of us."""

    headers: Mapping[str, str]
    """By name, in lower case."""
    body: bytes


class Integration(Protocol):
    """A configured integration."""

    @property
    def name(self) -> str:
        """Its key under `integrations`."""

    @property
    def kind(self) -> str:
        """Its kind: the name of a module of this folder."""

    @property
    def settings(self) -> object:
        """Its settings: an instance of that module's `Settings`."""
