"""Limits on idle and half-open connections per address, so that senders find room.

A connection is half-open until the head of a first request has arrived whole. A client that opens
thousands and sends a byte a second (slowloris) uses up files, and then nobody's alert gets in. A
connection that has made a request may be idle between requests for as long as nginx allows, unless
there are very many.
"""

import resource
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from triaged.core.time.durations import SECOND

HEAD_US = 5 * SECOND
"""Time for the head of a first request; a sender sends it with the first packet."""

HALF_OPEN_MAX = 64
"""Half-open connections of one address. A sender's is half-open for a round trip."""

IDLE_S = 75
"""Time from an answer until the head of the next request is whole. Prometheus sends firing alerts
each minute; proxies keep their connections for 60 seconds."""

CROWD = 1024
"""Number of connections above which an address keeps few idle ones; or half of the files that the
process may open."""

IDLE_MAX = 64
"""Idle connections of one address above that number. A sender keeps a handful; a proxy has the
connections of all its clients."""

log = structlog.get_logger()


class Transport(Protocol):
    """The part of asyncio's transports that is used here."""

    def get_extra_info(self, name: str) -> object:
        """`peername`: (address, port, …)."""

    def abort(self) -> None:
        """Close it now, whatever is under way."""


class ConnectionLimits:
    """The half-open connections and since when they are that; closes those beyond the limits."""

    def __init__(self, crowd: int | None = None) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.crowd = min(CROWD, files // 2) if crowd is None else crowd
        """Number of connections above which idle ones are closed."""
        self._since: dict[Transport, int] = {}
        self._used: set[Transport] = set()

    def requested(self, transport: Transport) -> None:
        """A request arrived on it: it is no longer half-open."""
        self._used.add(transport)

    def close_half_open(self, transports: Iterable[Transport], now: int) -> int:
        """Close half-open connections that are too many or too slow; the number closed.

        `transports` are all that are open. The newest of an address go first: the head of an older
        one may be about to arrive.
        """
        present = set(transports)
        self._used &= present
        self._since = {one: self._since.get(one, now) for one in present - self._used}
        waiting: Counter[object] = Counter()
        closed = 0
        for one, since in sorted(self._since.items(), key=lambda opened: opened[1]):
            address = _address(one)
            waiting[address] += 1
            if now - since >= HEAD_US or waiting[address] > HALF_OPEN_MAX:
                one.abort()
                closed += 1
        if closed:
            log.warning("connections.closed", count=closed, addresses=len(waiting))
        return closed

    def close_idle(self, idle: Sequence[Transport], count: int) -> int:
        """Close `idle` connections, in their order, until `count` is no crowd; the number closed.

        Each address keeps some.
        """
        left = Counter(_address(one) for one in idle)
        closed = 0
        for one in idle:
            address = _address(one)
            if count - closed > self.crowd and left[address] > IDLE_MAX:
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
    """Raise the limit on open files to what the system permits: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
