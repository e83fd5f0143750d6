from msgspec.structs import replace

from triaged.core.matching import Matcher
from triaged.core.muting import Silence
from triaged.store import silences
from triaged.store.database import Database

ONE = Silence("one", (Matcher("a", "=~", "b.*"),), 10, 20, "alice", "why", 5)


async def active(database: Database, at: int) -> list[Silence]:
    async with database.reading() as tx:
        return silences.decoded(await tx.fetch_bulk(*silences.ask_active(at)))


async def test_a_silence_is_found_from_its_start_until_before_its_end(database: Database) -> None:
    async with database.transaction() as tx:
        await silences.save(tx, [ONE])

    found = [await active(database, at) for at in (9, 10, 19, 20)]

    assert found == [[], [ONE], [ONE], []]


async def test_a_silence_is_replaced_whole(database: Database) -> None:
    later = replace(ONE, ends_at=30, comment="longer")
    async with database.transaction() as tx:
        await silences.save(tx, [ONE])
        await silences.save(tx, [later])

    assert await active(database, 25) == [later]
