"""Room for pages that are made at one time: pages for people never crowd out alerts and pages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

AT_ONCE = 8
"""Pages that are read and rendered at one time: more would take their time from deciding."""

WAITING_MAX = 32
"""Requests that wait for their turn: at some 10 ms a page the last one waits for 50 ms."""


class Rendering:
    """Turns of making a page."""

    def __init__(self, at_once: int = AT_ONCE, waiting_max: int = WAITING_MAX) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._waiting_max = waiting_max
        self._waiting = 0

    @property
    def is_full(self) -> bool:
        """True if so many wait that nobody else should."""
        return self._turns.locked() and self._waiting >= self._waiting_max

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it for the block."""
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()
