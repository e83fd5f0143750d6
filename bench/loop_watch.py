"""The longest piece of work on an event loop, and the function that was at it.

What counts is processor time of the loop's thread between two waits for input, so that others on
the machine do not disturb: nothing else on the loop can go on meanwhile.
"""

import asyncio
import gc
import selectors
import sys
import threading
import time
import traceback
from collections.abc import Coroutine
from typing import Any, TypeVar

Ready = list[tuple[selectors.SelectorKey, int]]
T = TypeVar("T")

LIMIT_MS = 50
"""Longest that a piece of work may take: a page and a health check wait for it."""

SAMPLE_S = 0.01


class LoopWatch(selectors.DefaultSelector):
    """A selector that notes how long its loop works between two calls."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self.where = ""
        """The stack in the middle of the longest piece that was seen by a sample."""
        self._thread = threading.get_ident()
        self._turn = 0
        self._began: float | None = None
        self._sample = ""
        self._closed = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def select(self, timeout: float | None = None) -> Ready:
        """As any selector; the time until it is called again is a piece of work."""
        if self._began is not None:
            took = (time.thread_time() - self._began) * 1000
            if took > self.longest_ms:
                self.longest_ms, self.where = took, self._sample
        self._began, self._sample = None, ""
        found = super().select(timeout)
        self._thread = threading.get_ident()
        self._turn += 1
        self._began = time.thread_time()
        return found

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        super().close()

    def _look(self) -> None:
        seen = -1
        while not self._closed.wait(SAMPLE_S):
            turn = self._turn
            frame = sys._current_frames().get(self._thread)
            if turn == seen and self._began is not None and frame is not None:
                self._sample = "".join(traceback.format_stack(frame)[-4:])
            seen = turn


def watched(work: Coroutine[Any, Any, T]) -> tuple[T, LoopWatch]:
    """What `work` gives, run on a loop of its own, and the watch over that loop."""
    gc.collect()
    gc.freeze()  # as the daemon does: what exists before is not walked again and again
    watch = LoopWatch()
    loop = asyncio.SelectorEventLoop(watch)
    try:
        return loop.run_until_complete(work), watch
    finally:
        loop.close()
        gc.unfreeze()
