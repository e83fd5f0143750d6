"""The store of a stopped daemon, for the commands that work without one."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from triaged.cli._client import Failed
from triaged.clock import Clock, SystemClock
from triaged.config.files import STATE
from triaged.config.model import Configuration
from triaged.config.read import load
from triaged.errors import StoreError
from triaged.store.database.connect import Database, open_database

SQLITE = "sqlite:"
ELSEWHERE = (
    "; of a daemon under systemd it is in another place: set STATE_DIRECTORY=/var/lib/triaged"
)


def configuration_of(config: Path) -> Configuration:
    """The configuration. Wrong rules and missing secrets are no error for work on a store."""
    loaded = load(config, os.environ)
    if loaded.configuration is None:
        problems = "\n".join(str(problem) for problem in loaded.problems if not problem.warning)
        raise Failed(f"the configuration cannot be used:\n{problems}")
    return loaded.configuration


def store_url(config: Path) -> str:
    """The store that the configuration names."""
    return configuration_of(config).store


def existing(url: str) -> str:
    """`url`, if its store exists; Failed otherwise, because opening it would create another one."""
    path = url.removeprefix(SQLITE)
    if path != url and not Path(path).exists():
        advice = "" if os.environ.get(STATE) else ELSEWHERE
        raise Failed(f"there is no store at {path}{advice}")
    return url


@asynccontextmanager
async def open_store(config: Path, *, new: bool = False) -> AsyncIterator[tuple[Database, Clock]]:
    """The opened and locked store, and its clock; `new` allows to create the store."""
    clock = SystemClock()
    url = store_url(config)
    try:
        database = await open_database(url if new else existing(url), clock)
    except StoreError as error:
        raise Failed(str(error)) from None
    try:
        yield database, clock
    finally:
        await database.close()
