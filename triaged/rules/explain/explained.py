"""An explanation as the API and the commands show it: JSON-ready, instants RFC 3339 UTC."""

import msgspec

from triaged.core.alerts.arrival import Arrival
from triaged.core.alerts.grouping import policy_of
from triaged.core.alerts.severity import severity_of
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.model import Alert, Incident, Outcome, Severity, Step
from triaged.core.response.forecast import Firing, Outlook, foresee
from triaged.core.settings import NextBusinessDay, Settings
from triaged.core.time.durations import format_duration
from triaged.rules.evaluate import RuleSet
from triaged.rules.explain.explain import Attribute, Explanation, RuleVerdict, explain
from triaged.rules.explain.explained_expecting import ExplainedExpectation, explained_expecting
from triaged.rules.explain.explained_muting import ExplainedMute, explained_muting
from triaged.rules.labelling import AddedLabel
from triaged.wire import instant_text, instant_text_or_none


class ForeseenPage(msgspec.Struct, frozen=True):
    """A person who would be paged, and the contact."""

    at: str | None
    """None: it would not go out."""
    target: str
    person: str | None
    contact: str
    channel: str


class ForeseenStep(msgspec.Struct, frozen=True):
    """Steps of the policy that fire at one instant, if nobody has answered."""

    at: str
    steps: list[int]
    notify: list[str]
    pages: list[ForeseenPage]
    skipped: list[str]
    """The people whom it does not reach, with the reason."""
    severity: Severity
    risen_by: str
    """The raise that makes it worse at this instant (`raise:<rule>`): steps count anew; else
    empty."""


class ExplainedShadow(msgspec.Struct, frozen=True):
    """A shadow rule that matches."""

    rule: str
    where: str
    """FILE:LINE:COL."""
    description: str
    would: dict[str, str]
    """The attributes that would differ if it were active, with their values; empty: none."""


class ExplainedAlert(msgspec.Struct, frozen=True):
    """The outcome of the rules for an alert, the reasons, and the escalation of an incident."""

    source: str
    fingerprint: str
    status: str
    """`firing` or `resolved`; a resolved one is explained as if it fired."""
    at: str
    """The instant for which all of this is."""
    labels: dict[str, str]
    added: list[AddedLabel]
    """Labels that `extract` and `mappings` added before any rule was asked."""
    rule_set: str
    """Hash of the rules."""
    incident: bool
    """False: it is stored and counted, and opens nothing."""
    severity: Severity
    severity_by: str
    title: str
    service: str | None
    team: str | None
    runbook: str | None
    group_by: list[str]
    key: dict[str, str]
    policy: str | None
    policy_because: str
    respond_within: str
    respond_by: str | None
    attributes: list[Attribute]
    rules: list[RuleVerdict]
    shadow: list[ExplainedShadow]
    """Shadow rules that match: they change nothing of all this."""
    muting: list[ExplainedMute]
    """All that would mute it. While something does, nothing is sent; escalation starts
    afterwards."""
    expectations: list[ExplainedExpectation]
    """Expectations that would miss it if it came no more: `expect` of rules, `expect_every` of its
    source."""
    steps: list[ForeseenStep]
    """The first round, after each raise anew, as if nothing were muted."""
    further_rounds: int


def explained(
    settings: Settings, alert: Alert, at: int, duty: DutyFacts = NO_FACTS
) -> ExplainedAlert:
    """The outcome of `settings` for `alert` whose episode starts at `at`, and the reasons."""
    rules = settings.rules
    assert isinstance(rules, RuleSet), "the configuration compiles no other"
    explanation = explain(rules, alert, at)
    outcome = explanation.outcome
    outlook = foresee(settings, Arrival(alert, outcome, at), at, duty) if outcome.incident else None
    return _document(settings, alert, explanation, (at, outlook))


def _document(
    settings: Settings, alert: Alert, explanation: Explanation, future: tuple[int, Outlook | None]
) -> ExplainedAlert:
    at, outlook = future
    outcome = explanation.outcome
    incident = outlook.incident if outlook else None
    severity, by = severity_of(outcome, settings)
    within = settings.severities[severity].respond_within
    return ExplainedAlert(
        source=alert.source,
        fingerprint=alert.fingerprint,
        status="firing" if alert.firing else "resolved",
        at=instant_text(at),
        labels=outcome.labels,
        added=list(explanation.added),
        rule_set=outcome.rule_set,
        incident=outcome.incident,
        severity=severity,
        severity_by=by,
        title=outcome.title,
        service=outcome.service,
        team=incident.team if incident else outcome.team,
        runbook=incident.runbook if incident else outcome.runbook,
        group_by=list(explanation.group_by),
        key=dict(outcome.key),
        policy=incident.plan.policy if incident else None,
        policy_because=_policy_because(settings, outcome),
        respond_within=_within(within),
        respond_by=instant_text_or_none(incident.respond_by if incident else None),
        attributes=[*explanation.attributes, *_owned(settings, outcome, incident)],
        rules=list(explanation.rules),
        shadow=_shadow(settings, outcome),
        muting=explained_muting(settings.muters, outcome.labels, at),
        expectations=explained_expecting(settings, alert, at),
        steps=_steps(outlook),
        further_rounds=incident.plan.repeat_times if incident else 0,
    )


def _shadow(settings: Settings, outcome: Outcome) -> list[ExplainedShadow]:
    rules = settings.rules
    assert isinstance(rules, RuleSet), "the configuration compiles no other"
    known = {shadow.rule.name: shadow.rule for shadow in rules.shadows}
    return [
        ExplainedShadow(
            rule=each.rule,
            where=known[each.rule].where,
            description=known[each.rule].description,
            would=dict(each.would),
        )
        for each in outcome.shadow
    ]


def _within(within: int | NextBusinessDay) -> str:
    if isinstance(within, NextBusinessDay):
        return f"the next business day of {within.calendar.name}"
    return format_duration(within)


def _policy_because(settings: Settings, outcome: Outcome) -> str:
    return policy_of(settings, outcome.policy, outcome.team, outcome.service)[1]


def _owned(settings: Settings, outcome: Outcome, incident: Incident | None) -> list[Attribute]:
    """The values that no rule sets, from the service of the incident and the configuration."""
    if incident is None:
        return []
    found = []
    if outcome.severity is None:
        origin = "`unclassified`: no rule sets one"
        found.append(Attribute("severity", settings.unclassified, origin))
    for name, ours, theirs in (
        ("team", outcome.team, incident.team),
        ("runbook", outcome.runbook, incident.runbook),
    ):
        if theirs and not ours:
            found.append(Attribute(name, theirs, f"service {outcome.service}"))
    return found


def _steps(outlook: Outlook | None) -> list[ForeseenStep]:
    if outlook is None:
        return []
    steps = outlook.incident.plan.steps
    return [_step(firing, steps) for firing in outlook.firings]


def _step(firing: Firing, steps: tuple[Step, ...]) -> ForeseenStep:
    return ForeseenStep(
        at=instant_text(firing.at),
        steps=list(firing.steps),
        notify=[str(target) for number in firing.steps for target in steps[number - 1].notify],
        pages=[
            ForeseenPage(
                at=instant_text_or_none(call.at),
                target=call.page.target,
                person=call.page.recipient.person or None,
                contact=call.page.recipient.contact,
                channel=call.page.channel,
            )
            for call in firing.calls
        ],
        skipped=list(firing.skipped),
        severity=firing.severity,
        risen_by=firing.risen_by,
    )
