"""The whole explanation equals what the engine's decisions do."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import DEFAULT_PLAN, MONDAY, settings
from tests.rules.generated import LABELS, POLICIES, RULES
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import AlertReceived
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, PageKind
from triaged.core.settings import Service, Settings, Team
from triaged.core.time import recurring
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.dry_run.simulator import Simulator
from triaged.rules.actions import SetPolicy
from triaged.rules.evaluate import CompiledRule, RuleSet
from triaged.rules.explain.explained import explained
from triaged.wire import instant_text


def configured(rules: list[CompiledRule]) -> Settings:
    """Two policies, a team with one, a service of that team, and these rules."""
    quiet = replace(DEFAULT_PLAN, policy="loud", steps=DEFAULT_PLAN.steps[1:])
    return settings(
        rules=RuleSet(rules, "d"),
        policies={"default": DEFAULT_PLAN, "loud": quiet},
        teams={"payments": Team("payments", ("alice", "bob"), "loud")},
        services={"x": Service("x", "payments", runbook="https://r/x"), "y": Service("y")},
    )


@given(RULES, LABELS)
def test_the_explanation_is_what_happens(rules: list[CompiledRule], labels: dict[str, str]) -> None:
    chosen = configured(rules)
    alert = Alert("am", "f", True, labels, {}, starts_at=MONDAY)
    simulator = Simulator(chosen, MONDAY)

    told = explained(chosen, alert, MONDAY)

    simulator.handle(AlertReceived(alert, MONDAY))
    assert told.incident is bool(simulator.view.incidents)
    if not told.incident:
        assert (told.policy, told.steps) == (None, [])
        return
    incident = simulator.view.incidents[1]
    assert (told.severity, told.severity_by) == (incident.severity, incident.severity_by)
    assert (told.title, told.key, told.labels) == (
        incident.title,
        dict(incident.key),
        incident.labels,
    )
    assert (told.service, told.team, told.runbook) == (
        incident.service,
        incident.team,
        incident.runbook,
    )
    assert told.policy == incident.plan.policy
    assert incident.respond_by is not None
    assert told.respond_by == instant_text(incident.respond_by)
    simulator.run_until(MONDAY + DAY)
    sent = [
        (instant_text(at), page.recipient.person, page.recipient.contact, page.channel)
        for at, page in simulator.sent
        if page.kind is PageKind.PAGE and page.round == 1
    ]
    calls = [page for step in told.steps for page in step.pages]
    goes = [page for page in calls if page.at is not None]
    assert sorted(sent) == sorted((p.at, p.person, p.contact, p.channel) for p in goes)


@given(st.sampled_from(["", *POLICIES]), st.sampled_from(["", "payments"]), st.booleans())
def test_the_policy_says_who_names_it(policy: str, team: str, owned: bool) -> None:
    alert = Alert("am", "f", True, {"service": "x" if owned else "z", "team": team}, {})
    rules = [policy_rule(policy)] if policy else []

    told = explained(configured(rules), alert, MONDAY)

    if policy:
        expected = (policy, "a rule names it")
    elif team:
        expected = ("loud", "team payments names it")
    elif owned:
        expected = ("loud", "team payments, which owns service x, names it")
    else:
        expected = ("default", "no rule and no team names one")
    assert (told.policy, told.policy_because) == expected


def policy_rule(policy: str) -> CompiledRule:
    """A rule for every alert that sets the policy."""
    return CompiledRule("p", actions=(SetPolicy(policy),))


def test_what_is_said_to_mute_mutes_until_then() -> None:
    window = Maintenance(
        "patching", (Matcher("env", "=", "staging"),), "UTC", recurring.parse("mon 09:00-11:00")
    )
    chosen = replace(configured([policy_rule("default")]), muters=Muters((), (window,)))
    alert = Alert("am", "f", True, {"alertname": "Down", "env": "staging"}, {})
    simulator = Simulator(chosen, MONDAY)

    told = explained(chosen, alert, MONDAY)

    simulator.handle(AlertReceived(alert, MONDAY))
    simulator.run_until(MONDAY + HOUR - 1)
    before = list(simulator.sent)
    simulator.run_until(MONDAY + HOUR + MINUTE)
    (mute,) = told.muting
    assert (mute.active, mute.until) == (True, instant_text(MONDAY + HOUR))
    assert before == []
    assert {page.recipient.person for _, page in simulator.sent} == {
        page.person for page in told.steps[0].pages
    }
