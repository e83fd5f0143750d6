from triaged.store.database.connect import Database
from triaged.store.tables import backlog
from triaged.store.tables.backlog import UNREADABLE, Body, Extent, Pack

BODY = Body("am", 1_000, {"user-agent": "a"}, b'{"labels": {"pod": "\xc3\xa9"}}\x00\xff')


def pack(number: int, alerts: int = 2) -> Pack:
    """A pack of two bodies."""
    return Pack(number, [BODY, Body("b", 2_000, {}, b"x" * number)], alerts, 40)


async def keep(database: Database, *packs: Pack) -> None:
    """Write them."""
    async with database.transaction() as tx:
        await backlog.keep(tx, backlog.rows_of(packs))


async def test_bodies_come_back_as_they_were(database: Database) -> None:
    await keep(database, pack(1))

    async with database.reading() as tx:
        assert await backlog.oldest(tx, 0, 10) == [pack(1)]


async def test_the_oldest_come_first_behind_where_one_is(database: Database) -> None:
    await keep(database, pack(1), pack(2))
    await keep(database, pack(3), pack(10))

    async with database.reading() as tx:
        found = await backlog.oldest(tx, 1, 2)
    assert [one.id for one in found] == [2, 3]


async def test_a_pack_that_cannot_be_read_is_one_body_of_no_source(database: Database) -> None:
    await keep(database, pack(1), pack(2), pack(3))
    async with database.transaction() as tx:
        await tx.execute("UPDATE backlog SET bodies = $1 WHERE id = 2", b"torn")

    async with database.reading() as tx:
        found = await backlog.oldest(tx, 0, 10)
    torn = Pack(2, [Body(UNREADABLE, BODY.received_at, {}, b"torn")], 2, 40)
    assert found == [pack(1), torn, pack(3)]


async def test_what_is_decided_is_forgotten(database: Database) -> None:
    await keep(database, pack(1), pack(2), pack(3))

    async with database.transaction() as tx:
        await backlog.drop(tx, [1, 3])

    async with database.reading() as tx:
        assert [one.id for one in await backlog.oldest(tx, 0, 10)] == [2]


async def test_extent_tells_how_much_waits(database: Database) -> None:
    async with database.reading() as tx:
        assert await backlog.extent(tx) == Extent(0, 0, 0, 0, None)

    await keep(database, pack(1, alerts=5), pack(7, alerts=6))

    async with database.reading() as tx:
        assert await backlog.extent(tx) == Extent(2, 11, 80, last_id=7, oldest_at=1_000)


def test_bodies_of_a_storm_get_small() -> None:
    body = b'{"labels": {"alertname": "KubePodCrashLooping", "pod": "checkout-7d9"}}' * 64
    alike = Pack(1, [Body("am", 1, {}, body)] * 2, 128, 2 * len(body))

    [(*_, bodies)] = backlog.rows_of([alike])

    assert len(bodies) < len(body) / 10
