"""Actions of people on incidents: acknowledge, resolve, hand over, set a severity, note.

Acting twice is no error; what the state table does not allow is a `Conflict`, and so is to
acknowledge what somebody else holds without saying that it is a take-over.
"""

from typing import assert_never

from triaged.core.alerts.grouping import plan_for, resolve
from triaged.core.alerts.reopening import reopen
from triaged.core.alerts.severity import choose
from triaged.core.draft import Draft
from triaged.core.lifecycle import Verb, impossible, merged_text, next_state, set_phase
from triaged.core.practice.learning.postmortems import why_not_closed
from triaged.core.practice.phases import noted
from triaged.core.records import actors
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Count, Decision
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Closed,
    Declared,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import (
    Entry,
    Escalation,
    Incident,
    Phase,
    Reason,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    State,
    incident_id,
)
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.work import Work
from triaged.core.response.entries import when
from triaged.core.response.escalation import (
    Cause,
    advance,
    arm,
    arm_at,
    disarm,
    go_on_by_hand,
    settle_response,
)
from triaged.core.response.holding import keep_active, renew, tell_holder, until_text
from triaged.core.response.paging import News, inform, paged_people
from triaged.core.situation import Situation

VERB_OF: dict[type[Action], Verb] = {
    Acknowledged: Verb.ACKNOWLEDGE,
    Unacknowledged: Verb.UNACKNOWLEDGE,
    Resolved: Verb.RESOLVE,
    Reopened: Verb.REOPEN,
    Closed: Verb.CLOSE,
}
"""Actions that are a verb of the state table."""

LIVE_ONLY: dict[type[Action], str] = {
    Escalated: "escalate",
    Assigned: "assign",
    SeverityChosen: "set the severity of",
    PhaseChanged: "set the phase of",
    Snoozed: "snooze",
}
"""The actions that only an open or acknowledged incident takes."""


def declare(situation: Situation, event: Declared) -> Decision:
    """Open the incident that a person declares: it pages like any other, and resolves by hand."""
    now = situation.now
    service = situation.settings.services.get(event.service or "")
    by = actors.person(event.by)
    incident = Incident(
        number=situation.next_number(),
        key=(),
        title=event.title,
        severity=event.severity,
        severity_by=by,
        chosen=event.severity,
        chosen_at=now,
        opened_at=now,
        plan=plan_for(situation.settings, None, event.team, event.service),
        service=event.service,
        team=event.team or (service.team if service else None),
        runbook=service.runbook if service else None,
        text=event.text,
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        work=Work(phase_at=now, declared_at=now),
    )
    draft = Draft(incident, opened=True)
    data: dict[str, object] = {"severity": event.severity, "reason": Reason.DECLARED}
    data["policy"] = incident.plan.policy
    draft.say(Entry(now, "incident.opened", event.by, f"{event.severity} {event.title}", data))
    if event.text:
        draft.say(Entry(now, "note", event.by, event.text))
    arm(situation, draft, Cause(Reason.DECLARED, event.received_at or now))
    return Decision(draft.effects(), Acted(incident.number))


def act(situation: Situation, event: Action) -> Decision:
    """Do what a person asks of an incident that exists."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    if incident.merged_into is not None and not isinstance(event, NoteAdded):
        return Decision((), Conflict(f"{incident.id}: {merged_text(situation, incident)}"))
    verb = VERB_OF.get(type(event))
    if verb is not None:
        after = next_state(incident.state, verb)
        if after is None:
            return Decision((), Conflict(f"{incident.id}: {impossible(incident.state, verb)}"))
        if isinstance(event, Acknowledged) and incident.holder not in (None, event.by):
            return _take_over(situation, event, Draft(incident))
        if after is incident.state:
            return _noted(situation, Draft(incident), event)
        if isinstance(event, Closed) and (why := why_not_closed(situation.settings, incident)):
            return Decision((), Conflict(why))
    elif type(event) in LIVE_ONLY and not incident.live:
        what = LIVE_ONLY[type(event)]
        return Decision((), Conflict(f"{incident.id}: cannot {what} what is {incident.state}"))
    if why := _outdated(incident, event):
        return Decision((), Conflict(f"{incident.id}: {why}"))
    return _apply(situation, event, Draft(incident))


def _outdated(incident: Incident, event: Action) -> str:
    """What somebody else has changed since the action was decided; empty: nothing."""
    match event:
        case SeverityChosen(expected=Severity() as expected) if incident.severity is not expected:
            return f"its severity is {incident.severity}, no longer {expected}"
        case Assigned(expected=str() as expected) if (incident.holder or "") != expected:
            return f"{incident.holder or 'nobody'} holds it, no longer {expected or 'nobody'}"
        case _:
            return ""


def _apply(situation: Situation, event: Action, draft: Draft) -> Decision:
    refusal: Conflict | Unknown | None = None
    match event:
        case Acknowledged():
            acknowledge(situation, draft, event.by)
        case Unacknowledged():
            unacknowledge(situation, draft, event.by, Reason.UNACKNOWLEDGED)
        case Resolved():
            resolve(situation, draft, event.by)
        case Reopened():
            refusal = _reopen(situation, draft, event.by)
        case Closed():
            draft.change(state=State.CLOSED)
            draft.say(Entry(situation.now, "incident.closed", event.by, f"closed by {event.by}"))
        case Escalated():
            _escalate(situation, draft, event.by)
        case Assigned():
            refusal = _assign(situation, draft, event)
        case SeverityChosen():
            choose(situation, draft, event)
        case PhaseChanged():
            set_phase(situation, draft, event.phase, event.by)
        case NoteAdded():
            pass
        case Snoozed():
            refusal = _snooze(situation, draft, event)
        case _:
            assert_never(event)
    if refusal is not None:
        return Decision((), refusal)
    return _noted(situation, draft, event)


def _take_over(situation: Situation, event: Acknowledged, draft: Draft) -> Decision:
    """Take the incident from its holder, who hears of it; refused unless that is asked for."""
    incident, holder = draft.incident, draft.incident.holder or ""
    if not event.take_over:
        text = f"{holder} holds {incident.id}; with `take_over` you take it over"
        return Decision((), Conflict(text, holder))
    take_over(situation, draft, event.by)
    return _noted(situation, draft, event)


def take_over(situation: Situation, draft: Draft, by: str) -> None:
    """Make `by` the holder of an incident that somebody else holds; a snooze ends."""
    holder = draft.incident.holder
    text = f"taken over from {holder} by {by}"
    inform(situation, draft, News(text, f"acknowledged-{situation.now}"), by)
    draft.change(
        acknowledged_at=situation.now, acknowledged_by=by, assigned_to=by, snoozed_until=None
    )
    data: dict[str, object] = {"from": holder}
    renew(situation, draft)
    text += until_text(situation, draft.incident)
    draft.say(Entry(situation.now, "incident.acknowledged", by, text, data))


def _noted(situation: Situation, draft: Draft, event: Action) -> Decision:
    """Write down what the person said; any action counts as activity."""
    text = event.text if isinstance(event, NoteAdded) else getattr(event, "note", "")
    if text:
        at = event.at if isinstance(event, NoteAdded) and event.at is not None else situation.now
        draft.say(Entry(at, "note", event.by, text, _data_of(event)))
    if isinstance(event, NoteAdded):
        noted(situation, draft, event)
    if draft.incident.live:
        if draft.incident.state is State.ACKNOWLEDGED and not draft.says_something:
            # nothing changes but when the acknowledgement ends, and that must be told, too
            text = f"{event.by} is still at it"
            draft.say(Entry(situation.now, "incident.confirmed", event.by, text))
        keep_active(situation, draft)
    return Decision(draft.effects(), Acted(draft.incident.number, paged_people(draft)))


def _data_of(event: Action) -> dict[str, object]:
    """What a note is, where it is more than a note."""
    if not isinstance(event, NoteAdded):
        return {}
    kind = {} if event.kind is NoteKind.NOTE else {"kind": event.kind}
    return {**kind, **({} if event.marker is None else {"marker": event.marker})}


def acknowledge(situation: Situation, draft: Draft, by: str) -> None:
    """Acknowledge: the steps stop, the target is met, and everybody who was paged is informed."""
    before = draft.incident
    settle_response(situation, draft)
    if before.armed_at is not None:
        draft.add(Count("response_us", before.severity, value=situation.now - before.armed_at))
    disarm(draft)
    draft.change(
        state=State.ACKNOWLEDGED, acknowledged_at=situation.now, acknowledged_by=by, assigned_to=by
    )
    renew(situation, draft)
    text = f"acknowledged by {by}{until_text(situation, draft.incident)}"
    draft.say(Entry(situation.now, "incident.acknowledged", by, text))
    if before.phase is Phase.DETECTION:
        set_phase(situation, draft, Phase.TRIAGE, by)
    inform(situation, draft, News(f"acknowledged by {by}", "acknowledged"), by)


def unacknowledge(situation: Situation, draft: Draft, by: str, reason: Reason) -> None:
    """End the acknowledgement: the incident pages again, from the first step."""
    holder = draft.incident.holder
    _say_unacknowledged(situation, draft, by, reason)
    arm(situation, draft, Cause(reason, situation.now))
    _tell_unacknowledged(situation, draft, holder, by, reason)


def _say_unacknowledged(situation: Situation, draft: Draft, by: str, reason: Reason) -> None:
    """Tell the timeline that the acknowledgement ends."""
    text = _unacknowledged(reason, by)
    holder = draft.incident.holder
    said = f"{text}; {holder} held it" if holder not in (None, by) else text
    draft.say(Entry(situation.now, "incident.unacknowledged", by, said, {"reason": reason}))


def _tell_unacknowledged(
    situation: Situation, draft: Draft, holder: str | None, by: str, reason: Reason
) -> None:
    """Tell the holder that the acknowledgement has ended, once it is known who is paged."""
    news = News(_unacknowledged(reason, by), f"unacknowledged-{situation.now}")
    tell_holder(situation, draft, holder, news, by)


def _unacknowledged(reason: Reason, by: str) -> str:
    if reason is Reason.UNACKNOWLEDGED:
        return f"un-acknowledged by {by}"
    return f"un-acknowledged: {reason.replace('_', ' ')}"


def _reopen(situation: Situation, draft: Draft, by: str) -> Conflict | None:
    incident = draft.incident
    other = situation.live_incident(incident.key) if incident.key else None
    if other is not None:
        return Conflict(f"{incident.id}: {other.id} is open for the same key")
    reopen(situation, draft, Reason.REOPENED_BY_HAND, by)
    arm(situation, draft, Cause(Reason.REOPENED_BY_HAND, situation.now))
    return None


def _escalate(situation: Situation, draft: Draft, by: str) -> None:
    """Fire the next step now; an acknowledgement ends, and the escalation goes on from there."""
    now = situation.now
    before = draft.incident
    if before.bundled_at is not None:  # no step of it has fired: it waits for an umbrella
        _say_escalated(situation, draft, by)
        arm(situation, draft, Cause(Reason.ESCALATED_BY_HAND, now))
        return
    cause = Cause(Reason.ESCALATED_BY_HAND, now)
    if before.state is State.ACKNOWLEDGED:
        _give_back(situation, draft, by)
    else:
        _say_escalated(situation, draft, by)
    go_on_by_hand(situation, draft, cause)
    _tell_unacknowledged(situation, draft, before.holder, by, cause.reason)


def _say_escalated(situation: Situation, draft: Draft, by: str) -> None:
    data: dict[str, object] = {"reason": Reason.ESCALATED_BY_HAND}
    draft.say(Entry(situation.now, "note", by, "escalated by hand", data))


def _give_back(situation: Situation, draft: Draft, by: str) -> None:
    """Un-acknowledge, but go on from the step that was next; after the last, from the first."""
    place = draft.incident.escalation
    if place.step > len(draft.incident.plan.steps):
        place = Escalation()
    reason = Reason.ESCALATED_BY_HAND
    _say_unacknowledged(situation, draft, by, reason)
    arm_at(situation, draft, Cause(reason, situation.now), place)


def _assign(situation: Situation, draft: Draft, event: Assigned) -> Unknown | None:
    """Hand the incident over: its assignee is paged, and then whom the policy names."""
    incident, place = draft.incident, draft.incident.escalation
    if event.person not in situation.settings.people:
        return Unknown(f"there is no person {event.person!r} in the configuration")
    waits = incident.state is State.OPEN and place.assignee == event.person
    if incident.holder == event.person or (waits and (place.round, place.step) <= (1, 1)):
        return None
    if event.person == event.by:
        _take(situation, draft, event.by)
    else:
        _hand_over(situation, draft, event)
    return None


def _take(situation: Situation, draft: Draft, by: str) -> None:
    """Whoever assigns an incident to themselves has it: they are not asked for an answer."""
    if draft.incident.holder is None:
        acknowledge(situation, draft, by)
    else:
        take_over(situation, draft, by)


def _hand_over(situation: Situation, draft: Draft, event: Assigned) -> None:
    now, holder, person = situation.now, draft.incident.holder, event.person
    text = f"handed over to {person}" + (f" from {holder}" if holder else "")
    data: dict[str, object] = {"person": person, "from": holder}
    draft.say(Entry(now, "incident.assigned", event.by, text, data))
    draft.change(assigned_to=person)
    cause = Cause(Reason.HANDED_OVER, now)
    arm_at(situation, draft, cause, Escalation(step=0, assignee=person))
    news = News(f"handed over to {person} by {event.by}", "handed-over")
    tell_holder(situation, draft, holder, news, event.by)
    advance(situation, draft, cause)


def _snooze(situation: Situation, draft: Draft, event: Snoozed) -> Conflict | None:
    """Acknowledge until an instant, at which the incident pages again."""
    if event.until <= situation.now:
        return Conflict(f"{draft.incident.id}: cannot snooze until an instant that has passed")
    if draft.incident.state is State.OPEN:
        acknowledge(situation, draft, event.by)
    draft.change(snoozed_until=event.until)
    text = f"snoozed by {event.by} until {when(situation, event.until)}"
    news = News(text, f"snoozed-{situation.now}")
    tell_holder(situation, draft, draft.incident.holder, news, event.by)
    data: dict[str, object] = {"until": event.until}
    draft.say(Entry(situation.now, "incident.snoozed", event.by, text, data))
    return None
