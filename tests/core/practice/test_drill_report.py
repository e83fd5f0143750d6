"""The report of a drill measures its timeline against the scenario and the severity."""

from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT, Drilling
from triaged.core.practice.drill_report import DrillReport, Measured, markdown, measured, report_of
from triaged.core.records.events import Acknowledged, Resolved
from triaged.core.records.model import ChainedEntry, Severity
from triaged.core.records.practice.drills import DrillAnswered, DrillRun, DrillTargets
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.roles import REQUIRED
from triaged.core.time.durations import MINUTE


def entries(world: Drilling, number: int = 1) -> list[ChainedEntry]:
    return [
        ChainedEntry(
            number, seq, entry.at, entry.at, entry.kind, entry.actor, entry.text, entry.data, ""
        )
        for seq, entry in enumerate(world.entries[number], 1)
    ]


def played() -> Drilling:
    """A drill: acknowledged after 2 minutes, roles after 7, updates after 10 and 30, over at 40."""
    world = Drilling()
    number, begin = world.begin(), world.now
    world.run_until(begin + 2 * MINUTE)
    world.handle(Acknowledged(number, "alice"))
    world.run_until(begin + 7 * MINUTE)
    for role, person in zip(REQUIRED, ("alice", "bob", "carol"), strict=True):
        world.handle(RoleAssigned(number, "alice", role, person))
    world.run_until(begin + 10 * MINUTE)
    world.handle(UpdatePosted(number, "carol", "30%", "the pool", "restart"))
    world.run_until(begin + 12 * MINUTE)
    world.handle(DrillAnswered(number, "carol", "that it is slow | <b>"))
    world.run_until(begin + 30 * MINUTE)
    world.handle(UpdatePosted(number, "carol", "5%", "the pool", "watch"))
    world.run_until(begin + 40 * MINUTE)
    world.handle(Resolved(number, "alice"))
    world.deliver()
    return world


def report(world: Drilling, last: tuple[DrillRun, Measured] | None = None) -> DrillReport:
    return report_of(world.settings, world.drill(), world.incident, entries(world), last)


def test_times_are_measured_from_the_beginning() -> None:
    world = played()

    found = measured(world.drill(), world.incident, entries(world))

    assert found == Measured(
        severity=Severity.SEV1,
        ack=2 * MINUTE,
        roles=7 * MINUTE,
        first_update=10 * MINUTE,
        customer_draft=12 * MINUTE,
        cadence=20 * MINUTE,
        resolved=40 * MINUTE,
    )


def test_table_says_what_was_expected_and_what_happened() -> None:
    rows = report(played()).rows

    assert [(row.what, row.expected, row.actual, row.met) for row in rows] == [
        ("severity", "", "SEV-1", None),
        ("acknowledged", "within 5m", "2m", True),
        ("three roles held", "within 15m", "7m", True),
        ("first internal update", "within 15m", "10m", True),
        ("text for customers", "within 20m", "12m", True),
        ("longest time between updates", "within 15m", "20m", False),
        ("resolved", "", "40m", None),
    ]


def test_what_did_not_happen_is_not_met() -> None:
    world = Drilling()
    world.begin(replace(CHECKOUT, severity=Severity.SEV1))

    rows = {row.what: (row.actual, row.met) for row in report(world).rows}

    assert rows["severity"] == ("SEV-2", False)
    assert rows["acknowledged"] == ("no", False)
    assert rows["longest time between updates"] == ("no", None)


def test_targets_of_the_severity_stand_in_for_those_of_the_scenario() -> None:
    world = Drilling()
    world.begin(replace(CHECKOUT, expect=DrillTargets()))

    expected = {row.what: row.expected for row in report(world).rows}

    assert expected["acknowledged"] == "within 15m"
    assert expected["longest time between updates"] == "within 30m"
    assert expected["three roles held"] == ""


def test_clock_compresses_the_targets() -> None:
    world = Drilling()
    world.begin(speed=60)

    assert report(world).rows[1].expected == "within 5s"


def test_last_drill_stands_beside() -> None:
    world = played()
    before = Measured(Severity.SEV2, ack=3 * MINUTE)

    found = report(world, (replace(world.drill(), incident=9), before))

    assert [row.last for row in found.rows[:3]] == ["SEV-2", "3m", "no"]
    assert "Last time: INC-9." in markdown(found, "2026-03-30 10:00 UTC")


def test_answers_stand_below_their_questions_without_markup() -> None:
    text = markdown(report(played()), "2026-03-30 10:00 UTC")

    assert text.startswith("# [DRILL] checkout, 2026-03-30 10:00 UTC\n")
    assert (
        "1. What would you tell customers? (communications lead)\n"
        "   - carol: that it is slow \\| \\<b\\>\n"
        "2. What next?\n"
        "   - no answer\n"
    ) in text
