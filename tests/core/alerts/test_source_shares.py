"""An end counts only for what the same source fired, also where one ended alert is enough."""

import pytest
from msgspec import UNSET

from tests.core.world import ByLabels, World, settings
from triaged.core.alerts.source_shares import all_over, anew, joined, left, moved
from triaged.core.records.events import Resolved
from triaged.core.records.model import Alert, AlertState, Outcome, ResolvePolicy, State
from triaged.core.records.resolving import ResolveWhen, SourceShare
from triaged.core.time.durations import MINUTE

FIRST, LAST = ResolveWhen.FIRST, ResolveWhen.LAST


class Together(ByLabels):
    """As `ByLabels`, with a rule that says `across_sources`."""

    def classify(self, alert: Alert, now: int) -> Outcome:
        """The outcome, in which all sources count together."""
        found = super().classify(alert, now)
        return Outcome(
            **{name: getattr(found, name) for name in found.__struct_fields__}
            | {"across_sources": True}
        )


def world_of(when: ResolveWhen, hold_us: int = 0) -> World:
    return World(settings(rules=ByLabels(ResolvePolicy(when, hold_us))))


@pytest.mark.parametrize("when", [FIRST, LAST])
def test_an_end_of_another_source_resolves_nothing(when: ResolveWhen) -> None:
    world = world_of(when)
    world.fires("am", severity="SEV-2", pod="a")
    world.fires("b", severity="SEV-2", pod="b")

    world.ends("b", pod="b")
    assert world.state() is State.OPEN

    world.ends("am", pod="a")
    assert world.state() is State.RESOLVED


@pytest.mark.parametrize(("when", "pod"), [(FIRST, "a1"), (LAST, "a2")])
def test_it_is_over_when_the_share_of_each_source_is(when: ResolveWhen, pod: str) -> None:
    world = world_of(when)
    for name in ("a1", "a2"):
        world.fires("am", severity="SEV-2", pod=name)
    for name in ("b1", "b2"):
        world.fires("b", severity="SEV-2", pod=name)

    world.ends("am", pod=pod)
    assert world.state() is State.OPEN
    world.ends("b", pod="b2")

    assert world.state() is State.RESOLVED


@pytest.mark.parametrize("when", [FIRST, LAST])
def test_a_rule_may_let_all_sources_count_together(when: ResolveWhen) -> None:
    world = World(settings(rules=Together(ResolvePolicy(when))))
    world.fires("am", severity="SEV-2", pod="a")
    world.fires("b", severity="SEV-2", pod="b")

    world.ends("b", pod="b")

    assert world.state() is State.RESOLVED
    assert world.incident.shares is UNSET


def test_what_another_source_fires_in_the_hold_stops_it() -> None:
    world = world_of(FIRST, 5 * MINUTE)
    world.fires("am", severity="SEV-2", pod="a1")
    world.fires("am", severity="SEV-2", pod="a2")
    world.ends("am", pod="a1")
    world.run(60)

    world.fires("b", severity="SEV-2", pod="b")
    world.run(10 * 60)

    assert world.state() is State.OPEN


def test_after_a_re_opening_an_end_of_before_counts_no_more() -> None:
    world = world_of(FIRST)
    world.fires("am", severity="SEV-2", pod="a1")
    world.fires("am", severity="SEV-2", pod="a2")
    world.ends("am", pod="a1")
    world.fires("b", severity="SEV-2", pod="b")
    assert world.incident.reopens == 1

    world.ends("b", pod="b")
    assert world.state() is State.OPEN

    world.ends("am", pod="a2")
    assert world.state() is State.RESOLVED


def test_what_took_over_after_a_persons_resolve_knows_the_sources() -> None:
    world = world_of(FIRST)
    world.fires("am", severity="SEV-2", pod="a1")
    world.fires("b", severity="SEV-2", pod="b")
    world.handle(Resolved(1, "bob"))
    world.run(31 * 60)
    assert world.incident.number == 2

    world.ends("b", pod="b")
    assert world.state() is State.OPEN

    world.ends("am", pod="a1")
    assert world.state() is State.RESOLVED


def state(source: str, fingerprint: str) -> AlertState:
    return AlertState(source, fingerprint, True, 1, 0, None, None, 1, None, None)


def test_a_further_alert_undoes_the_end_of_the_last_one_but_not_of_the_first() -> None:
    over = {"am": SourceShare(1, "a", has_ended=True)}

    first = joined(over, ("am", "b"), FIRST, came_back=False)
    last = joined(over, ("am", "b"), LAST, came_back=False)
    back = joined(over, ("am", "b"), FIRST, came_back=True)

    assert [all_over(shares) for shares in (first, last, back)] == [True, False, False]


def test_an_alert_that_begins_anew_has_not_ended() -> None:
    shares = {"am": SourceShare(2, "a")}

    assert left(shares, state("am", "a"), FIRST, ended=False) == {"am": SourceShare(1, "a")}


def test_alerts_that_move_keep_their_sources() -> None:
    ours = {"am": SourceShare(1, "a", has_ended=True)}

    after = moved(ours, {"am": SourceShare(1, "x"), "b": SourceShare(2, "y", has_ended=True)})

    assert after == {"am": SourceShare(2, "a", has_ended=True), "b": SourceShare(2, "y")}
    assert anew(after) == {"am": SourceShare(2, "a"), "b": SourceShare(2, "y")}
