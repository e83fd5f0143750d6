"""The severity of an incident: the worst of its firing alerts, or a person's choice.

It never falls by itself while the incident is open.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records import actors
from triaged.core.records.actors import TRIAGED, UNCLASSIFIED
from triaged.core.records.events import SeverityChosen
from triaged.core.records.model import Entry, Incident, Outcome, Reason, Severity, State
from triaged.core.response.easing import ease
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.holding import renew, tell_holder
from triaged.core.response.paging import News
from triaged.core.settings import Settings
from triaged.core.situation import Situation


class Rise(msgspec.Struct, frozen=True, gc=False):
    """A severity that a rule, a raise or an incident calls for, with the cause."""

    severity: Severity
    by: str
    why: str


def severity_of(outcome: Outcome, settings: Settings) -> tuple[Severity, str]:
    """The severity of an alert, and what set it: `rule:<name>` or `unclassified`."""
    if outcome.severity is None:
        return settings.unclassified, UNCLASSIFIED
    return outcome.severity, actors.rule(outcome.rule or "")


def worst(firing: Mapping[str, int], settings: Settings) -> Severity | None:
    """The worst severity among firing alerts, counted by severity ("" is unclassified)."""
    return min(
        (Severity(name) if name else settings.unclassified for name, n in firing.items() if n),
        default=None,
    )


def worst_of(incident: Incident, settings: Settings) -> Rise:
    """The worst severity among an incident's firing alerts, without people's choices and raises."""
    severity = worst(incident.firing, settings)
    assert severity is not None, "something fires"
    rule = incident.severity_rules.get(severity)
    by = actors.rule(rule) if rule else incident.severity_by  # of before rules were kept
    if severity not in incident.firing:
        by = UNCLASSIFIED
    return Rise(severity, by, "an alert is worse")


def rise_of(outcome: Outcome, settings: Settings) -> Rise:
    """The severity that an alert calls for by itself, with who says so and why."""
    severity, by = severity_of(outcome, settings)
    return Rise(severity, by, "an alert is worse")


def raise_to(
    situation: Situation, draft: Draft, rise: Rise, cause_at: int, actor: str = ""
) -> None:
    """Set the worse severity, and arm the incident with its target.

    `actor`: the person whose act it is; where the same one holds the incident, that stays so.
    """
    _say_changed(situation, draft, rise.severity, actor or rise.by, rise.why)
    draft.change(severity=rise.severity, severity_by=rise.by, chosen=None)
    if not actor or draft.incident.holder != actor:
        _arm(situation, draft, cause_at, actor or rise.by)
    elif draft.incident.snoozed_until is None:
        renew(situation, draft)


def _arm(situation: Situation, draft: Draft, cause_at: int, by: str) -> None:
    """Arm the incident for a rise; an acknowledgement ends, and its holder is informed."""
    holder = draft.incident.holder
    text = "un-acknowledged: severity rose"
    if holder is not None:
        data: dict[str, object] = {"reason": Reason.SEVERITY_ROSE}
        said = f"{text}; {holder} held it"
        draft.say(Entry(situation.now, "incident.unacknowledged", TRIAGED, said, data))
    arm(situation, draft, Cause(Reason.SEVERITY_ROSE, cause_at))
    tell_holder(situation, draft, holder, News(text, "unacknowledged"), by)


def choose(situation: Situation, draft: Draft, event: SeverityChosen) -> None:
    """Set the severity that a person chose: it holds against all alerts attached so far."""
    severity, by, before = event.severity, event.by, draft.incident
    _say_changed(situation, draft, severity, by, event.reason)  # the same again covers new joins
    actor = actors.person(by)
    draft.change(severity=severity, severity_by=actor, chosen=severity, chosen_at=situation.now)
    if before.raising is not UNSET:
        draft.change(raising=replace(before.raising, seen=()))
    holder = before.acknowledged_by is not None and by == before.acknowledged_by
    if before.live and severity < before.severity and not holder:
        _arm(situation, draft, situation.now, by)
    elif severity > before.severity and before.state is State.OPEN:
        ease(situation, draft)
    elif before.state is State.ACKNOWLEDGED and before.snoozed_until is None:
        renew(situation, draft)  # after the time that is right for it now


def _say_changed(situation: Situation, draft: Draft, severity: Severity, by: str, why: str) -> None:
    before = draft.incident.severity
    what = f"{severity} confirmed" if severity is before else f"{before} → {severity}"
    text = what + (f": {why}" if why else "")
    data: dict[str, object] = {"from": before, "to": severity, "reason": why}
    draft.say(Entry(situation.now, "severity.changed", by, text, data))
