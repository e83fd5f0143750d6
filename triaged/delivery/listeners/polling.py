"""One channel's provider is asked what is new: by whichever daemon has the lease."""

import msgspec
import structlog

from triaged.calls.answering import Calls
from triaged.channels import Channel, HttpResponse, Result
from triaged.channels.common.two_way import Batch
from triaged.channels.contract import CHANNELS, AskedByChoice, Polled, Registered
from triaged.clock import Clock
from triaged.core.records.verdicts import TryAgain
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.delivery.carriers.transports import Carrier
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables.own import listener_leases

LEASE_US = 2 * MINUTE
"""Longer than a long poll: only a daemon that is gone loses it."""

AGAIN_US = 10 * SECOND
"""After what failed, and until it is looked again whether the lease is free."""

REFUSED_US = MINUTE
"""After a refusal: a wrong token, or somebody else who listens."""

REGISTERED_US = HOUR
"""Interval of the look where a provider calls us."""

log = structlog.get_logger()


class Tools(msgspec.Struct, frozen=True):
    """What listeners share."""

    calls: Calls
    database: Database
    clock: Clock
    carrier: Carrier
    holder: str
    """This process, among those that share the store."""
    public_url: str = ""


def is_asked(channel: Channel) -> bool:
    """Whether the provider of a channel has to be asked."""
    kind = CHANNELS.load(channel.kind)
    if not isinstance(kind, Polled):
        return False
    return not isinstance(kind, AskedByChoice) or kind.polls(channel.settings)


class Listener:
    """The loop of one channel."""

    def __init__(self, channel: Channel, tools: Tools) -> None:
        self._channel = channel
        self._tools = tools
        self._registered_at: int | None = None

    async def run(self) -> None:
        """Register, and ask again and again, until cancelled."""
        while True:
            pause_us = AGAIN_US
            try:
                await self._register()
                if is_asked(self._channel):
                    pause_us = await self._turn()
            except StoreUnavailable as error:
                log.warning("listener.waited", channel=self._channel.name, error=str(error))
            except Exception:  # nothing that a provider says ends it
                log.exception("listener.failed", channel=self._channel.name)
            if pause_us:
                await self._tools.clock.sleep_until(self._tools.clock.now() + pause_us)

    async def _register(self) -> None:
        """Have the provider call us at our address, or nowhere; set only where it differs."""
        kind, now = CHANNELS.load(self._channel.kind), self._tools.clock.now()
        is_fresh = self._registered_at is not None and now < self._registered_at + REGISTERED_US
        if not isinstance(kind, Registered) or is_fresh:
            return
        self._registered_at = now
        carrier, settings = self._tools.carrier, self._channel.settings
        found = await carrier.send(kind.registered(settings))
        base = self._tools.public_url.rstrip("/")
        change = kind.registration(found, f"{base}/callbacks/{self._channel.name}", settings)
        if change is None:
            return
        done = await carrier.send(change)
        if isinstance(done, HttpResponse) and done.status == 200:
            log.info("listener.registered", channel=self._channel.name)
        else:
            log.warning("listener.not_registered", channel=self._channel.name)

    async def _turn(self) -> int:
        """Ask once; the pause until the next time in µs."""
        tools, name = self._tools, self._channel.name
        now = tools.clock.now()
        async with tools.database.transaction() as tx:
            cursor = await listener_leases.take(tx, name, tools.holder, now, now + LEASE_US)
        if cursor is None:
            return AGAIN_US
        kind = CHANNELS.load(self._channel.kind)
        assert isinstance(kind, Polled), "`is_asked` has looked"
        result: Result = await tools.carrier.send(kind.poll(cursor, self._channel.settings))
        found = kind.polled(cursor, result, self._channel.settings)
        if not isinstance(found, Batch):
            log.warning("listener.delayed", channel=name, reason=getattr(found, "error", ""))
            return max(AGAIN_US, found.after_us or 0) if isinstance(found, TryAgain) else REFUSED_US
        await tools.calls.take(self._channel, found.called)
        if found.cursor != cursor:
            async with tools.database.transaction() as tx:
                await listener_leases.move_on(tx, name, tools.holder, found.cursor)
        return found.pause_us

    async def give_back(self) -> None:
        """Let another daemon go on at once."""
        async with self._tools.database.transaction() as tx:
            await listener_leases.give_back(tx, self._channel.name, self._tools.holder)
