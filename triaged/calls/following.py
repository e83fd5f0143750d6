"""Messages whose provider has to be asked what became of them, while their page is open.

Every daemon asks: what is told twice changes nothing, and so long as one lives somebody asks.
"""

from collections.abc import Callable, Iterator, Mapping

import structlog

from triaged.calls.answering import Calls
from triaged.channels import Channel
from triaged.channels.contract import CHANNELS, Followed
from triaged.core.time.durations import HOUR, SECOND
from triaged.store.tables.practice_rows import messages

EVERY_US = 10 * SECOND
"""Pushover asks for five seconds between two questions; two daemons keep that."""

LIFE_US = 3 * HOUR
"""The longest time for which a message rings."""

MESSAGES_MAX = 20
"""Messages of a channel in one turn, the newest: each question is a request."""

log = structlog.get_logger()


class Following:
    """The job that asks."""

    name = "following"
    every_us = EVERY_US

    def __init__(self, calls: Calls, current: Callable[[], Mapping[str, Channel]]) -> None:
        self._calls = calls
        self._current = current

    async def once(self) -> None:
        """Ask about each message of an open page. Raises StoreUnavailable."""
        for channel, kind in self._followed():
            now = self._calls.parts.clock.now()
            async with self._calls.parts.database.reading() as tx:
                refs = await messages.of_open(tx, channel.name, now - LIFE_US, MESSAGES_MAX)
            for ref in refs:
                if not await self._ask(channel, kind, ref):
                    break  # the others would hear the same

    def _followed(self) -> Iterator[tuple[Channel, Followed]]:
        for channel in self._current().values():
            kind = CHANNELS.load(channel.kind)
            if isinstance(kind, Followed):
                yield channel, kind

    async def _ask(self, channel: Channel, kind: Followed, ref: str) -> bool:
        """Ask about one message; False: the provider did not say."""
        settings = channel.settings
        result = await self._calls.parts.sender.send(kind.look_up(ref, settings))
        found = kind.looked_up(ref, result, settings)
        if isinstance(found, tuple):
            await self._calls.take(channel, found)
            return True
        log.info("message.unanswered", channel=channel.name)
        return False
