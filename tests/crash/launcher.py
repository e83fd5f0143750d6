"""`python -m tests.crash.launcher CONFIG POINT[:COUNT]`: a daemon that dies at a crash point.

It kills itself (SIGKILL) when it reaches POINT for the COUNTth time.
"""

import os
import signal
import sys
from pathlib import Path

from triaged.daemon.serve import serve


class CrashAt:
    """Ends the process at the point `wanted`, at its `count`th time."""

    def __init__(self, wanted: str, count: int = 1) -> None:
        self._wanted = wanted
        self._left = count

    def __call__(self, point: str) -> None:
        if point != self._wanted:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def crash_at(text: str) -> CrashAt:
    """What `POINT[:COUNT]` means."""
    point, _, count = text.partition(":")
    return CrashAt(point, int(count or 1))


if __name__ == "__main__":
    config, wanted = sys.argv[1:]
    sys.exit(serve(Path(config), crash_at(wanted)))
