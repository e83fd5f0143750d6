"""When a lane stops asking a provider that does not answer, and for how long."""

from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.response.retrying import PATIENCE_US, RETRY_MAX_US
from triaged.core.time.durations import SECOND

FAILURES = 3
"""In a row: one may be chance, three are a trend."""

PAUSE_US = 15 * SECOND
"""Between attempts while it fails: four a minute find its recovery without a storm."""

HOLD_US = 2 * SECOND
"""A pause this short is waited out; a longer one is a verdict, so that the next contact starts."""


class Breaker:
    """Counts failures in a row, and keeps the wish of a provider that wants a pause."""

    def __init__(self) -> None:
        self.failures = 0
        self._paused_until = 0
        self._probing = False

    def left_us(self, now: int) -> int:
        """How much of the present pause is left; 0: there is none."""
        return max(0, self._paused_until - now)

    def admits(self, now: int) -> bool:
        """Whether an attempt may be made; after failures, one at a time. Pair it with `record`."""
        if self.left_us(now):
            return False
        if self.failures < FAILURES:
            return True
        free = not self._probing
        self._probing = True
        return free

    def record(self, verdict: Verdict, now: int) -> bool:
        """Learn what an admitted attempt came to; True when that begins a pause."""
        self._probing = False
        match verdict:
            case Delivered() | Refused():
                self.failures = 0  # it answers: whom it refuses is another matter
                return False
            case TryAgain(after_us=after_us):
                self.failures += 1
                pause_us = min(after_us or 0, RETRY_MAX_US)
                if self.failures >= FAILURES:
                    pause_us = max(pause_us, PAUSE_US)
                self._paused_until = max(self._paused_until, now + pause_us)
                return pause_us > HOLD_US


def not_now(left_us: int) -> TryAgain:
    """The verdict on a page that a pause keeps from being tried: its next contact starts now."""
    wait_us = max(left_us, PATIENCE_US + SECOND)
    return TryAgain("not tried: the channel does not answer, and is given a pause", wait_us)
