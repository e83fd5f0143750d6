"""Room for pages and long answers that are made at one time: they never crowd out alerts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

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


QUESTIONS_MAX = 3
"""Answers that take long and are made at one time: each holds a thread for seconds, and what it
has read, up to 100 MB."""


class LongQuestions:
    """Who waits for an answer that takes long."""

    def __init__(self, most: int = QUESTIONS_MAX) -> None:
        self._most = most
        self._asking: set[str] = set()

    def is_asking(self, by: str) -> bool:
        """True if the caller waits for such an answer."""
        return by in self._asking

    @property
    def is_full(self) -> bool:
        """True if nobody else may ask now."""
        return len(self._asking) >= self._most

    @contextlib.contextmanager
    def asked(self, by: str) -> Iterator[None]:
        """The caller waits for an answer during the block."""
        self._asking.add(by)
        try:
            yield
        finally:
            self._asking.discard(by)
