"""Facts about duty are read again when they have changed, whoever has changed them."""

from collections.abc import Sequence

from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, event, feed, override
from tests.core.world import plan, settings, step
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.oncall.facts import DutyFacts, indexed
from triaged.core.records.practice.duty_events import OverridesMade, Span
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.time.durations import HOUR, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.store import duty_facts
from triaged.store.database.base import Ask, Reader, Row
from triaged.store.database.connect import Database
from triaged.store.duty_facts import KnownFacts
from triaged.store.saving import Changes, save_changes
from triaged.store.view import LoadedView

ONE, TWO = (override(n, "dave", MONDAY, MONDAY + n * HOUR) for n in (1, 2))
ROTA = feed("rota", event("1", "bob"))


async def saved(database: Database, *rows: PracticeRow) -> None:
    """These rows are written as a batch writes them."""
    changes = Changes()
    changes.rows = {(type(row), row.id): row for row in rows}
    async with database.transaction() as tx:
        await save_changes(tx, LoadedView({}, indexed()), changes, MONDAY, iter(()))


async def test_facts_are_read_whole_with_their_version(database: Database) -> None:
    await saved(database, ONE, TWO, ROTA)

    async with database.reading() as tx:
        found = await duty_facts.read(tx, MONDAY)

    assert found == replace(indexed([ONE, TWO], [ROTA]), version=2)


async def test_overrides_whose_effect_is_over_are_left_out(database: Database) -> None:
    undone = replace(TWO, ended_at=MONDAY, ended_by="bob")
    await saved(database, ONE, undone)

    async with database.reading() as tx:
        then = await duty_facts.read(tx, MONDAY)
        after = await duty_facts.read(tx, MONDAY + HOUR)

    assert [*then.overrides] == ["1"]
    assert [*after.overrides] == []


async def test_two_processes_know_the_same_facts(database: Database) -> None:
    ours, theirs = KnownFacts(), KnownFacts()
    for rows in ((ONE,), (TWO, ROTA), (replace(ONE, ended_at=MONDAY, ended_by="bob"),)):
        await saved(database, *rows)
        async with database.reading() as tx:
            found = await ours.current(tx, MONDAY), await theirs.current(tx, MONDAY)

        assert found[0] == found[1]
        assert found[0].overrides.keys() >= {row.id for row in rows} - {"1", "rota"}


async def test_facts_that_have_not_changed_cost_one_look_up(database: Database) -> None:
    await saved(database, ONE)
    known = KnownFacts()

    async with database.transaction() as tx:
        first = await known.current(tx, MONDAY)
        counting = Counting(tx)
        second = await known.current(counting, MONDAY)

    assert first is second
    assert counting.queries == 1


async def test_rows_of_other_kinds_leave_the_version(database: Database) -> None:
    await saved(database, ONE)
    await saved(database)

    async with database.reading() as tx:
        assert (await duty_facts.read(tx, MONDAY)).version == 2


class Counting(Reader):
    """A reader that counts its queries."""

    def __init__(self, real: Reader) -> None:
        self._real = real
        self.queries = 0

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        """The real one's."""
        self.queries += 1
        return await self._real.fetch(sql, *arguments)

    async def fetch_bulks(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The real one's."""
        self.queries += len(asks)
        return await self._real.fetch_bulks(asks)


async def test_a_batch_of_mere_repeats_asks_for_no_version(database: Database) -> None:
    desk = Desk(database, StillClock(), settings())
    await desk.handle(desk.fires(severity="SEV-2"))
    asked: list[bool] = []

    class Known(KnownFacts):
        """Facts that remember whether their version was asked for."""

        async def at(self, tx: Reader, found: Sequence[Row], now: int) -> DutyFacts:
            asked.append(bool(found))
            return await super().at(tx, found, now)

    desk.engine.duty_facts = Known()
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.fires(alertname="Another", severity="SEV-2"))

    assert asked == [False, True]


async def test_another_process_pages_by_an_override_at_once(database: Database) -> None:
    primary = Schedule("primary", "UTC", (Rotation(("alice",), WEEK, "2026-01-05T00:00"),))
    chosen = replace(plan(step(0, "schedule:primary")), schedules={"primary": primary})
    ours, theirs = (Desk(database, StillClock(), chosen) for _ in range(2))
    await theirs.handle(theirs.fires(alertname="Before", severity="SEV-2"))
    span = Span(theirs.clock.at, theirs.clock.at + HOUR, "bob")

    await ours.handle(OverridesMade("carol", "primary", (span,), "why"))
    await theirs.handle(theirs.fires(alertname="After", severity="SEV-2"))

    assert {page.recipient.person for page in await theirs.pages(1)} == {"alice"}
    assert {page.recipient.person for page in await theirs.pages(3)} == {"bob"}


async def test_large_feeds_are_indexed_as_small_ones(database: Database) -> None:
    events = [event(f"event-{n}", "bob", start=MONDAY + n * HOUR, hours=1) for n in range(4_000)]
    large = feed("rota", *events)
    await saved(database, large)

    async with database.reading() as tx:
        found = await duty_facts.read(tx, MONDAY)

    assert found == replace(indexed([], [large]), version=2)
