"""Lost timers of the practice are found in the store, whatever has become of their incident."""

from collections.abc import Sequence

from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT
from tests.core.practice.learning_world import learning
from tests.core.practice.status_desk import PAGE
from tests.core.practice.test_reports import FILED
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.practice.reports import service_digest
from triaged.core.records.events import Acknowledged, Event, Resolved, TimerFired
from triaged.core.records.practice.action_items import ActionKind, Priority
from triaged.core.records.practice.drills import DrillStarted
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.learning_events import ActionItemAdded
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status_events import PostDrafted, PostPublished, Wording
from triaged.core.records.timers import (
    ActionItemsDue,
    ComponentsDue,
    DrillDue,
    IncidentTimer,
    PostDue,
    PostmortemDue,
    ReportDue,
)
from triaged.core.settings import Service, Settings
from triaged.core.time.durations import DAY, MINUTE
from triaged.engine.sweep import Sweep
from triaged.store.database.connect import Database


def chosen(*, auto: bool = False) -> Settings:
    return learning(
        status_page=replace(PAGE, auto=auto),
        services={"checkout": Service("checkout")},
        console="desk",
    )


def begun(desk: Desk) -> Sequence[Event]:
    """A SEV-1 that alice commands."""
    commander = RoleAssigned(1, "alice", Role.INCIDENT_COMMANDER, "alice")
    fired = desk.fires(severity="SEV-1", service="checkout")
    return fired, Acknowledged(1, "alice"), commander


async def resolved(desk: Desk) -> None:
    await desk.handle(*begun(desk), Resolved(1, "alice"))
    now = desk.clock.now()
    await desk.handle(TimerFired(PostmortemDue(1, now)))
    fix = ActionItemAdded(1, "alice", "a", ActionKind.FIX, Priority.P1, "Upgrade ORM", "alice")
    await desk.handle(fix)


async def promised(desk: Desk) -> None:
    now = desk.clock.now()
    wording = Wording(title="Checkout", body="It fails.", next_update_at=now + 30 * MINUTE)
    leads = RoleAssigned(1, "alice", Role.COMMUNICATIONS_LEAD, "carol")
    await desk.handle(*begun(desk), leads, PostDrafted("carol", "p", wording, "thread", 1))
    await desk.handle(PostPublished("carol", "p", "thread", 1))


async def started(desk: Desk) -> None:
    drill = DrillStarted("carol", "d1", CHECKOUT, ("alice",))
    await desk.handle(replace(drill, received_at=desk.clock.now()))


async def lost(desk: Desk, after_us: int) -> list[IncidentTimer]:
    """Timers that a sweep finds when all are gone, after a time in which nobody looked."""
    async with desk.database.transaction() as tx:
        await tx.execute("DELETE FROM timers")
    desk.clock.at += after_us
    sweep = Sweep(desk.database)
    return await sweep.lost(desk.engine.settings, desk.clock.now())


async def test_a_report_is_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, chosen())
    await desk.handle(FILED)
    look_by = clock.now() + desk.engine.settings.report_within

    assert await lost(desk, 14 * MINUTE) == []
    found = await lost(desk, 10 * DAY)

    assert found == [ReportDue(1, look_by, service_digest("checkout"))]


async def test_a_drill_is_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, chosen())
    await started(desk)

    found = await lost(desk, 7 * MINUTE)

    assert DrillDue(1, clock.now() - MINUTE) in found


async def test_what_is_due_long_after_an_incident_is_found(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, chosen())
    await resolved(desk)

    found = await lost(desk, 5 * DAY)

    assert {ActionItemsDue, PostmortemDue} <= {type(timer) for timer in found}


async def test_a_promised_post_is_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, chosen())
    await promised(desk)
    promised_at = clock.now() + 30 * MINUTE

    found = await lost(desk, 31 * MINUTE)

    assert PostDue(1, promised_at, 0) in found


async def test_components_that_nobody_sets_are_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, chosen(auto=True))
    await desk.handle(*begun(desk))
    opened_at = clock.now()

    found = await lost(desk, 6 * MINUTE)

    due = ComponentsDue(1, opened_at + 5 * MINUTE)
    assert due in found
    await desk.handle(TimerFired(due))
    assert due not in await lost(desk, 0)
