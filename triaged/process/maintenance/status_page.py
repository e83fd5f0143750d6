"""The status page: rendered when it changes, copied, driven by the clock of maintenance.

Requests are answered from what is rendered here; none of them reads the store.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import structlog

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.practice.status.public_page import PageRows, PublicPage, public_page
from triaged.core.records.effects import SaveRow
from triaged.core.records.practice.status import Component, Maintenance, Post, PublicIncident
from triaged.core.records.practice.status_events import ComponentsListed, MaintenanceDue
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.time.durations import MINUTE, SECOND
from triaged.engine.engine import Engine
from triaged.errors import CopyFailed
from triaged.process.static_copy import replace_copy
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import status

SHOWN = (Component, Maintenance, Post, PublicIncident)
"""The rows that the page shows."""

CHECKED_EVERY_US = 5 * MINUTE
"""Interval of a new rendering without a change: the page says when it was checked, and days end."""

OTHERS_EVERY_US = 5 * SECOND
"""Interval at which the rows are read anew where another process may have changed them."""

COPY_AGAIN_US = MINUTE
"""Pause after a copy that could not be written."""

DUE_MAX = 100

log = structlog.get_logger()


class Site(Protocol):
    """Makes files of the page, and serves them."""

    def render(self, shown: PublicPage | None, public_url: str) -> None:
        """Render the page and serve it from now on; None: there is none."""

    def copy(self, shown: PublicPage, public_url: str) -> Mapping[str, bytes]:
        """The static copy, by path in its folder."""


class StatusPageKeeper:
    """Keeps what is served, and what is copied, as the rows are."""

    name = "status_page"
    every_us = SECOND
    """How soon a change is seen, and how exactly maintenance begins."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        current: Callable[[], Configuration],
        site: Site,
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._current = current
        self._site = site
        self._changed = True
        self._configuration: Configuration | None = None
        self._rows: PageRows | None = None
        self._read_at = self._rendered_at = 0
        self._copy_at: int | None = None
        """When the copy is to be written; None: it is as the page is."""

    def committed(self, rows: Iterable[SaveRow]) -> None:
        """Look again if these rows are shown."""
        if any(isinstance(one.row, SHOWN) for one in rows):
            self.look()

    def look(self) -> None:
        """Read the rows anew at the next turn."""
        self._changed = True

    async def once(self) -> None:
        """Do what the clock says for maintenance; render and copy where something has changed."""
        configuration = self._current()
        page = configuration.settings.status_page
        if configuration is not self._configuration:
            self._configuration, self._changed = configuration, True
        if page is None:
            if self._changed:
                self._site.render(None, configuration.public_url)
                self._changed = False
            return
        await self._drive_maintenance()
        await self._render(configuration, page)

    async def _drive_maintenance(self) -> None:
        async with self._database.reading() as tx:
            due = await status.maintenance_due(tx, self._clock.now(), DUE_MAX)
        events = [MaintenanceDue(row.id, row.due_at) for row in due if row.due_at is not None]
        if events:
            await self._engine.submit(events, urgent=True)

    async def _render(self, configuration: Configuration, page: StatusPage) -> None:
        now = self._clock.now()
        others = self._database.name != "sqlite"
        look = self._changed or now >= self._rendered_at + CHECKED_EVERY_US
        if not look and not (others and now >= self._read_at + OTHERS_EVERY_US):
            await self._copy_again(configuration, page, now)
            return
        self._changed, self._read_at = False, now
        rows = await self._read(page)
        if not look and rows == self._rows:
            return
        self._rows, self._rendered_at = rows, now
        shown = await asyncio.to_thread(public_page, page, rows, now)
        await asyncio.to_thread(self._site.render, shown, configuration.public_url)
        self._copy_at = now if page.export else None
        await self._copy_again(configuration, page, now)

    async def _read(self, page: StatusPage) -> PageRows:
        async with self._database.reading() as tx:
            rows = await status.page_rows(tx)
        missing = tuple(one.key for one in page.components if one.key not in rows.components)
        if not missing:
            return rows
        await self._engine.submit([ComponentsListed(missing)], urgent=True)
        async with self._database.reading() as tx:
            return await status.page_rows(tx)

    async def _copy_again(self, configuration: Configuration, page: StatusPage, now: int) -> None:
        """Write the copy if it is to be written."""
        if self._copy_at is None or now < self._copy_at or self._rows is None:
            return
        shown = await asyncio.to_thread(public_page, page, self._rows, self._rendered_at)
        try:
            await asyncio.to_thread(self._write, shown, configuration.public_url)
        except CopyFailed as error:
            self._copy_at = now + COPY_AGAIN_US
            log.warning("status_page.copy_failed", error=str(error))
        else:
            self._copy_at = None

    def _write(self, shown: PublicPage, public_url: str) -> None:
        replace_copy(Path(shown.page.export), self._site.copy(shown, public_url))
