"""The process that parses one body: it holds nothing up, and ends at its limits.

A thread would share the interpreter with the event loop, and could not be ended.
"""

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import msgspec

from triaged.feeds.reading import SeriesTimeout, read_feed
from triaged.feeds.request import Request

SERIES_S = 0.08
"""Processor time for one series. A weekly one of twenty years takes 2 ms; what the checks let
through and takes longer is not worth waiting for."""

MEMORY_MAX = 1024**3
PROCESSOR_S = 5
"""Four times what 5,000 single events take, and a little more than 5,000 that recur."""


def limit() -> None:
    """Set the limits of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def series_budget() -> Iterator[None]:
    """Raises SeriesTimeout in its block after `SERIES_S` of processor time. Main thread only."""
    before = signal.signal(signal.SIGPROF, _out_of_time)
    signal.setitimer(signal.ITIMER_PROF, SERIES_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _out_of_time(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SeriesTimeout


def main() -> None:
    """Read a request from the input, and write what its body holds to the output."""
    limit()
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    found = read_feed(request, series_budget)
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main()
