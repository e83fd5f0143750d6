"""A lane for each third party that has requests in the outbox. Nothing here concerns pages."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog
from msgspec.structs import replace

from triaged.channels import Channel
from triaged.clock import Clock
from triaged.core.records.effects import ByKind, SaveRow
from triaged.core.records.practice.requests import Request
from triaged.core.time.durations import SECOND
from triaged.delivery.carriers.transports import Carrier
from triaged.delivery.request_kinds import Tools
from triaged.delivery.request_kinds.contract import REQUEST_KINDS, subject_of
from triaged.delivery.request_lane import RequestLane, Room
from triaged.delivery.waiting import until
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.integrations import Integration
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import requests
from triaged.wire import Secret

SWEEP_US = 15 * SECOND
"""Interval of the search for lanes that have requests."""

LANES_MAX = 100
"""Lanes at once: the integrations of a configuration, and those of subscribers."""

log = structlog.get_logger()


class Configured(Protocol):
    """The parts of a configuration that requests need."""

    @property
    def integrations(self) -> Mapping[str, Integration]:
        """The integrations by name."""

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels by name."""


class Requests:
    """All lanes. Call within a running event loop."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        carrier: Carrier,
        action_key: Secret,
    ) -> None:
        self._tools = Tools(engine, database, clock, carrier, action_key)
        self._room = Room()
        self._lanes: dict[str, RequestLane] = {}
        self._changed = asyncio.Event()
        self._sweep_at = 0
        self.stopping = False

    def committed(self, effects: ByKind) -> None:
        """Wake the lanes that have something to do since this commit."""
        rows = [effect.row for effect in effects.of(SaveRow)]
        for lane in {row.lane for row in rows if isinstance(row, Request) and row.waits}:
            self.wake(lane)

    def wake(self, lane: str) -> None:
        """Wake a lane: a request is there."""
        known = self._lanes.get(lane)
        if known is None:
            self._sweep_at = 0
            self._changed.set()
        else:
            known.wake()

    def reload(self, configured: Configured) -> None:
        """Go on with this configuration. What is under way ends as it began."""
        self._tools = replace(
            self._tools, integrations=configured.integrations, channels=configured.channels
        )
        for lane in self._lanes.values():
            lane.tools = self._tools

    def stop(self) -> None:
        """Claim no more; `run` returns soon after."""
        self.stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Keep a lane where there is work until told to stop. May be run again after an error."""
        self._lanes.clear()
        self._room = Room()
        self._sweep_at = 0
        clock = self._tools.clock
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self.stopping:
                    now = clock.now()
                    if now >= self._sweep_at:
                        self._sweep_at = now + SWEEP_US
                        await self._sweep(tasks)
                    await until(clock, self._sweep_at, self._changed)
                for lane in self._lanes.values():
                    lane.stop()
        finally:
            await self._tools.carrier.close()

    async def _sweep(self, tasks: asyncio.TaskGroup) -> None:
        """Open lanes that have requests; close those that have none."""
        try:
            async with self._tools.database.reading() as tx:
                due = await requests.lanes_due(tx)
        except StoreUnavailable as error:
            log.warning("requests.waited", error=str(error))
            return
        except Exception:  # whatever it is, pages must go on
            log.exception("requests.failed")
            return
        for name, lane in list(self._lanes.items()):
            if lane.idle:
                lane.stop()
                del self._lanes[name]
                self._sweep_at = 0  # it may have been woken a moment ago
        for name, kind in due:
            subject = subject_of(kind)
            if name in self._lanes or len(self._lanes) >= LANES_MAX:
                continue
            if subject not in REQUEST_KINDS.kinds:
                log.error("requests.unknown_kind", kind=kind)
                continue
            lane = self._lanes[name] = RequestLane(name, subject, self._tools, self._room)
            tasks.create_task(lane.run())
