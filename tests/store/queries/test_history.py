"""History is found by number, a page at a time, from an instant on."""

from msgspec.structs import replace

from tests.core.world import MONDAY, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import (
    Acknowledged,
    ContactsTested,
    NoteAdded,
    Reclassification,
    Reclassified,
)
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import history

EVER = (0, MONDAY + 24 * HOUR)


async def test_episodes_are_those_of_the_period(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, settings())
    for number in range(5):
        clock.at = MONDAY + number * HOUR
        await desk.handle(desk.fires(pod=str(number)))
    await desk.handle(desk.ends(pod="0"))

    async with database.reading() as tx:
        every = await history.episodes(tx, EVER, None, 10)
        some = await history.episodes(tx, (MONDAY + HOUR, MONDAY + 3 * HOUR), None, 10)
        rest = await history.episodes(tx, EVER, every[2].id, 1)

    assert [one.labels["pod"] for one in every] == ["0", "1", "2", "3", "4"]
    assert [one.ended_at for one in every] == [MONDAY + 4 * HOUR, None, None, None, None]
    assert every[0].rule_set == every[1].rule_set
    assert some == every[1:3]
    assert rest == [every[3]]


async def test_an_end_after_the_period_is_not_told(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, settings())
    await desk.handle(desk.fires(pod="0"))
    clock.at += HOUR
    await desk.handle(desk.ends(pod="0"))

    async with database.reading() as tx:
        (one,) = await history.episodes(tx, (MONDAY, MONDAY + MINUTE), None, 10)

    assert (one.ended_at, one.ended_by) == (None, None)


async def test_incidents_come_with_what_people_did(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, settings())
    await desk.handle(desk.fires(alertname="Down"), desk.fires(alertname="Full"))
    clock.at += MINUTE
    await desk.handle(Acknowledged(1, "alice"))
    await desk.handle(NoteAdded(2, "bob", "a secret"))

    async with database.reading() as tx:
        found = await history.incidents(tx, EVER, None, 10)
        later = await history.incidents(tx, (MONDAY + 1, EVER[1]), None, 10)

    assert [(one.number, one.title, one.why) for one in found] == [
        (1, "Down", "new_key"),
        (2, "Full", "new_key"),
    ]
    assert [[(act.what, act.by) for act in one.acts] for one in found] == [
        [("acknowledge", "alice")],
        [("note", "bob")],
    ]
    assert "a secret" not in repr(found)
    assert later == []


async def test_an_incident_that_was_reclassified_says_so(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, settings())
    received = desk.fires(severity="SEV-3")
    await desk.handle(received, desk.fires(alertname="Other"))
    outcome = replace(settings().rules.classify(received.alert, clock.at), severity=Severity.SEV2)
    one = Reclassification("am", received.alert.fingerprint, outcome)
    clock.at += MINUTE
    await desk.handle(Reclassified(1, (one,)))

    async with database.reading() as tx:
        found = await history.incidents(tx, EVER, None, 10)
        before = await history.incidents(tx, (0, clock.at), None, 10)

    assert [one.reclassified for one in found] == [True, False]
    assert not any(one.reclassified for one in before)


async def test_an_empty_store_has_no_history(database: Database, clock: StillClock) -> None:
    async with database.reading() as tx:
        assert await history.episodes(tx, (clock.at, EVER[1]), None, 10) == []
        assert await history.incidents(tx, (clock.at, EVER[1]), None, 10) == []


async def test_tests_of_contacts_are_no_history(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, settings())
    for name in ("alice", "bob", "carol"):
        await desk.handle(ContactsTested("bob", name), desk.fires(alertname=name))

    async with database.reading() as tx:
        first = await history.incidents(tx, EVER, None, 2)
        rest = await history.incidents(tx, EVER, first[-1].number, 2)

    assert [one.title for one in (*first, *rest)] == ["alice", "bob", "carol"]
