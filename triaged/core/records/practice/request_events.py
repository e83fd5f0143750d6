"""Events of requests to outsiders: may one go, how did it end, somebody wants it tried again."""

import msgspec

from triaged.core.records.practice.requests import Done, Earlier, Request
from triaged.core.records.verdicts import NotTried, Refused, TryAgain

RequestVerdict = Done | TryAgain | NotTried | Refused


class RequestDue(msgspec.Struct, frozen=True, gc=False):
    """A claimed request asks whether it may go out now."""

    request: Request
    newer: bool = False
    """Whether a newer one with the same topic waits or was sent."""
    earlier: Earlier = Earlier()


class RequestEnded(msgspec.Struct, frozen=True, gc=False):
    """An attempt at a request has ended."""

    request: Request
    """As it was claimed: its token is the fence."""
    verdict: RequestVerdict


class RequestRetried(msgspec.Struct, frozen=True, gc=False):
    """Somebody wants a request that failed to be tried again."""

    id: str
    by: str
    incident: int | None = None
    """The incident that it belongs to."""


RequestEvent = RequestDue | RequestEnded | RequestRetried
