"""What the console's first page asks: live incidents in order, what asks a person, what ended."""

from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, Declared, Resolved, Snoozed
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR
from triaged.store.database.connect import Database
from triaged.store.queries import board
from triaged.store.queries.board import BoardFilter


async def filled(database: Database, clock: StillClock) -> Desk:
    """Five incidents: one each, of which one is taken, one snoozed and one over."""
    desk = Desk(database, clock, settings())
    for title, severity in (("a", "SEV-2"), ("b 50%", "SEV-1"), ("c", "SEV-2"), ("d", "SEV-3")):
        await desk.handle(Declared("alice", title, Severity(severity), team="shop"))
    await desk.handle(Declared("alice", "over", Severity.SEV1))
    await desk.handle(Acknowledged(1, "bob"))
    await desk.handle(Snoozed(4, "carol", clock.now() + HOUR))
    await desk.handle(Resolved(5, "alice"))
    return desk


async def numbers(database: Database, **wanted: object) -> list[int]:
    async with database.reading() as tx:
        found, _ = await board.live(tx, BoardFilter(**wanted), None, 10)  # type: ignore[arg-type] # as the test names them
        assert await board.number_of(tx, BoardFilter(**wanted)) >= len(found)  # type: ignore[arg-type] # likewise
    return [incident.number for incident in found]


async def test_live_incidents_come_by_severity_and_then_the_newest(
    database: Database, clock: StillClock
) -> None:
    await filled(database, clock)

    assert await numbers(database) == [2, 3, 1, 4]
    assert await numbers(database, states=("open",)) == [2, 3]
    assert await numbers(database, states=("acknowledged",)) == [1]
    assert await numbers(database, states=("snoozed", "open")) == [2, 3, 4]
    assert await numbers(database, severities=("SEV-1", "SEV-3")) == [2, 4]
    assert await numbers(database, text="50%") == [2]
    assert await numbers(database, text="5_%") == []
    assert await numbers(database, team="shop", person="bob") == [1]
    assert await numbers(database, opened_before=clock.now()) == []
    assert await numbers(database, labels={"pod": "x"}) == []


async def test_a_page_goes_on_where_the_one_before_ended(
    database: Database, clock: StillClock
) -> None:
    await filled(database, clock)

    async with database.reading() as tx:
        first, behind = await board.live(tx, BoardFilter(), None, 2)
        second, further = await board.live(tx, BoardFilter(), behind, 2)

    assert [incident.number for incident in (*first, *second)] == [2, 3, 1, 4]
    assert (behind, further) == (("SEV-2", 3), None)


async def test_what_asks_a_person_is_open_and_has_paged_them(
    database: Database, clock: StillClock
) -> None:
    await filled(database, clock)

    async with database.reading() as tx:
        found = await board.asking(tx, "alice")
        nobody = await board.asking(tx, "mallory")

    assert [incident.number for incident in found] == [2, 3]
    assert nobody == []


async def test_what_ended_last_and_what_is_newest(database: Database, clock: StillClock) -> None:
    await filled(database, clock)

    async with database.reading() as tx:
        ended, newest = await board.ended(tx, 5), await board.newest(tx)
        kept = await board.quarantined(tx)

    assert [incident.number for incident in ended] == [5]
    assert newest is not None
    assert (newest.number, kept) == (5, 0)
