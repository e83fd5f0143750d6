"""What a review is made of, as the store has it; each anti-pattern is found there."""

import msgspec
from msgspec.structs import replace

from tests.core.practice.learning_world import learning
from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from tests.store.queries.test_courses import deliver, due
from triaged.core.practice.learning.review import Known, Topic, review_of
from triaged.core.records.events import Acknowledged, NoteAdded, Resolved
from triaged.core.records.practice.action_items import ActionKind, Priority
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import similar_incidents
from triaged.store.queries.review import known_of

COMMANDER, TECHNICAL = Role.INCIDENT_COMMANDER, Role.TECHNICAL_LEAD


async def known(desk: Desk, since: int = MONDAY) -> Known:
    return await known_of(desk.database, desk.engine.settings, since, desk.clock.now())


async def findings(desk: Desk, topic: Topic, since: int = MONDAY) -> list[str]:
    """What the review says on a topic."""
    (found,) = (one for one in review_of(await known(desk, since)) if one.topic is topic)
    return [one.text for one in found.findings]


async def burning(desk: Desk, name: str = "Down", number: int = 1) -> None:
    """A SEV-1 that alice has acknowledged and commands."""
    await desk.handle(desk.fires(alertname=name, severity="SEV-1", team="payments"))
    await deliver(desk)
    await desk.handle(
        Acknowledged(number, "alice"), RoleAssigned(number, "alice", COMMANDER, "alice")
    )


async def test_a_commander_who_debugs_is_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    await burning(desk)
    for minute in range(3):
        clock.at += minute * MINUTE
        await desk.handle(NoteAdded(1, "alice", "a theory", kind=NoteKind.HYPOTHESIS))
    await desk.handle(RoleAssigned(1, "alice", TECHNICAL, "alice", override="only two awake"))

    assert await findings(desk, Topic.DEBUGGING) == [
        "INC-1: alice commanded and led the investigation: only two awake",
        "INC-1: alice commanded, and wrote 3 hypotheses and fixes in 10 m",
    ]
    assert await findings(desk, Topic.DEBUGGING, clock.now() + 1) == []  # another week's


async def test_late_updates_are_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    await burning(desk)
    clock.at += 16 * MINUTE
    await desk.handle(*await due(desk))
    await desk.handle(UpdatePosted(1, "alice", "impact", "theory", "next"))

    assert await findings(desk, Topic.UPDATES) == ["INC-1 Down: 1 update came late"]


async def test_missing_waived_and_blaming_postmortems_are_found(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, learning())
    for number, name in enumerate(("Down", "Slow", "Full"), 1):
        await burning(desk, name, number)
        await desk.handle(Resolved(number, "alice"))
    await desk.handle(*await due(desk))
    await desk.handle(PostmortemWaived(2, "ann", "a test of the environment"))
    await desk.handle(PostmortemSaved(3, "alice", "## Root Cause\n\nBob forgot it.", 0, "facts"))
    clock.at += 4 * DAY

    assert await findings(desk, Topic.POSTMORTEMS) == [
        "INC-1: overdue for 1 d, nobody has begun it",
        "INC-3: overdue for 1 d, draft",
        "INC-2: waived by ann: a test of the environment",
    ]
    assert await findings(desk, Topic.BLAME) == [
        "INC-3: 1 sentence puts a fault on a person: triaged postmortem lint INC-3"
    ]


async def test_overdue_and_ownerless_items_are_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    await burning(desk)
    for name, owner in (("a", "bob"), ("b", "carol")):
        await desk.handle(
            ActionItemAdded(1, "alice", name, ActionKind.FIX, Priority.P0, name, owner, None)
        )
    people = {name: one for name, one in desk.engine.settings.people.items() if name != "carol"}
    desk.engine.settings = replace(desk.engine.settings, people=people)

    assert await findings(desk, Topic.ACTION_ITEMS) == [
        "INC-1: b (P0, owner carol is gone, due 2026-04-01)"
    ]
    clock.at += 5 * DAY
    assert await findings(desk, Topic.ACTION_ITEMS) == [
        "INC-1: b (P0, owner carol is gone, due 2026-04-01)",
        "INC-1: a (P0, @bob, due 2026-04-01)",
    ]


async def test_repeats_are_found_by_key_and_by_words(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    await burning(desk, "PoolExhausted")
    item = ActionItemAdded(1, "alice", "a", ActionKind.FIX, Priority.P3, "Grow it", "bob", None)
    await desk.handle(item, NoteAdded(1, "alice", "connection pool of checkout is full"))
    await desk.handle(desk.ends(alertname="PoolExhausted", severity="SEV-1", team="payments"))
    await similar_incidents.read(database)
    clock.at += DAY
    await burning(desk, "PoolExhausted", 2)

    found = await findings(desk, Topic.REPEATS, clock.now() - HOUR)

    assert found == [
        "INC-2 PoolExhausted: again after INC-1 (2026-03-30), with 1 action item not done: Grow it"
    ]
    assert await findings(desk, Topic.REPEATS, clock.now() + 1) == []


async def test_noise_and_unclassified_alerts_are_found(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, learning())
    for number in range(3):
        labels = {"alertname": "Flaky", "service": f"s{number}"}
        await desk.handle(desk.fires(**labels))
        await deliver(desk)
        await desk.handle(desk.ends(**labels))
        clock.at += MINUTE

    assert await findings(desk, Topic.NOISE) == [
        "Flaky: paged for 3 incidents, and nobody acted on any"
    ]
    assert await findings(desk, Topic.UNCLASSIFIED) == ["Flaky: 3 times without a severity"]


async def test_pages_at_night_are_found(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    clock.at += 12 * HOUR  # 22:00 UTC is midnight in Berlin
    await burning(desk)

    (found,) = await findings(desk, Topic.NIGHTS)
    assert found.startswith("alice: ")
    assert "in 1 night" in found


async def test_a_drill_is_in_no_review(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, learning())
    await burning(desk)
    drilled = replace(await desk.incident(), kind="drill")
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE incidents SET body = $1 WHERE number = 1",
            msgspec.json.encode(drilled).decode(),
        )

    assert (await known(desk)).incidents == []
