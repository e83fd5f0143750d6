"""Connections that ask nothing: few for each address, and not for long, so that senders find room.

A connection is a stranger until the head of a request has come whole. Whoever opens thousands and
sends a byte a second (slowloris) uses up files, and then nobody's alert gets in. One that has asked
may rest between its requests for as long as nginx would have it, unless there is a crowd.
"""

import resource
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from triaged.core.time.durations import SECOND

HEAD_US = 5 * SECOND
"""How long the head of a first request may take; a sender sends it with the first packet."""

STRANGERS_MAX = 64
"""Of one address. A sender's connection stops being a stranger within a round trip."""

REST_S = 75
"""From an answer until the head of the next request is whole. Prometheus sends what fires each
minute; proxies keep their connections for 60 seconds."""

CROWD = 1024
"""Connections, from which on an address keeps few that rest; or half of the files there may be."""

RESTING_MAX = 64
"""Of one address in a crowd. A sender keeps a handful; a proxy has all its clients' connections."""

log = structlog.get_logger()


class Transport(Protocol):
    """What is needed of asyncio's."""

    def get_extra_info(self, name: str) -> object:
        """`peername`: (address, port, …)."""

    def abort(self) -> None:
        """Close it now, whatever is under way."""


class Doorway:
    """Knows who has asked something; `look` shows the others the door."""

    def __init__(self, crowd: int | None = None) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.crowd = min(CROWD, files // 2) if crowd is None else crowd
        """Connections from which on those that rest are too many."""
        self._since: dict[Transport, int] = {}
        self._met: set[Transport] = set()

    def meet(self, transport: Transport) -> None:
        """A request came on it."""
        self._met.add(transport)

    def look(self, transports: Iterable[Transport], now: int) -> int:
        """Close strangers that are too many or too slow, of all that is open; how many.

        The newest of an address go first: an old one may be about to say something.
        """
        present = set(transports)
        self._met &= present
        self._since = {one: self._since.get(one, now) for one in present - self._met}
        waiting: Counter[object] = Counter()
        closed = 0
        for one, since in sorted(self._since.items(), key=lambda stranger: stranger[1]):
            address = _address(one)
            waiting[address] += 1
            if now - since >= HEAD_US or waiting[address] > STRANGERS_MAX:
                one.abort()
                closed += 1
        if closed:
            log.warning("connections.closed", count=closed, addresses=len(waiting))
        return closed

    def thin(self, resting: Sequence[Transport], count: int) -> int:
        """Close of `resting` connections, in their order, those that make a crowd of `count`.

        Each address keeps some; how many are closed.
        """
        left = Counter(_address(one) for one in resting)
        closed = 0
        for one in resting:
            address = _address(one)
            if count - closed > self.crowd and left[address] > RESTING_MAX:
                one.abort()
                left[address] -= 1
                closed += 1
        if closed:
            log.warning("connections.closed", count=closed, addresses=len(left))
        return closed


def _address(transport: Transport) -> object:
    peer = transport.get_extra_info("peername")
    return peer[0] if isinstance(peer, tuple) and peer else None


def allow_many_files() -> None:
    """Take as many open files as the system lets us: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
