"""How every tracker has one issue for an action item: found, made or changed."""

from collections.abc import Generator
from typing import Protocol, TypeVar

from msgspec.structs import replace

from triaged.channels import HttpRequest, Result
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.integrations import Exchange, TrackedAction, TrackIssue

T = TypeVar("T")

Step = Generator[HttpRequest, Result, T | TryAgain | Refused]
"""Requests that belong together; it returns what they gave, or why they failed."""

AS_MADE = ("open", "in_progress")
"""States of an action item whose new issue needs no further request."""


class Issues(Protocol):
    """The issues of one project of a tracker."""

    def find(self, action: TrackedAction, since: int) -> Step[str]:
        """The issue with the marker among those that were made since then; empty: none."""

    def create(self, action: TrackedAction) -> Step[Done]:
        """Make an issue; the result has `ref` and `url`."""

    def change(self, ref: str, action: TrackedAction) -> Step[Done]:
        """Have the issue say what the item says, its state too."""


def tracked(order: TrackIssue, ref: str, issues: Issues) -> Exchange:
    """Have one issue for an action item; `ref` is the one that is known, or empty."""
    if not ref and order.maybe_since is not None:
        found = yield from issues.find(order.action, order.maybe_since)
        if isinstance(found, TryAgain | Refused):
            return found
        ref = found
    if ref:
        return (yield from issues.change(ref, order.action))
    made = yield from issues.create(order.action)
    if not isinstance(made, Done) or order.action.state in AS_MADE:
        return made
    changed = yield from issues.change(made.result["ref"], order.action)
    match changed:
        case TryAgain():
            return replace(changed, maybe_accepted=True)  # the next attempt must find it
        case Refused():
            return made
        case _:
            return changed
