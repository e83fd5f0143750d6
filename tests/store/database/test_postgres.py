"""What another daemon on the same PostgreSQL may not do meanwhile.

Each test holds a transaction open and tries the same in a second one, which gives up at once where
it would have to wait.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice

import asyncpg
import pytest

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from tests.store.rivals import observed
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Contended, Transaction
from triaged.store.database.connect import Database
from triaged.store.database.postgres import translated
from triaged.store.tables import pages
from triaged.store.tables.own import counters

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

LEASE_US = 15 * SECOND


@asynccontextmanager
async def impatient(database: Database) -> AsyncIterator[Transaction]:
    """A transaction that waits for nobody's lock: where it would, it raises StoreUnavailable."""
    async with database.transaction() as tx:
        await tx.execute("SET LOCAL lock_timeout = '50ms'")
        yield tx


async def test_a_key_that_one_has_locked_the_other_waits_for(database: Database) -> None:
    async def lock(*keys: str) -> None:
        async with impatient(database) as tx:
            await tx.lock_keys(keys)

    async with database.transaction() as first:
        await first.lock_keys(["a", "b"])
        await lock("c")

        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await lock("b", "c")
    await lock("a", "b")


async def test_keys_are_locked_in_one_order_whatever_order_they_are_named_in(
    database: Database, url: str
) -> None:
    async def lock(*keys: str) -> None:
        async with database.transaction() as tx:
            await tx.lock_keys(keys)

    async with (
        observed(url) as watching,
        asyncio.TaskGroup() as tasks,
        database.transaction() as third,
    ):
        await third.lock_keys(["b"])
        tasks.create_task(lock("b", "a"))
        await watching.waiting(1)
        tasks.create_task(lock("a", "b"))
        await watching.waiting(2)

    # Neither holds what the other waits for: a deadlock would have raised `Contended`.


async def test_numbers_that_one_may_use_the_other_waits_for(database: Database) -> None:
    async def take() -> list[int]:
        async with impatient(database) as tx:
            (found,) = await tx.fetch_bulks([counters.ask("incident")])
            numbers = counters.numbers(found)
            used = list(islice(numbers["incident"], 2))
            await counters.take(tx, numbers)
        return used

    async with database.transaction() as first:
        await first.fetch_bulks([counters.ask("incident")])

        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await take()
    assert [await take(), await take()] == [[1, 2], [3, 4]]


async def test_pages_that_one_claims_the_other_passes_over(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(*[desk.fires(alertname=str(n), severity="SEV-1") for n in range(3)])

    async with database.transaction() as first, impatient(database) as second:
        taken = await pages.claim(first, "mail", clock.now(), LEASE_US, pages.Room(1))
        rest = await pages.claim(second, "mail", clock.now(), LEASE_US, pages.Room(10))

    assert [page.incident for page in taken] == [1]
    assert [page.incident for page in rest] == [2, 3]


STATEMENTS: dict[str, Callable[[Transaction], Awaitable[object]]] = {
    "fetch": lambda tx: tx.fetch("SELECT 1"),
    "fetch_bulks": lambda tx: tx.fetch_bulks([counters.ask("incident")]),
    "execute": lambda tx: tx.execute("UPDATE counters SET next = next"),
    "write": lambda tx: tx.write(counters.TAKE, [("incident", 7)]),
    "lock_keys": lambda tx: tx.lock_keys(["a"]),
    "commit": lambda tx: asyncio.sleep(0),
}


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_a_backend_that_ends_is_a_store_that_is_unavailable(
    database: Database, url: str, statement: str
) -> None:
    operator = await asyncpg.connect(url)
    with pytest.raises(StoreUnavailable):  # noqa: PT012 - the end of the block commits
        async with database.transaction() as tx:
            ((backend,),) = await tx.fetch("SELECT pg_backend_pid()")
            await operator.execute("SELECT pg_terminate_backend($1)", backend)
            while await operator.fetchval(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = $1", backend
            ):
                pass
            await STATEMENTS[statement](tx)
    await operator.close()

    async with database.transaction() as tx:
        assert await tx.fetch("SELECT 1") == [(1,)], "the next one has another connection"


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.ProtocolError("cut off"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("too many clients"),
        ConnectionResetError(),
        TimeoutError(),
        EOFError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_lost_connection_raises_may_pass(url: str, error: Exception) -> None:
    with pytest.raises(StoreUnavailable, match="PostgreSQL: "), translated():
        raise error


@pytest.mark.parametrize(
    "error", [asyncpg.DeadlockDetectedError("deadlock"), asyncpg.SerializationError("no")]
)
def test_whoever_lost_to_another_process_begins_anew(url: str, error: Exception) -> None:
    with pytest.raises(Contended), translated():
        raise error
