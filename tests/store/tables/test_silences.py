from msgspec.structs import replace

from triaged.core.records.matching import Matcher
from triaged.core.records.silences import Silence
from triaged.store.database.connect import Database
from triaged.store.tables import silences

ONE = Silence("one", (Matcher("a", "=~", "b.*"),), 10, 20, "alice", "why", 5)


async def active(database: Database, at: int) -> list[Silence]:
    async with database.reading() as tx:
        return silences.decoded(await tx.fetch_bulk(*silences.ask_active(at)))


async def test_a_silence_is_found_from_its_start_until_before_its_end(database: Database) -> None:
    async with database.transaction() as tx:
        await silences.save(tx, [ONE])

    found = [await active(database, at) for at in (9, 10, 19, 20)]

    assert found == [[], [ONE], [ONE], []]


async def test_silences_are_listed_by_state_in_pages(database: Database) -> None:
    many = [replace(ONE, id=f"s{n}", starts_at=n, ends_at=n + 10) for n in range(5)]
    async with database.transaction() as tx:
        await silences.save(tx, many)

    async def names(*states: str, now: int = 2, cursor: str | None = None) -> list[str]:
        wanted = silences.SilenceFilter(now, states, cursor, limit=2)
        async with database.reading() as tx:
            found, after = await silences.find(tx, wanted)
        more = await names(*states, now=now, cursor=after) if after else []
        return [each.id for each in found] + more

    assert await names() == ["s4", "s3", "s2", "s1", "s0"]
    assert await names("pending") == ["s4", "s3"]
    assert await names("active") == ["s2", "s1", "s0"]
    assert await names("active", "expired", now=11) == ["s4", "s3", "s2", "s1", "s0"]
    assert await names("expired", now=11) == ["s1", "s0"]


async def test_a_silence_is_replaced_whole(database: Database) -> None:
    later = replace(ONE, ends_at=30, comment="longer")
    async with database.transaction() as tx:
        await silences.save(tx, [ONE])
        await silences.save(tx, [later])

    assert await active(database, 25) == [later]
