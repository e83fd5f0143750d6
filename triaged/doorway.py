"""Connections that ask nothing: few for each address, and not for long, so that senders find room.

A connection is a stranger until the head of a request has come whole. Whoever opens thousands and
sends a byte a second (slowloris) uses up files, and then nobody's alert gets in.
"""

import resource
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import structlog

from triaged.core.durations import SECOND

HEAD_US = 5 * SECOND
"""How long the head of a first request may take; a sender sends it with the first packet."""

STRANGERS_MAX = 64
"""Of one address. A sender's connection stops being a stranger within a round trip."""

log = structlog.get_logger()


class Transport(Protocol):
    """What is needed of asyncio's."""

    def get_extra_info(self, name: str) -> object:
        """`peername`: (address, port, …)."""

    def abort(self) -> None:
        """Close it now, whatever is under way."""


class Doorway:
    """Knows who has asked something; `look` shows the others the door."""

    def __init__(self) -> None:
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


def _address(transport: Transport) -> object:
    peer = transport.get_extra_info("peername")
    return peer[0] if isinstance(peer, tuple) and peer else None


def allow_many_files() -> None:
    """Take as many open files as the system lets us: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
