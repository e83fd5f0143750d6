import msgspec

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.changes import Change
from triaged.core.records.events import BodyQuarantined
from triaged.core.records.practice.action_items import ActionKind, ActionState, Priority
from triaged.core.records.practice.events import Merged
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    PostmortemSaved,
)
from triaged.core.time.durations import DAY, HOUR
from triaged.store import retention
from triaged.store.database.connect import Database
from triaged.store.queries import info
from triaged.store.tables import changes, incidents
from triaged.store.tables.practice_rows import action_items, postmortems


class Limits(msgspec.Struct):
    """A day for everything."""

    alerts: int = DAY
    observations: int = DAY
    incidents: int = DAY
    deliveries: int = DAY
    quarantine: int = DAY
    silences: int = DAY
    changes: int = DAY


async def counts(database: Database) -> dict[str, int]:
    """Rows by table."""
    async with database.reading() as tx:
        return await info.summary(tx)


async def test_what_is_over_for_long_enough_goes(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"), desk.fires(alertname="Still"))
    await desk.handle(desk.ends())
    await desk.handle(BodyQuarantined("am", "not_json", "no", b"{", {}, clock.now()))
    clock.at += DAY + HOUR

    removed = await retention.prune(database, Limits(), clock.now())

    assert removed == {"alerts": 1, "observations": 1, "incidents": 1, "quarantine": 1}
    left = await counts(database)
    assert (left["alerts"], left["observations"], left["incidents"]) == (1, 1, 2)


async def test_incident_with_something_left_to_do_stays_until_it_is_done(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.ends())
    await desk.handle(
        ActionItemAdded(1, "alice", "a", ActionKind.FIX, Priority.P3, "Grow the pool", "bob"),
        PostmortemSaved(1, "alice", "text", 0, "facts"),
    )
    clock.at += 2 * DAY

    kept = await retention.prune(database, Limits(), clock.now())
    await desk.handle(ActionItemChanged("a", 1, "bob", ActionState.DONE))
    clock.at += 2 * DAY
    gone = await retention.prune(database, Limits(), clock.now())

    assert (kept.get("incidents"), gone.get("incidents")) == (None, 1)
    async with database.reading() as tx:
        assert await action_items.of(tx, [1]) == []
        assert await postmortems.fetch(tx, "INC-1") is None
        assert await postmortems.revisions(tx, 1, 10) == []


async def test_what_fires_or_is_open_stays(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    before = await counts(database)
    clock.at += 1000 * DAY

    removed = await retention.prune(database, Limits(), clock.now())

    assert removed == {}
    assert await counts(database) == before


async def test_more_than_a_batch_goes_too(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    count = 2 * retention.BATCH + 1
    await desk.handle(*[desk.fires(pod=str(n), incident="no") for n in range(count)])
    await desk.handle(*[desk.ends(pod=str(n), incident="no") for n in range(count)])

    removed = await retention.prune(database, Limits(), clock.now() + 2 * DAY)

    assert removed["alerts"] == removed["observations"] == count


async def test_old_changes_go(database: Database, clock: StillClock) -> None:
    async with database.transaction() as tx:
        for n, at in enumerate((clock.at - 2 * DAY, clock.at)):
            await changes.save(tx, [Change("gh", str(n), "checkout", at, at, "a deployment")])

    removed = await retention.prune(database, Limits(), clock.now())

    assert removed == {"changes": 1}


async def test_merged_incident_stays_as_long_as_its_survivor(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"), desk.fires(alertname="Slow"))
    await desk.handle(Merged(2, "bob", 1))
    clock.at += 2 * DAY
    assert await retention.prune(database, Limits(), clock.now()) == {}

    await desk.handle(desk.ends(), desk.ends(alertname="Slow"))
    clock.at += 2 * DAY
    await retention.prune(database, Limits(), clock.now())
    await retention.prune(database, Limits(), clock.now())

    async with database.reading() as tx:
        assert await incidents.of_numbers(tx, [1, 2]) == []
