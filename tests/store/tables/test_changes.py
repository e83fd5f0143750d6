"""Changes in the store."""

from tests.core.world import MONDAY
from triaged.core.records.changes import Change
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.tables import changes


def change(identity: str, service: str = "checkout", at: int = MONDAY, **more: object) -> Change:
    """A change."""
    fields: dict[str, object] = {"said_at": at, "title": identity} | more
    return Change("gh", identity, service, at, **fields)  # type: ignore[arg-type]  # mixed kinds


async def found(database: Database, *services: str, limit: int = 10) -> list[str]:
    """The changes of these services within an hour before Monday at ten."""
    async with database.reading() as tx:
        near = await changes.near(tx, services, (MONDAY - HOUR, MONDAY), limit)
    return [one.title for one in near]


async def save(database: Database, *reported: Change) -> None:
    """Write changes."""
    async with database.transaction() as tx:
        await changes.save(tx, reported)


async def test_changes_of_services_are_found_in_their_window(database: Database) -> None:
    await save(
        database,
        change("old", at=MONDAY - 2 * HOUR),
        change("new", at=MONDAY - MINUTE),
        change("dependency", "postgres", MONDAY - 30 * MINUTE),
        change("other", "cart"),
        change("after", at=MONDAY + MINUTE),
    )

    assert await found(database, "checkout", "postgres") == ["new", "dependency"]
    assert await found(database, "checkout", "postgres", limit=1) == ["new"]
    assert await found(database) == []


async def test_one_that_began_before_and_ended_within_the_window_is_found(
    database: Database,
) -> None:
    await save(database, change("slow", at=MONDAY - 3 * HOUR, ended_at=MONDAY - MINUTE))
    await save(database, change("ancient", at=MONDAY - 2 * DAY, ended_at=MONDAY - MINUTE))

    assert await found(database, "checkout") == ["slow"]


async def test_the_same_reported_again_is_one_row_that_knows_more(database: Database) -> None:
    begun = change("1", at=MONDAY - 5 * MINUTE)
    done = change("1", at=MONDAY - MINUTE, said_at=MONDAY, status="success", ended_at=MONDAY)

    await save(database, begun, done)
    await save(database, begun)

    async with database.reading() as tx:
        (row,) = await changes.near(tx, ["checkout"], (MONDAY - HOUR, MONDAY), 10)
    assert (row.at, row.status, row.ended_at) == (MONDAY - 5 * MINUTE, "success", MONDAY)
