"""Remarks about senders: each is told once a week for its source."""

import pytest

from tests.core.world import World
from triaged.core.alerts.remarks import PAUSE_US, remark_key
from triaged.core.decide import decide
from triaged.core.records.answers import Answer
from triaged.core.records.effects import IgnoreReport
from triaged.core.records.events import AlertReceived, Resolved
from triaged.core.records.model import IgnoredReason, Severity
from triaged.core.records.reports import Remark
from triaged.core.time.durations import SECOND

PARIS, OSLO = "http://paris:9090", "http://oslo:9090"
HOUR_S, DAY_S = 3600, 86_400


def slow(world: World, behind_s: int, **labels: str) -> Answer:
    """A report, by a server whose clock is so slow, of an alert that fires there."""
    ends = (world.now - world.start) // SECOND - behind_s
    said = {"_copy": "1", "_sender": PARIS, "_starts": str(-3 * HOUR_S), "_ends": str(ends)}
    alert = world.alert("prometheus", {**said, **labels}, firing=False)
    return world.handle(AlertReceived(alert, world.now))


def remarks(world: World) -> list[str]:
    """What was remarked upon, in order."""
    found = (dict(one.key).get("remark") for _, one in sorted(world.view.incidents.items()))
    return [remark for remark in found if remark]


def test_an_end_that_moves_is_a_clock_that_is_slow() -> None:
    world = World()

    for _ in range(3):
        slow(world, 2 * HOUR_S)
        world.run(60)

    assert remarks(world) == ["clock"]
    assert world.incident.key == remark_key("prometheus", Remark.CLOCK)
    assert world.incident.severity is world.settings.unclassified
    assert world.incident.title == f"prometheus: the clock of {PARIS} is slow"


def test_reports_of_a_slow_clock_are_counted() -> None:
    world = World()
    slow(world, 2 * HOUR_S)
    world.run(60)
    alert = world.alert(
        "prometheus", {"_copy": "1", "_sender": PARIS, "_ends": "-7000"}, firing=False
    )

    decision = decide(world.situation(), AlertReceived(alert, world.now))

    assert IgnoreReport(alert, IgnoredReason.WRONG_CLOCK, world.now) in decision.effects


def test_the_slow_one_of_a_pair_is_found_though_the_other_fires_the_alert() -> None:
    world = World()
    world.copy(OSLO, 0)

    for _ in range(3):
        world.copy(OSLO, 0)
        slow(world, 600)
        world.run(60)

    assert remarks(world) == ["clock"]
    assert world.view.alerts["prometheus", "alertname=Down"].firing


def test_one_alert_of_many_is_watched_and_found() -> None:
    world = World()

    for _ in range(3):
        for number in range(20):
            slow(world, 2 * HOUR_S, pod=str(number))
        world.run(60)

    assert remarks(world) == ["clock"]
    assert len(world.view.unknown_ends) == 1


def test_an_end_that_is_repeated_as_it_is_says_nothing_of_a_clock() -> None:
    world = World()

    for passed_s in range(0, 900, 60):
        slow(world, 60 + passed_s)
        world.run(60)

    assert remarks(world) == []


def test_a_script_that_says_each_minute_that_all_is_well_has_no_slow_clock() -> None:
    world = World()

    for _ in range(10):
        slow(world, 1)
        world.run(60)

    assert remarks(world) == []


def test_ends_that_are_hours_apart_are_of_two_episodes() -> None:
    world = World()
    slow(world, 60)

    world.run(2 * HOUR_S)
    slow(world, 60)

    assert remarks(world) == []


def test_a_late_resolve_of_what_lapsed_says_that_stale_after_is_short() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(25 * HOUR_S)
    world.fires(alertname="Watchdog", incident="no")  # the sender is heard
    world.run(120)

    world.ends()

    assert remarks(world) == ["stale_after"]
    assert world.incident.severity is Severity.SEV4
    assert world.incident.title == "am: stale_after (1d1h) is shorter than the sender's repeats"


@pytest.mark.parametrize(("start", "found"), [("0", ["stale_after"]), ("90000", [])])
def test_what_fires_again_after_it_lapsed_tells_by_its_start(start: str, found: list[str]) -> None:
    world = World()
    world.fires(severity="SEV-2", _starts="0")
    world.run(25 * HOUR_S)
    world.fires(alertname="Watchdog", incident="no")
    world.run(120)

    world.fires(severity="SEV-2", _starts=start)

    assert remarks(world) == found


def test_a_resolve_in_time_gives_no_remark() -> None:
    world = World()
    world.fires(severity="SEV-2")

    world.ends()
    world.ends()

    assert remarks(world) == []


def test_an_end_before_the_start_ends_and_is_remarked_upon() -> None:
    world = World()
    world.copy(PARIS, 0)
    world.run(60)

    said = {"_copy": "1", "_sender": PARIS, "_starts": "50", "_ends": "40"}
    alert = world.alert("prometheus", said, firing=False)
    world.handle(AlertReceived(alert, world.now))

    assert not world.view.alerts["prometheus", "alertname=Down"].firing
    assert remarks(world) == ["end_before_start"]


def test_two_senders_of_one_source_that_contradict_each_other() -> None:
    world = World()
    world.fires(severity="SEV-2", _sender=PARIS, _starts="-60")
    world.fires(severity="SEV-2", _sender=OSLO, _starts="-55")
    world.ends(_sender=PARIS)

    world.fires(severity="SEV-2", _sender=OSLO, _starts="-55")

    assert remarks(world) == ["contradiction"]


@pytest.mark.parametrize("sender", [PARIS, OSLO])
def test_what_fires_anew_contradicts_nobody(sender: str) -> None:
    world = World()
    world.fires(severity="SEV-2", _sender=PARIS, _starts="0")
    world.run(60)
    world.ends(_sender=PARIS)

    world.fires(severity="SEV-2", _sender=sender, _starts="60")

    assert remarks(world) == []


def test_a_remark_comes_again_after_a_week_and_not_sooner() -> None:
    world = World()

    def contradict() -> None:
        world.fires(severity="SEV-2", _sender=PARIS, _starts="-60")
        world.ends(_sender=PARIS)
        world.fires(severity="SEV-2", _sender=OSLO, _starts="-60")
        world.ends(_sender=OSLO)

    contradict()
    number = next(n for n, one in world.view.incidents.items() if "remark" in dict(one.key))
    world.handle(Resolved(number, "alice"))
    world.run(6 * DAY_S)
    contradict()
    assert remarks(world) == ["contradiction"]
    world.run(PAUSE_US // SECOND - 6 * DAY_S)
    contradict()

    assert remarks(world) == ["contradiction", "contradiction"]
