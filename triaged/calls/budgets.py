"""How often a channel may be called, and how often calls that nobody has signed are borne."""

from collections import deque

from triaged.core.records.events import SelfAlertFired, SelfAlertResolved
from triaged.core.records.model import Severity
from triaged.core.time.durations import MINUTE, SECOND, format_duration

CALLS_MAX, WITHIN_US = 300, 10 * SECOND
"""Calls of one channel in a time; ten providers at work together make a dozen a second. What is
more is dropped unread, and comes again."""

FAILURES_MAX = 20
"""Calls in a minute whose signature does not hold, from which on somebody should look."""

QUIET_US = 10 * MINUTE
"""After so long without a failure the trouble is over."""


class Budget:
    """The calls of one channel in the last seconds, and its failures in the last minute."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._calls: deque[int] = deque()
        self._failures: deque[int] = deque()
        self._is_told = False

    def allows(self, now: int) -> bool:
        """Whether another call may be read; it counts if so."""
        while self._calls and self._calls[0] <= now - WITHIN_US:
            self._calls.popleft()
        if len(self._calls) >= CALLS_MAX:
            return False
        self._calls.append(now)
        return True

    def failed(self, now: int) -> SelfAlertFired | None:
        """Count a call that nobody has signed; the trouble to tell of, once."""
        self._failures.append(now)
        while self._failures and (
            self._failures[0] <= now - MINUTE or len(self._failures) > FAILURES_MAX
        ):
            self._failures.popleft()
        if len(self._failures) < FAILURES_MAX or self._is_told:
            return None
        self._is_told = True
        return SelfAlertFired(
            self._name,
            f"calls to /callbacks/{self._channel} are not signed by its provider",
            f"{FAILURES_MAX} calls in a minute had a signature that does not hold. Either the"
            f" secret of the channel {self._channel} is not the provider's any more, and"
            " then buttons do nothing, or somebody tries it. Compare the secrets; the log has the"
            " addresses (request.refused).",
            now,
            Severity.SEV3,
        )

    def quiet(self, now: int) -> SelfAlertResolved | None:
        """The end of the trouble, if it was told and has ended."""
        if not self._is_told or (self._failures and self._failures[-1] > now - QUIET_US):
            return None
        self._is_told = False
        text = f"no such call for {format_duration(QUIET_US)}"
        return SelfAlertResolved(self._name, text)

    @property
    def _name(self) -> str:
        return f"callbacks:{self._channel}"
