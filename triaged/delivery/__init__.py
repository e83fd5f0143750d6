"""Delivery of committed outbox rows to providers; their verdicts go to the engine as events."""

import asyncio
from collections.abc import Mapping

import msgspec
import structlog

from triaged.channels import Channel
from triaged.clock import Clock
from triaged.core.records.effects import AddPage, ByKind, SavePage
from triaged.core.records.events import RetryWanted
from triaged.core.records.model import PageState
from triaged.core.time.durations import SECOND
from triaged.delivery.carriers.transports import Carrier
from triaged.delivery.lane import POLL_US, Lane, Surroundings
from triaged.delivery.waiting import until
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables import pages
from triaged.wire import Secret

SWEEP_US = 15 * SECOND
"""Interval of the search for pages of channels that are gone."""

RETRIES_MAX = 1000
"""Pages that are tried again at once after a reload; the others come in their time, a minute."""

log = structlog.get_logger()


class Equipment(msgspec.Struct, frozen=True):
    """The parts that delivery needs besides the engine, the store and the clock."""

    channels: Mapping[str, Channel]
    action_key: Secret
    """Signs the links in pages: the store's secret `links.KEY_NAME`."""
    carrier: Carrier
    """Takes messages to providers: `Transports`."""


class Delivery:
    """A lane for each channel. Call within a running event loop."""

    def __init__(
        self, engine: Engine, database: Database, clock: Clock, equipment: Equipment
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._channels = equipment.channels
        self._carrier = equipment.carrier
        self._around = Surroundings(
            engine, database, clock, equipment.carrier, equipment.action_key
        )
        self._lanes: dict[str, Lane] = {}
        self._changed = asyncio.Event()
        self._reloaded = False
        """True until the pages that failed under the settings of before are tried again."""
        self._stopping = False
        self._turned_at = clock.now()
        self._sweep_at = 0

    @property
    def turned_at(self) -> int:
        """When the loop that turned longest ago last did (µs UTC), for the health check."""
        return min([self._turned_at, *(lane.turned_at for lane in self._lanes.values())])

    def committed(self, effects: ByKind) -> None:
        """Wake the lanes that have something to do since this commit."""
        rows = [effect.page for effect in effects.of(AddPage)]
        rows += [one.page for one in effects.of(SavePage) if one.page.state is PageState.DUE]
        for channel in {page.channel for page in rows}:
            self.wake(channel)

    def wake(self, channel: str) -> None:
        """Wake the lane of `channel`: a page is there."""
        lane = self._lanes.get(channel)
        if lane is None:
            self._sweep_at = 0
            self._changed.set()
        else:
            lane.wake()

    def reload(self, channels: Mapping[str, Channel]) -> None:
        """Go on with these channels. What is under way ends as it began."""
        self._channels = channels
        self._reloaded = True
        self._sweep_at = 0
        self._changed.set()

    def stop(self) -> None:
        """Claim no more; `run` returns when what is under way has its verdict (10 s at most).

        The engine must turn until then.
        """
        self._stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Keep a lane for each channel until told to stop. May be run again after an error."""
        self._lanes.clear()
        self._sweep_at = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self._stopping:
                    self._turned_at = now = self._clock.now()
                    if now >= self._sweep_at:
                        self._sweep_at = now + SWEEP_US
                        await self._sweep(tasks)
                    if self._reloaded:
                        self._reloaded = not await self._retry(now)
                    await until(self._clock, now + POLL_US, self._changed)
                for lane in self._lanes.values():
                    lane.stop()
        finally:
            await self._carrier.close()

    async def _sweep(self, tasks: asyncio.TaskGroup) -> None:
        """Open lanes for new channels and for pages whose channel is gone; close idle ones."""
        for name in sorted({*self._channels, *await self._channels_due()}):
            lane = self._lanes.get(name)
            if lane is None:
                lane = self._lanes[name] = Lane(name, None, self._around)
                tasks.create_task(lane.run())
            lane.use(self._channels.get(name))
        for name, lane in list(self._lanes.items()):
            if name not in self._channels and lane.idle:
                lane.stop()
                del self._lanes[name]

    async def _retry(self, now: int) -> bool:
        """Have pages looked at anew that failed or are held. False: the store was unavailable."""
        try:
            async with self._database.reading(urgent=True) as tx:
                waiting = await pages.put_off(tx, now, RETRIES_MAX)
            await self._engine.submit(
                [RetryWanted(page.id, page.token) for page in waiting], urgent=True
            )
        except StoreUnavailable as error:
            log.warning("delivery.waited", error=str(error))
            return False
        return True

    async def _channels_due(self) -> list[str]:
        """Names of channels, perhaps gone ones, that have pages waiting."""
        try:
            async with self._database.reading(urgent=True) as tx:
                return await pages.channels_due(tx)
        except StoreUnavailable as error:
            log.warning("delivery.waited", error=str(error))
            return []
