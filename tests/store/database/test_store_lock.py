"""One process per PostgreSQL, also when connections are lost."""

import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.store.conftest import StillClock
from triaged.errors import StoreMismatch, StoreUnavailable
from triaged.store.database.connect import Database, open_database
from triaged.store.database.store_lock import HOLDER, StoreLock

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
async def operator(url: str) -> AsyncIterator[Any]:
    """A connection that is not triaged's."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def end_the_lock(operator: Any) -> None:
    """End the session that has the lock, and wait until it is gone."""
    while (holder := await operator.fetchrow(HOLDER)) is not None:
        await operator.execute("SELECT pg_terminate_backend($1)", holder["pid"])


async def writes(database: Database) -> None:
    """One transaction."""
    async with database.transaction() as tx:
        await tx.execute("SELECT 1")


async def writes_while_it_may(database: Database) -> None:
    """Transactions until one is refused."""
    while True:
        await writes(database)


async def test_a_second_daemon_is_refused_and_hears_of_the_first(
    database: Database, url: str, clock: StillClock
) -> None:
    name = f"triaged {os.getpid()}@{socket.gethostname()}"

    with pytest.raises(StoreMismatch, match=f"in use by {name} since 20..-..-..T..:..:..Z; stop"):
        await open_database(url, clock)

    await database.close()
    await (await open_database(url, clock)).close()


async def test_who_asks_for_no_lock_is_let_in(
    database: Database, url: str, clock: StillClock
) -> None:
    beside = await open_database(url, clock, lock=False)

    await writes(beside)

    await beside.close()


async def test_a_lock_that_was_lost_is_taken_again(
    database: Database, url: str, clock: StillClock, operator: Any
) -> None:
    await end_the_lock(operator)

    while await operator.fetchrow(HOLDER) is None:  # the end has its way to go
        await writes(database)

    with pytest.raises(StoreMismatch, match="in use by triaged"):
        await open_database(url, clock)


async def test_who_lost_the_lock_to_another_writes_nothing_until_that_is_gone(
    database: Database, url: str, clock: StillClock, operator: Any
) -> None:
    await end_the_lock(operator)
    other = await open_database(url, clock)

    with pytest.raises(StoreUnavailable, match="in use by triaged"):
        await writes_while_it_may(database)
    await writes(other)

    await other.close()
    while True:
        try:
            await writes(database)
        except StoreUnavailable:
            assert await database.now(), "it still reads"
        else:
            break


async def test_a_session_of_ours_that_the_server_takes_for_alive_is_ended(
    url: str, operator: Any
) -> None:
    lock = StoreLock(url)
    await lock.take()
    before = await operator.fetchval(HOLDER)

    await lock.take()  # as after a network that swallowed everything

    assert await operator.fetchval(HOLDER) != before
    await lock.release()
