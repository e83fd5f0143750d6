"""Reload after SIGHUP, and under `watch: true` when files of the configuration have changed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from triaged.config.model import Configuration
from triaged.core.time.durations import SECOND

Stamps = dict[Path, tuple[int, int]]
"""By file: its change time (ns) and its size."""


class ReloadWatch:
    """Compares the files with those of the last reload once a second."""

    name = "reload_watch"
    every_us = SECOND

    def __init__(
        self, configuration: Callable[[], Configuration], reload: Callable[[], Awaitable[object]]
    ) -> None:
        self._configuration = configuration
        self._reload = reload
        self._requested = False
        self._loaded = stamps_of(configuration().files)
        """Stamps of the files as they were loaded."""
        self._last = self._loaded
        """Stamps of the files a turn ago."""

    def request(self) -> None:
        """Reload at the next turn: somebody sent SIGHUP."""
        self._requested = True

    async def once(self) -> None:
        """Reload, if that was requested, or if files have changed and nobody writes them now."""
        before, self._last = self._last, await self._stamps()
        settled = self._last == before  # whoever saves several files is not done with the first
        changed = self._configuration().watch and settled and self._last != self._loaded
        if not (self._requested or changed):
            return
        self._requested = False
        await self._reload()
        self._loaded = self._last = await self._stamps()

    async def _stamps(self) -> Stamps:
        return await asyncio.to_thread(stamps_of, self._configuration().files)


def stamps_of(files: Sequence[Path]) -> Stamps:
    """Change time and size of each file that exists."""
    found: Stamps = {}
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_size)
    return found
