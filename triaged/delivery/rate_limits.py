"""Rates of a provider kept by a lane: when the next message may go, to anybody and to one address.

Windows slide, so that no stretch of a rate's time ever has more messages than its number. What has
to wait long is promised a slot, so that a queue comes back in its order and not at once. What is
more severe is promised the next one, whoever waits for it, and comes first when it is free.
"""

from bisect import insort

from triaged.channels import Channel
from triaged.channels.common.limits import NO_LIMITS, Limits, Rate
from triaged.channels.contract import CHANNELS, Limited
from triaged.core.records.events import NotTried
from triaged.core.records.model import Severity
from triaged.delivery.breaker import HOLD_US

DESTINATIONS_MAX = 1000
"""Limit on the destinations that are remembered; beyond it those that have rested are forgotten."""


class Window:
    """One rate for one destination, or for all."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._sent: list[int] = []
        """The last messages: when each went, or is to go, in order."""
        self._promised: dict[Severity, int] = {}
        """The last slot that was promised, by severity."""

    def free_at(self) -> int:
        """When the next message may go; an instant in the past: now."""
        is_full = len(self._sent) == self.rate.number
        return self._sent[0] + self.rate.within_us if is_full else 0

    def take(self, at: int) -> None:
        """A message goes at `at`."""
        insort(self._sent, at)
        del self._sent[: -self.rate.number]

    def promise(self, now: int, severity: Severity) -> int:
        """The slot behind all that were promised before to what is as severe, or more."""
        last = max((at for one, at in self._promised.items() if one <= severity), default=0)
        behind = last + self.rate.every_us if last > now else now
        self._promised[severity] = max(behind, self.free_at())
        return self._promised[severity]

    def rests(self, now: int) -> bool:
        """True if it is as new."""
        last = self._sent[-1] + self.rate.within_us if self._sent else 0
        return max(last, *self._promised.values(), 0) <= now


class RateLimits:
    """The rates of one lane."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = [Window(rate) for rate in limits.all]
        self._each: dict[str, list[Window]] = {}
        self.width = limits.width
        """Attempts at once."""
        self.bundle = limits.bundle
        """Pages of one person that may go as one message."""

    @property
    def remembered(self) -> int:
        """How many destinations are remembered."""
        return len(self._each)

    def slot(self, destination: str, severity: Severity, now: int) -> tuple[int, Rate | None]:
        """(how long a message to `destination` waits, the rate that is the reason).

        A wait of at most `HOLD_US` is for the caller to sit out: the slot is taken. For a
        longer one nothing is taken: the message is to come again then.
        """
        if not self._limits.all and not self._limits.each:
            return 0, None
        windows = [*self._all, *self._of(destination, now)]
        narrowest = max(windows, key=Window.free_at)
        free_at = max(now, narrowest.free_at())
        if free_at - now <= HOLD_US:
            for window in windows:
                window.take(free_at)
            return free_at - now, None
        return narrowest.promise(now, severity) - now, narrowest.rate

    def _of(self, destination: str, now: int) -> list[Window]:
        found = self._each.get(destination)
        if found is None:
            if len(self._each) >= DESTINATIONS_MAX:
                self._forget(now)
            found = self._each[destination] = [Window(rate) for rate in self._limits.each]
        return found

    def _forget(self, now: int) -> None:
        """Make room; of a crowd that is all busy, those that were there first have to go."""
        rested = [
            one
            for one, windows in self._each.items()
            if all(window.rests(now) for window in windows)
        ]
        for one in rested or list(self._each)[: DESTINATIONS_MAX // 10]:
            del self._each[one]


def limits_of(channel: Channel | None) -> Limits:
    """What the provider of a channel takes."""
    if channel is None:
        return NO_LIMITS
    kind = CHANNELS.load(channel.kind)
    return kind.LIMITS if isinstance(kind, Limited) else NO_LIMITS


def limited(wait_us: int, rate: Rate) -> NotTried:
    """The verdict on a page that waits for its place in a provider's rate."""
    return NotTried(f"rate limit of the channel: {rate}", wait_us, is_limit=True)
