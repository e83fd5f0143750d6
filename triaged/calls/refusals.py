"""Refusals that are told by a provider that takes money for words: a few, and then silence."""

from collections import deque

from triaged.channels.common.two_way import Called, Press, Reply, Typed
from triaged.channels.contract import ChannelKind, Costly
from triaged.core.time.durations import HOUR

ACCOUNTS_MAX = 1000
"""Accounts that are remembered; those of people whom we know are fewer."""

SILENCE = Reply("", done=False)


class Refusals:
    """How often each account was told of late that nothing was done."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], deque[int]] = {}

    def kept_back(
        self, channel: str, kind: ChannelKind, called: Called, reply: Reply, now: int
    ) -> Reply:
        """The reply, or silence where its account has heard enough within an hour."""
        if reply.done or not isinstance(called, Press | Typed) or not isinstance(kind, Costly):
            return reply
        if len(self._told) >= ACCOUNTS_MAX:
            self._told.clear()
        told = self._told.setdefault((channel, called.account), deque())
        while told and told[0] <= now - HOUR:
            told.popleft()
        if len(told) >= kind.REFUSALS_AN_HOUR:
            return SILENCE
        told.append(now)
        return reply
