"""The circuit breaker of a lane: when it pauses a failing provider, and for how long.

What the provider says or does when no recipient is known yet counts against it. What happens after
that counts against the recipient: only when the attempts for another recipient fail, too, is it
the provider that fails. A mailbox that is put off says that the provider works.
"""

from triaged.core.records.events import Delivered, NotTried, Refused, Scope, TryAgain, Verdict
from triaged.core.response.retrying import RETRY_MAX_US
from triaged.core.time.durations import DAY, SECOND

FAILURES = 3
"""Failures in a row that open the breaker: one may be chance, three are a trend."""

PAUSE_US = 15 * SECOND
"""Pause between attempts while it fails: four a minute find its recovery without a storm."""

HOLD_US = 2 * SECOND
"""A pause this short is waited out; a longer one is a verdict, so that the next contact starts."""

QUOTA_MAX_US = DAY
"""The longest pause, when a quota is used up: whoever buys a larger one reloads."""

PROBE_US = 5 * SECOND
"""Delay of a page that waits for the end of another attempt."""

RECIPIENTS_MAX = 1000
"""Limit on the recipients whose failures are remembered; beyond it all are forgotten."""


class Count:
    """Failures in a row, the pause that follows them, and the one attempt that ends it."""

    def __init__(self) -> None:
        self.failures = 0
        self.paused_until = 0
        self.probing = False

    def admits(self, now: int) -> bool:
        """True if an attempt may be made; while it fails, one at a time."""
        if now < self.paused_until:
            return False
        return self.failures < FAILURES or not self.probing

    def begin(self) -> None:
        """Record that an attempt begins."""
        self.probing = True

    def fail(self, now: int, failures: int, wish_us: int) -> bool:
        """Record that an attempt failed; True if that begins a long pause."""
        self.failures, self.probing = failures, False
        pause_us = max(wish_us, PAUSE_US) if failures >= FAILURES else wish_us
        self.paused_until = max(self.paused_until, now + pause_us)
        return pause_us > HOLD_US

    def succeed(self) -> None:
        """Record that an attempt was answered."""
        self.failures, self.probing = 0, False


class Breaker:
    """Counts failures in a row, and keeps the pause that a provider asked for."""

    def __init__(self) -> None:
        self._provider = Count()
        self._recipients: dict[str, Count] = {}
        self._uncertain: dict[str, int] = {}
        """Failures since the provider last worked that may be the provider's, by recipient."""
        self._is_wished = False
        """True if the present pause is one that the provider has asked for."""
        self.probed: str | None = None
        """The recipient of the last attempt; the next probe is for another one."""

    @property
    def failures(self) -> int:
        """The failures of the provider in a row."""
        return self._provider.failures

    def wants_probe(self, now: int) -> bool:
        """True if the provider fails, and one attempt may find out whether it still does."""
        return self._provider.failures >= FAILURES and self._provider.admits(now)

    def left_us(self, now: int) -> int:
        """Time left of the provider's present pause, in µs; 0: there is none."""
        return max(0, self._provider.paused_until - now)

    def wait_us(self, recipient: str, now: int) -> int:
        """Time until an attempt for `recipient` may be made, in µs; 0: now.

        Pair 0 with `record`.
        """
        own = self._of(recipient)
        if self._provider.admits(now) and own.admits(now):
            self._provider.begin()
            own.begin()
            self.probed = recipient
            return 0
        left_us = max(self._provider.paused_until, own.paused_until) - now
        return left_us if left_us > 0 else PROBE_US

    def not_now(self, wait_us: int) -> NotTried:
        """The verdict on a page that a pause keeps from being tried."""
        if self._is_wished and self._provider.failures < FAILURES:
            return NotTried("the channel has asked for a pause", wait_us, is_limit=True)
        return NotTried("the channel does not answer, and is given a pause", wait_us)

    def record(self, recipient: str, verdict: Verdict, now: int) -> bool:
        """Record the verdict on an admitted attempt; True if it begins a pause for everybody."""
        own = self._of(recipient)
        match verdict:
            case Delivered() | Refused() | TryAgain(scope=Scope.RECIPIENT):
                self._provider.succeed()
                self._is_wished = False
                self._uncertain.clear()
                own.succeed()
                return False
            case NotTried():
                return False
            case TryAgain(scope=Scope.UNCERTAIN):
                own.fail(now, own.failures + 1, 0)
                self._uncertain[recipient] = self._uncertain.get(recipient, 0) + 1
                self._provider.probing = False
                if len(self._uncertain) == 1 and not self._provider.failures:
                    return False
                return self._provider.fail(now, self._in_a_row(), 0)
            case TryAgain(after_us=after_us, is_quota=is_quota):
                own.probing = False
                self._is_wished = after_us is not None
                self._provider.failures += 1
                wish_us = min(after_us or 0, QUOTA_MAX_US if is_quota else RETRY_MAX_US)
                return self._provider.fail(now, self._provider.failures, wish_us)

    def _in_a_row(self) -> int:
        return max(self._provider.failures + 1, sum(self._uncertain.values()))

    def _of(self, recipient: str) -> Count:
        found = self._recipients.get(recipient)
        if found is None:
            if len(self._recipients) >= RECIPIENTS_MAX:
                self._recipients.clear()
            found = self._recipients[recipient] = Count()
        return found
