"""The store of a stopped daemon, for the commands that work without one."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from triaged.cli._client import Failed
from triaged.clock import Clock, SystemClock
from triaged.config.read import load
from triaged.errors import StoreError
from triaged.store.database import Database, open_database


def store_url(config: Path) -> str:
    """The store that the configuration names; what else is wrong with the file does not matter."""
    loaded = load(config, os.environ)
    if loaded.configuration is None:
        problems = "\n".join(str(problem) for problem in loaded.problems if not problem.warning)
        raise Failed(f"the configuration cannot be used:\n{problems}")
    return loaded.configuration.store


@asynccontextmanager
async def open_store(config: Path) -> AsyncIterator[tuple[Database, Clock]]:
    """The opened and locked store, and the clock it was opened with."""
    clock = SystemClock()
    try:
        database = await open_database(store_url(config), clock)
    except StoreError as error:
        raise Failed(str(error)) from None
    try:
        yield database, clock
    finally:
        await database.close()
