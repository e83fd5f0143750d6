"""What has to be done now and then: retention, reloads, a look at the clocks."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from triaged.clock import SystemClock
from triaged.core.muting.muters import Muters
from triaged.core.records.events import StoreRestored
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.errors import StoreUnavailable
from triaged.http.context import Context
from triaged.store import retention
from triaged.store.database import restoring
from triaged.store.queries import firing, similar_incidents
from triaged.store.queries.reclassifying import walk
from triaged.store.tables import incidents
from triaged.wire import instant_text

RETENTION_EVERY_US = HOUR
LOOK_EVERY_US = SECOND
READ_EVERY_US = 10 * SECOND
"""How soon the words of an incident that is over are known: they help with the next one."""

MUTES_EVERY_US = 15 * SECOND
"""How soon an `expire_when_clear` silence ends once nothing it matches fires."""

TOLD_TOGETHER = 100
"""Incidents in one batch that are told of a restore, between which alerts and people get in."""

STEP_WARN_US = MINUTE
"""A wall clock this far from ours is worth a warning; deadlines go by ours."""

log = structlog.get_logger()
Stamps = dict[Path, tuple[int, int]]


class Upkeep:
    """One slow loop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reload_wanted = False
        self._prune_at = 0
        self._read_at = 0
        self._mutes_at = 0
        self._marked: Muters | None = None
        self._warned_us = 0
        self._stamps: Stamps = {}
        """Of what is loaded."""
        self._last: Stamps = {}
        """As they were a turn ago."""
        self._compared = context.configuration.settings.rules.digest
        self._restore_told = False

    def reload_soon(self) -> None:
        """Somebody sent SIGHUP."""
        self._reload_wanted = True

    async def run(self) -> None:
        """Turn once a second."""
        clock = self._context.clock
        self._stamps = self._last = await self._look()
        while True:
            await clock.sleep_until(clock.now() + LOOK_EVERY_US)
            await self._tell_of_restore()
            await self._reload_if_wanted()
            await self._prune(clock.now())
            await self._read_words(clock.now())
            await self._mind_mutes(clock.now())
            await self._compare_rules()
            self._compare_clocks()

    async def _reload_if_wanted(self) -> None:
        before, self._last = self._last, await self._look()
        settled = self._last == before  # whoever saves several files is not done with the first
        watched = self._context.configuration.watch and settled
        changed = watched and self._last != self._stamps
        if not (self._reload_wanted or changed):
            return
        self._reload_wanted = False
        await self._context.reload()
        self._stamps = self._last = await self._look()

    async def _look(self) -> Stamps:
        files = self._context.configuration.files
        return await asyncio.to_thread(_stamps_of, files)

    async def _prune(self, now: int) -> None:
        """Delete what is past its retention, in small batches that let ingest through."""
        if now < self._prune_at:
            return
        self._prune_at = now + RETENTION_EVERY_US
        database, limits = self._context.database, self._context.configuration.retention
        try:
            removed = await retention.prune(database, limits, now)
        except StoreUnavailable as error:
            log.warning("retention.waited", error=str(error))
            return
        if removed:
            log.info("retention.pruned", **removed)

    async def _read_words(self, now: int) -> None:
        """Read what incidents that are over have in words, so that similar ones are found."""
        if now < self._read_at:
            return
        self._read_at = now + READ_EVERY_US
        try:
            await similar_incidents.read(self._context.database)
        except StoreUnavailable as error:
            log.warning("words.waited", error=str(error))

    async def _mind_mutes(self, now: int) -> None:
        """After a start or a reload mark what suppresses; end silences that are done."""
        engine, database = self._context.engine, self._context.database
        muters = engine.settings.muters
        try:
            if muters is not self._marked:
                await firing.mark(database, muters.suppress)
                self._marked = muters
            if now >= self._mutes_at:
                self._mutes_at = now + MUTES_EVERY_US
                events = await firing.looks(database, now)
                if events:
                    await engine.submit(events, urgent=True)
        except StoreUnavailable as error:
            log.warning("mutes.waited", error=str(error))

    async def _tell_of_restore(self) -> None:
        """Once after a start: if the store was put back, say so on whatever is not over."""
        if self._restore_told:
            return
        engine, database = self._context.engine, self._context.database
        try:
            async with database.reading() as tx:
                copied_at = await restoring.untold(tx)
                numbers = [] if copied_at is None else await incidents.live_numbers(tx)
            if copied_at is not None:
                log.warning(
                    "store.restored", known_until=instant_text(copied_at), live=len(numbers)
                )
                for start in range(0, len(numbers), TOLD_TOGETHER):
                    told = numbers[start : start + TOLD_TOGETHER]
                    await engine.submit([StoreRestored(n, copied_at) for n in told], urgent=True)
                async with database.transaction() as tx:
                    await restoring.told(tx)
        except StoreUnavailable as error:
            log.warning("restore.waited", error=str(error))
            return
        self._restore_told = True

    async def _compare_rules(self) -> None:
        """After a reload with other rules: how many open incidents they would see otherwise."""
        rules = self._context.configuration.settings.rules
        before, self._compared = self._compared, rules.digest
        if before == rules.digest:
            return
        looked_at = differing = 0
        numbers: set[int] = set()
        try:
            async for part in walk(self._context.database, rules):
                looked_at += part.looked_at
                for stored, verdict in part.differing:
                    if verdict.outcome.severity is not stored.severity:
                        differing += 1
                        numbers |= set() if stored.incident is None else {stored.incident}
            async with self._context.database.reading() as tx:
                numbers &= set(await incidents.live_numbers(tx))
        except StoreUnavailable as error:
            log.warning("rules.waited", error=str(error))
            self._compared = before
            return
        log.info(
            "rules.compared",
            rule_set=rules.digest,
            firing=looked_at,
            alerts_differ=differing,
            incidents_differ=len(numbers),
            see="triaged rule reclassify --dry-run",
        )

    def _compare_clocks(self) -> None:
        clock = self._context.clock
        step_us = clock.step_us() if isinstance(clock, SystemClock) else 0
        if abs(step_us - self._warned_us) > STEP_WARN_US:
            log.warning("clock.stepped", seconds=step_us // SECOND)
            self._warned_us = step_us


def _stamps_of(files: Sequence[Path]) -> Stamps:
    """Change time and size of each file that exists."""
    found: Stamps = {}
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_size)
    return found
