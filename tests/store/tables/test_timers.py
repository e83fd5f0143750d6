from typing import get_args

from triaged.core.records.timers import (
    ActionItemsDue,
    AtRiskDue,
    ComponentsDue,
    CutGroupDue,
    DrillDue,
    HolderWarningDue,
    IncidentTimer,
    JoinDue,
    MuteDue,
    PhaseDue,
    PostDue,
    PostmortemDue,
    RaiseDue,
    ReachDue,
    ReopenWindowDue,
    ReportDue,
    ResolveDue,
    RoleDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
    UpdateDue,
)
from triaged.store.database.connect import Database
from triaged.store.tables import timers
from triaged.store.tables.timers import KINDS, Unknown, kind_name

ALL: list[IncidentTimer] = [
    StepDue(1, 10, 2, 3, 4),
    AtRiskDue(1, 20, 2),
    TargetDue(1, 30, 2),
    UnacknowledgeDue(1, 40, 2),
    ResolveDue(1, 50),
    ReopenWindowDue(1, 60, 7),
    RaiseDue(1, 70),
    StormDue(1, 80, 9),
    MuteDue(1, 82),
    ReachDue(1, 84, 2),
    CutGroupDue(1, 86),
    HolderWarningDue(1, 88, 2),
    JoinDue(1, 89),
    RoleDue(1, 90, 3),
    UpdateDue(1, 91, 2),
    PostmortemDue(1, 92, 3),
    ActionItemsDue(1, 93),
    PhaseDue(1, 94, 1),
    PostDue(1, 95, 1),
    ComponentsDue(1, 96),
    DrillDue(1, 97),
    ReportDue(1, 98, 7),
]
"""One of each kind."""


async def test_every_kind_reads_back_in_the_order_of_its_instants(database: Database) -> None:
    async with database.transaction() as tx:
        await timers.save(tx, reversed(ALL), [])

    async with database.reading() as tx:
        assert {type(timer) for timer in ALL} == set(KINDS.values())
        assert await timers.due(tx, 100, 30) == ALL
        assert await timers.due(tx, 30, 2) == ALL[:2]
        assert await timers.next_due(tx) == 10


async def test_arming_replaces_and_dropping_removes(database: Database) -> None:
    async with database.transaction() as tx:
        await timers.save(tx, ALL, [])
    async with database.transaction() as tx:
        await timers.save(tx, [StepDue(1, 99, 3, 1, 1)], [(1, "target"), (2, "step")])

    async with database.reading() as tx:
        found = await timers.due(tx, 100, 30)
    assert StepDue(1, 99, 3, 1, 1) in found
    assert len(found) == len(ALL) - 1


async def test_a_postponed_timer_waits(database: Database) -> None:
    async with database.transaction() as tx:
        await timers.save(tx, [ALL[0]], [])
        await timers.postpone(tx, ALL[0], 1000)

    async with database.reading() as tx:
        assert await timers.due(tx, 999, 10) == []


def test_every_kind_has_a_name() -> None:
    assert {kind_name(kind) for kind in get_args(IncidentTimer)} == set(KINDS)


async def test_a_timer_of_an_unknown_kind_is_told_and_can_be_put_off(database: Database) -> None:
    async with database.transaction() as tx:
        await timers.save(tx, ALL[:2], [])
        await tx.execute("INSERT INTO timers (incident, kind, due_at) VALUES (7, 'dance', 15)")
        found = await timers.due(tx, 100, 30)

        await timers.postpone(tx, found[2], 1000)

        assert found == [ALL[0], ALL[1], Unknown(7, "dance", 15)]
        assert await timers.due(tx, 999, 10) == ALL[:2]


async def test_incidents_with_a_kind_of_timer_are_found(database: Database) -> None:
    async with database.transaction() as tx:
        await timers.save(tx, [*ALL, ReopenWindowDue(3, 60, 1), MuteDue(2, 60)], [])

    async with database.reading() as tx:
        assert await timers.incidents_with(tx, ReopenWindowDue) == [1, 3]


async def test_when_timers_are_due_is_found_by_incident(database: Database) -> None:
    lone: list[IncidentTimer] = [StepDue(number, 1, 1, 1, 1) for number in (8, 9, 10)]
    lone.append(MuteDue(9, 2))
    async with database.transaction() as tx:
        await timers.save(tx, lone, [])

    async with database.reading() as tx:
        found = await timers.dues_of(tx, [7, 8, 9])
    assert found == {8: {StepDue: 1}, 9: {StepDue: 1, MuteDue: 2}}
