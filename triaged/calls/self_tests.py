"""Whether each channel's provider still takes our token: tried at the start, and each hour.

A channel that cannot be used is tried each minute; after one it is an incident of its own, which
pages by the other contacts of whoever is paged. `Calls` that nobody signed are settled here, too.
"""

from collections.abc import Callable, Mapping

import msgspec
import structlog

from triaged.calls.answering import Calls
from triaged.channels import Channel
from triaged.channels.contract import CHANNELS, SelfTested
from triaged.core.records.events import Event, SelfAlertFired, SelfAlertResolved
from triaged.core.records.model import Severity
from triaged.core.records.verdicts import Delivered, NotTried, Refused, TryAgain
from triaged.core.text.wording import clean
from triaged.core.time.durations import HOUR, MINUTE

RETESTED_US = HOUR
TROUBLE_US = MINUTE
"""For so long a channel may be unusable: a token is replaced in less."""

DETAIL_MAX = 200

log = structlog.get_logger()


class ChannelTest(msgspec.Struct, frozen=True):
    """What the last test of a channel has found."""

    is_usable: bool | None
    """None: the provider could not be asked, which says nothing of the token."""
    detail: str
    """Who we are there; else what is wrong, and what to do."""
    tested_at: int
    since: int
    """From when on it has been so."""


class SelfTests:
    """A job of maintenance: the tests that are due, one channel after the other."""

    name = "self_tests"
    every_us = MINUTE

    def __init__(
        self,
        calls: Calls,
        channels: Callable[[], Mapping[str, Channel]],
        show: Callable[[str, bool], None],
    ) -> None:
        self.found: dict[str, ChannelTest] = {}
        """By channel; empty for one whose kind has no test."""
        self._calls = calls
        self._channels = channels
        self._show = show
        """Sets the metric of a channel."""
        self._of: dict[str, Channel] = {}
        self._told: set[str] = set()

    async def once(self) -> None:
        """Test what is due; tell of channels that cannot be used, and that can again."""
        parts = self._calls.parts
        channels = self._channels()
        for name in [name for name in self.found if channels.get(name) != self._of.get(name)]:
            del self.found[name]  # it is another one now, or gone
        for name, channel in channels.items():
            if isinstance(CHANNELS.load(channel.kind), SelfTested) and self._is_due(name):
                await self._test(name, channel)
        now = parts.clock.now()
        events: list[Event] = [*self._news(now)]
        quiet = (budget.quiet(now) for budget in self._calls.budgets.values())
        events += [each for each in quiet if each is not None]
        await parts.engine.submit(events, urgent=True)

    def _is_due(self, name: str) -> bool:
        known = self.found.get(name)
        if known is None or known.is_usable is not True:
            return True
        return self._calls.parts.clock.now() >= known.tested_at + RETESTED_US

    async def _test(self, name: str, channel: Channel) -> None:
        kind = CHANNELS.load(channel.kind)
        assert isinstance(kind, SelfTested), "the caller has looked"
        parts = self._calls.parts
        verdict = kind.self_tested(await parts.sender.send(kind.self_test(channel.settings)))
        now = parts.clock.now()
        is_usable: bool | None = None
        match verdict:
            case Delivered(ref=ref):
                is_usable, detail = True, ref
            case Refused(error=error):
                is_usable, detail = False, error
                log.warning("channel.unusable", channel=name, error=error)
            case TryAgain(error=error) | NotTried(error=error):
                detail = error
        before = self.found.get(name)
        is_same = before is not None and before.is_usable is is_usable
        since = before.since if before is not None and is_same else now
        self._of[name] = channel
        self.found[name] = ChannelTest(is_usable, clean(detail, DETAIL_MAX), now, since)
        if is_usable is not None:
            self._show(name, is_usable)

    def _news(self, now: int) -> list[Event]:
        """Troubles that have begun or ended."""
        events: list[Event] = []
        for name, test in self.found.items():
            is_told = name in self._told
            if test.is_usable is False and now >= test.since + TROUBLE_US and not is_told:
                self._told.add(name)
                events.append(_trouble(name, test, now))
            elif test.is_usable and (is_told or test.tested_at == test.since):
                self._told.discard(name)
                text = f"channel {name} can be used again"
                events.append(SelfAlertResolved(f"channel:{name}", text))
        return events


def _trouble(name: str, test: ChannelTest, now: int) -> SelfAlertFired:
    title = f"pages cannot go out by channel {name}"
    text = (
        f"The provider says: {test.detail}. Pages go by other contacts meanwhile."
        " Mend it, and triaged finds out within a minute."
    )
    return SelfAlertFired(f"channel:{name}", title, text, now, Severity.SEV2)
