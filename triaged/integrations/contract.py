"""What an integration kind has: `IntegrationKind`, and what it may have: the other protocols.

A kind says what to send and reads what comes back. It does not send: `delivery/` does.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from triaged.integrations import (
    PACKAGE,
    Callback,
    CreateRoom,
    Exchange,
    IssueChange,
    PushIncident,
    ReadChanges,
    TrackIssue,
)
from triaged.plugins import OpenSet


class IntegrationKind(Protocol):
    """The members of every kind. `settings` is an instance of the kind's own `Settings`."""

    Settings: type[Any]
    """The Struct with the keys of `integrations.<name>` beyond `kind`."""
    EVERY_US: int
    """The least time between two requests, in µs: the rate that the third party allows."""


@runtime_checkable
class Tracker(Protocol):
    """A kind that keeps issues."""

    def track(self, order: TrackIssue, settings: Any, at: int) -> Exchange:  # noqa: ANN401 - of the kind
        """Have one issue for an action item; the result has its `ref` and `url`."""

    def changes(self, order: ReadChanges, settings: Any, at: int) -> Exchange:  # noqa: ANN401 - of the kind
        """Read what has changed: the exchange ends with `Changed`, or fails."""

    def called(self, callback: Callback, settings: Any) -> Sequence[IssueChange]:  # noqa: ANN401 - of the kind
        """The changes in a verified callback. Raises `Unauthorized`, `Malformed`."""


@runtime_checkable
class StatusPage(Protocol):
    """A kind that shows incidents to the public."""

    def push(self, order: PushIncident, settings: Any, at: int) -> Exchange:  # noqa: ANN401 - of the kind
        """Have one public incident; the result has its `ref` and `url`."""


@runtime_checkable
class Rooms(Protocol):
    """A kind that makes rooms for incidents."""

    def create_room(self, order: CreateRoom, settings: Any, at: int) -> Exchange:  # noqa: ANN401 - of the kind
        """Make a room; the result has its `url` and its `name`."""


INTEGRATIONS: OpenSet[IntegrationKind] = OpenSet(
    PACKAGE, IntegrationKind, Tracker, StatusPage, Rooms
)
"""Every integration kind."""
