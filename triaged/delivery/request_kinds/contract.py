"""What the module of a subject has: `RequestKind`."""

from typing import Protocol

from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Earlier, Request
from triaged.delivery.request_kinds import PACKAGE, Pace, Tools
from triaged.plugins import OpenSet


class RequestKind(Protocol):
    """The members of every subject."""

    def pace(self, lane: str, tools: Tools) -> Pace:
        """How fast the requests of `lane` go."""

    async def carry_out(self, request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:
        """Make an attempt; gives how it ended. What it raises counts as `maybe_accepted`."""


REQUEST_KINDS: OpenSet[RequestKind] = OpenSet(PACKAGE, RequestKind)
"""Every subject."""


def subject_of(kind: str) -> str:
    """The subject of a request's kind: `tracker` of `tracker.issue`."""
    return kind.partition(".")[0]
