from tests.core.world import MONDAY, World, plan, settings, step
from triaged.core.oncall.facts import indexed
from triaged.core.records.duty.overrides import FeedShift, FeedShifts
from triaged.core.time.durations import HOUR
from triaged.core.time.oncall import Schedule


def skipped(*shifts: FeedShift) -> str:
    """What the timeline says of a schedule that reaches nobody."""
    world = World(
        settings(
            policies=plan(step(0, "schedule:experts")).policies,
            schedules={"experts": Schedule("experts", "UTC", ())},
        )
    )
    world.view.duty_facts = indexed(
        feeds=[FeedShifts("rota", None, "experts", "primary", shifts, 0)]
    )
    world.fires(severity="SEV-2")
    entry = next(one for one in world.entries[1] if one.kind == "page.skipped")
    return entry.text


def test_gap_is_told_as_one() -> None:
    assert skipped() == "schedule:experts: nobody on call"


def test_shift_of_somebody_unknown_names_them() -> None:
    hole = FeedShift("1", MONDAY - HOUR, MONDAY + HOUR, unknown="Alise\nExample")
    assert skipped(hole) == (
        "schedule:experts: nobody on call; its shift is that of 'Alise Example', whom nobody knows"
    )
