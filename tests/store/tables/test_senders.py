from triaged.core.records.reports import UnknownEnd
from triaged.store.database.connect import Database
from triaged.store.tables import senders

PARIS, OSLO = ("prometheus", "http://paris:9090"), ("prometheus", "http://oslo:9090")


async def test_each_sender_of_a_source_is_heard_for_itself(database: Database) -> None:
    async with database.transaction() as tx:
        await senders.save(tx, {PARIS: 10, OSLO: 20})
        await senders.save(tx, {PARIS: 5, OSLO: 30})

    async with database.reading() as tx:
        assert await senders.heard(tx) == {PARIS: 10, OSLO: 30}
        assert await senders.last_heard(tx) == 30


async def test_nobody_was_heard_in_a_new_store(database: Database) -> None:
    async with database.reading() as tx:
        assert await senders.last_heard(tx) is None


async def test_one_unknown_end_is_watched_for_each_sender(database: Database) -> None:
    first, second = UnknownEnd(*PARIS, "f", 3, 10), UnknownEnd(*PARIS, "g", 4, 11)
    async with database.transaction() as tx:
        await senders.save(tx, {PARIS: 10, OSLO: 20})
        await senders.save_unknown_ends(tx, [first])
        await senders.save_unknown_ends(tx, [second])

    async with database.reading() as tx:
        assert await senders.unknown_ends(tx, {PARIS, OSLO}) == {PARIS: second}
