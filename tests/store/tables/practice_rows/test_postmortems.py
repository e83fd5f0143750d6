from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    PostmortemState,
)
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import postmortems
from triaged.store.tables.practice_rows.postmortems import PostmortemFilter


def row(number: int, **more: object) -> Postmortem:
    return Postmortem(f"INC-{number}/postmortem", number, 1, **more)  # type: ignore[arg-type]  # fields


def text(number: int, at: int) -> PostmortemRevision:
    return PostmortemRevision(f"INC-1/postmortem/{number}", 1, number, at, "a", f"t{number}", "h")


async def test_postmortem_is_found_by_its_incident(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [row(1, revision=3)])

    async with database.reading() as tx:
        assert await postmortems.fetch(tx, "INC-1") == row(1, revision=3)
        assert await postmortems.fetch(tx, "INC-2") is None


async def test_revisions_come_newest_first_up_to_a_limit(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [text(number, 10 * number) for number in (0, 1, 2)])

    async with database.reading() as tx:
        assert [one.number for one in await postmortems.revisions(tx, 1, 2)] == [2, 1]
        assert await postmortems.revision(tx, "INC-1/postmortem/1") == text(1, 10)
        assert await postmortems.revision(tx, "INC-1/postmortem/9") is None


async def test_list_goes_from_the_newest_incident_on(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [row(1, due_at=5), row(2, state=PostmortemState.WAIVED), row(3)])

    async with database.reading() as tx:
        first, cursor = await postmortems.find(tx, PostmortemFilter(limit=2))
        rest, end = await postmortems.find(tx, PostmortemFilter(limit=2, cursor=cursor))
        waived, _ = await postmortems.find(tx, PostmortemFilter(states=("waived",)))
        due, _ = await postmortems.find(tx, PostmortemFilter(is_due=True))

    assert [[one.incident for one in found] for found in (first, rest, waived, due)] == [
        [3, 2],
        [1],
        [2],
        [1],
    ]
    assert end is None


async def test_those_are_due_that_are_asked_for(database: Database) -> None:
    async with database.transaction() as tx:
        published = row(3, state=PostmortemState.PUBLISHED)
        await practice.save(tx, [row(1, due_at=5), row(2, due_at=6), published])

    async with database.reading() as tx:
        assert await postmortems.due(tx) == 2
