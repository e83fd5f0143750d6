"""Replaying the rules of the time gives what happened."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.oncall.scene import PRIMARY
from tests.core.oncall.test_duty import override
from tests.core.world import MONDAY, ByLabels, person, plan, settings, step
from tests.dry_run.past import RecordedPast, Softer, past_of
from triaged.core.records.events import SilenceSet
from triaged.core.records.history import Episode, PastSilence
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Outcome, ResolvePolicy, ResolveWhen
from triaged.core.settings import FlapLimit, Settings, StormLimit
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.dry_run.replay.comparison import compare_runs
from triaged.dry_run.replay.history import Head, History
from triaged.dry_run.replay.replay import happened, replay

DOINGS = st.one_of(
    st.tuples(st.just("fire"), st.integers(0, 11)),
    st.tuples(st.just("end"), st.integers(0, 11)),
    st.tuples(
        st.sampled_from(
            ("acknowledge", "unacknowledge", "resolve", "reopen", "close", "escalate", "note")
        ),
        st.integers(1, 4),
    ),
    st.tuples(st.sampled_from(("assign", "snooze", "sev", "phase")), st.integers(1, 4)),
    st.tuples(st.just("declare"), st.integers(1, 3)),
    st.tuples(st.just("merge"), st.integers(1, 4)),
)
NIGHTS = st.lists(st.tuples(st.integers(1, 3 * HOUR // SECOND), DOINGS), max_size=40)


RULES = st.sampled_from(
    (
        settings(),
        settings(storm=StormLimit(1, 10 * MINUTE)),
        settings(flapping=FlapLimit(1, 2 * HOUR)),
        settings(rules=ByLabels(ResolvePolicy(ResolveWhen.ALL, 5 * MINUTE))),
        settings(rules=ByLabels(ResolvePolicy(ResolveWhen.FIRST))),
    )
)


@given(NIGHTS, RULES, st.sampled_from((1, 3, 1000)))
def test_replay_of_the_same_rules_is_the_identity_whatever_is_forgotten(
    doings: list[tuple[int, tuple[str, int]]], rules: Settings, sweep_every: int
) -> None:
    history = past_of(rules, doings).history()

    run = replay(history, rules, sweep_every=sweep_every)

    was = happened(history)
    assert run.incidents == was.incidents
    assert run.homes == was.homes
    assert (run.unmatched, run.refused) == (0, 0)
    assert compare_runs(was, run, rules).nothing


def test_an_act_goes_to_every_incident_that_holds_an_alert_of_the_recorded_one() -> None:
    past = RecordedPast(settings())
    past.fire("Down/1")
    past.pass_(MINUTE)
    past.fire("Down/2")
    past.pass_(MINUTE)
    past.act("acknowledge", 1)
    past.pass_(MINUTE)
    other = settings(rules=Softer())

    run = replay(past.history(), other)

    found = compare_runs(happened(past.history()), run, other)
    assert (len(run.incidents), run.unmatched, run.refused) == (2, 0, 0)
    assert [len(each.after) for each in found.split] == [2]
    assert [page.whom for ran in run.incidents for page in ran.pages] == ["alice"] * 4


class Quiet(Softer):
    """Nothing opens an incident."""

    def classify(self, alert: Alert, now: int) -> Outcome:
        """Stored, no more."""
        return replace(super().classify(alert, now), incident=False)


def test_acts_without_a_counterpart_are_counted() -> None:
    past = RecordedPast(settings())
    past.fire("Down/1")
    past.pass_(MINUTE)
    past.act("acknowledge", 1)
    other = settings(rules=Quiet())

    run = replay(past.history(), other)

    found = compare_runs(happened(past.history()), run, other)
    assert (run.incidents, run.unmatched) == ((), 1)
    assert len(found.vanished) == 1


def test_silences_mute_when_they_did() -> None:
    past = RecordedPast(settings())
    past.fire("Down/1")
    past.pass_(MINUTE)
    start = past.simulator.now
    matchers = (Matcher("alertname", "=", "Down"),)
    past.simulator.handle(SilenceSet("s", matchers, start, start + HOUR, "alice", "work"))
    past.pass_(MINUTE)
    past.fire("Down/2")
    past.fire("Slow/1")
    past.pass_(3 * HOUR)
    history = replace(past.history(), silences=(PastSilence("s", matchers, start, start + HOUR),))

    run = replay(history, settings())

    assert run.incidents == happened(history).incidents
    assert run.suppressed


def test_an_alert_that_began_anew_without_an_end_begins_anew() -> None:
    labels = {"alertname": "Down", "severity": "SEV-1"}
    first = Episode(1, "am", "a", MONDAY, MONDAY, labels, incident=1)
    second_at = MONDAY + 10 * MINUTE
    first = replace(first, ended_at=second_at, ended_by="restarted")
    second = Episode(2, "am", "a", second_at, second_at, labels, incident=1)
    history = History(Head(MONDAY, MONDAY + HOUR), (), (), (first, second))

    run = replay(history, settings())

    assert list(run.homes) == [1, 1]


def test_overrides_were_in_force_when_they_were() -> None:
    chosen = replace(
        plan(step(0, "schedule:primary")),
        schedules={"primary": PRIMARY},
        people={name: person(name) for name in ("alice", "bob", "carol", "dave")},
    )
    instead = override(1, "dave", MONDAY, MONDAY + HOUR)
    labels = {"alertname": "Down", "severity": "SEV-1"}
    times = (MONDAY + MINUTE, MONDAY + 2 * HOUR)
    episodes = [
        Episode(n, "am", f"{n}", at, at, labels | {"service": f"s{n}"}, incident=n)
        for n, at in enumerate(times, 1)
    ]
    history = History(Head(MONDAY, MONDAY + 3 * HOUR, overrides=(instead,)), (), (), episodes)

    run = replay(history, chosen)

    assert [{page.whom for page in ran.pages} for ran in run.incidents] == [{"dave"}, {"alice"}]
