from msgspec.structs import replace

from triaged.core.records.duty.away import Absence, Away, AwayState
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import away

FIRST = Away("a1", None, "alice", 5, 9, "holiday", "bob", 1)
SECOND = replace(FIRST, id="a2", person="bob", end_at=20)
ENDED = replace(FIRST, id="a3", end_at=30, state=AwayState.ENDED)


async def test_absences_count_until_they_are_over_or_ended(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, SECOND, ENDED])

    async with database.reading() as tx:
        assert await away.active(tx, 8) == [FIRST, SECOND]
        assert await away.active(tx, 9) == [SECOND]
        assert await away.absences(tx, 9) == (Absence("bob", 5, 20),)
        assert await away.fetch(tx, "a3") == ENDED
        assert await away.fetch(tx, "a4") is None


async def test_what_was_over_long_ago_is_deleted(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, SECOND])
    async with database.transaction() as tx:
        assert await away.prune(tx, away.KEPT_US + 10) == 1

    async with database.reading() as tx:
        assert await away.fetch(tx, "a1") is None
        assert await away.fetch(tx, "a2") == SECOND
