"""What is foreseen is what happens when nobody answers."""

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, plan, settings, step, target
from tests.dry_run.configurations import configurations
from triaged.core.alerts.arrival import Arrival
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, PageKind, Severity, Share
from triaged.core.records.severity import FiringFor, Raise
from triaged.core.response.forecast import Call, Outlook, foresee
from triaged.core.settings import (
    Contact,
    ContactStep,
    NextBusinessDay,
    Person,
    Settings,
    SeverityTarget,
)
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.dry_run.simulator import Simulator
from triaged.rules.actions import SetRaise, SetSeverity
from triaged.rules.evaluate import CompiledRule, RuleSet

OFFICE = Calendar("office", "UTC", recurring.parse("mon-fri 12:00-17:30"))
NEXT_DAY = settings(
    severities={**settings().severities, Severity.SEV4: SeverityTarget(NextBusinessDay(OFFICE))}
)
NOBODY = plan(step(0, "schedule:none"), step(0.5, "person:bob"), step(1, "person:zoe"))
CASES = (
    settings(),
    plan(step(0.5, "person:alice"), step(0.5, "person:bob", "channel:hook")),
    plan(step(0, "person:alice", "team:payments"), repeat_times=2),
    NOBODY,
    plan(step(0, "schedule:none"), catch_all=None),
    plan(step(1, "person:zoe"), catch_all=target("channel:hook"), repeat_times=1),
    NEXT_DAY,
    plan(
        step(0, "person:bob"),
        step(0.5, "schedule:none"),
        catch_all=None,
        repeat_times=1,
        repeat_every=Share(0.0),
    ),
)


def foreseen(chosen: Settings, severity: str) -> Outlook:
    """What is foreseen for an alert of this severity."""
    alert = Alert("am", "f", True, {"alertname": "Down", "severity": severity}, {})
    outcome = chosen.rules.classify(alert, MONDAY)
    return foresee(chosen, Arrival(alert, outcome, MONDAY), MONDAY)


def first_round(outlook: Outlook) -> list[Call]:
    """The calls of round 1; a last step that reaches nobody has the next round begin at once."""
    calls = [call for firing in outlook.firings for call in firing.calls]
    return [call for call in calls if call.page.round == 1]


@pytest.mark.parametrize("severity", [*Severity])
@pytest.mark.parametrize("chosen", CASES)
def test_what_is_foreseen_happens(chosen: Settings, severity: str) -> None:
    chosen = replace(chosen, stale_after={})
    outlook = foreseen(chosen, severity)
    simulator = Simulator(chosen, MONDAY)
    alert = Alert("am", "f", True, {"alertname": "Down", "severity": severity}, {})
    simulator.handle(AlertReceived(alert, MONDAY))
    opened = simulator.view.incidents[1]
    simulator.run_until(MONDAY + 30 * DAY)

    pages = [page for _, page in simulator.sent if page.kind is PageKind.PAGE and page.round == 1]
    sent = sorted((at, page.id) for at, page in simulator.sent if page in pages)
    assert sorted((call.at, call.page.id) for call in first_round(outlook)) == sent
    assert (outlook.incident.respond_by, outlook.incident.plan, outlook.incident.severity) == (
        opened.respond_by,
        opened.plan,
        opened.severity,
    )


RAISES = (
    Raise(Severity.SEV2, FiringFor(7 * MINUTE)),
    Raise(Severity.SEV1, FiringFor(50 * MINUTE)),
)


@how(max_examples=100)
@given(
    configurations(),
    st.sampled_from([*Severity]),
    st.sampled_from([(), RAISES[:1], RAISES[1:], RAISES]),
)
def test_what_is_foreseen_happens_whatever_the_settings(
    chosen: Settings, severity: Severity, raises: tuple[Raise, ...]
) -> None:
    chosen = replace(chosen, rules=ByLabels(None, *raises))
    simulator = Simulator(chosen, MONDAY)
    alert = Alert("am", "f", True, {"alertname": "Down", "severity": severity}, {})
    simulator.handle(AlertReceived(alert, MONDAY))
    simulator.run_until(MONDAY + 9 * DAY)

    calls = first_round(foreseen(chosen, severity))
    assert sorted((call.at, call.page.id) for call in calls if call.at is not None) == sorted(
        (at, page.id)
        for at, page in simulator.sent
        if page.kind is PageKind.PAGE
        and page.round == 1
        and page.step <= len(simulator.view.incidents[page.incident].plan.steps)
    )


RAISED = RuleSet(
    [
        CompiledRule(
            "slow",
            actions=(
                SetSeverity(Severity.SEV3),
                SetRaise((Raise(Severity.SEV1, FiringFor(10 * MINUTE)),)),
            ),
        )
    ],
    "d",
)


def test_a_raise_by_time_begins_the_steps_anew() -> None:
    chosen = replace(plan(step(0, "person:alice"), step(0.5, "person:bob")), rules=RAISED)

    firings = foreseen(chosen, "SEV-3").firings

    found = [((f.at - MONDAY) // MINUTE, f.steps, f.severity, f.risen_by) for f in firings]
    assert found == [
        (0, (1,), "SEV-3", ""),
        (10, (1,), "SEV-1", "raise:slow"),
        (12, (2,), "SEV-1", ""),
    ]


def test_what_a_raise_overtakes_does_not_go_out() -> None:
    ways = {name: Contact(name) for name in ("desk", "mail")}
    late = (ContactStep("desk"), ContactStep("mail", 20 * MINUTE))
    people = {"alice": Person("alice", "Alice", "UTC", ways, late, late)}
    chosen = replace(plan(step(0, "person:alice"), catch_all=None), rules=RAISED, people=people)

    first, _ = foreseen(chosen, "SEV-3").firings

    assert [call.at for call in first.calls] == [MONDAY, None]


def test_a_step_that_reaches_nobody_says_why_and_the_next_fires_at_once() -> None:
    first, second = foreseen(NOBODY, "SEV-1").firings

    assert (first.at, first.steps) == (MONDAY, (1, 2))
    assert first.skipped == ("schedule:none: target gone", "step 1 of round 1 reached nobody")
    assert {call.page.recipient.person for call in first.calls} == {"bob", "carol"}
    assert (second.at - MONDAY, second.steps) == (5 * MINUTE, (3,))


def test_what_a_calendar_holds_back_goes_out_when_it_opens() -> None:
    first, *_ = foreseen(NEXT_DAY, "SEV-4").firings

    assert {call.at for call in first.calls} == {MONDAY + 2 * HOUR}
