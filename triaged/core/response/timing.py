"""What a timer that has come due means. A stale one does nothing."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.acting import unacknowledge
from triaged.core.alerts import expectations
from triaged.core.alerts import raises as raising
from triaged.core.alerts.grouping import ALERTS, resolve, take_in
from triaged.core.alerts.receiving import lapse
from triaged.core.alerts.severity import worst_of
from triaged.core.draft import OURSELVES, Draft
from triaged.core.muting.mute_hold import look, mute_of, rest
from triaged.core.records.effects import Decision, DropTimer, MoveFiring
from triaged.core.records.model import Entry, Incident, Reason, Response, State
from triaged.core.records.timers import (
    AtRiskDue,
    ExpectDue,
    IncidentTimer,
    LapseDue,
    MuteDue,
    RaiseDue,
    ReopenWindowDue,
    ResolveDue,
    StepDue,
    StormDue,
    TargetDue,
    Timer,
    UnacknowledgeDue,
)
from triaged.core.response import storm_end
from triaged.core.response.escalation import Cause, advance, arm, miss
from triaged.core.settings import Settings
from triaged.core.view import View

PAGING = (StepDue, AtRiskDue, TargetDue)
"""What does not happen while the incident is muted."""


def fire(view: View, timer: Timer, settings: Settings, now: int) -> Decision:
    """Do what is due, if things still stand as the timer expects; its row goes either way."""
    if isinstance(timer, LapseDue):
        return lapse(view, timer, settings, now)
    if isinstance(timer, ExpectDue):
        return expectations.due(view, timer, settings, now)
    if isinstance(timer, MuteDue):
        return look(view, timer, settings, now)
    incident = view.incidents.get(timer.incident)
    gone = DropTimer(timer.incident, type(timer))
    if incident is None or not _expected(timer, incident):
        return Decision((gone,))
    draft = Draft(incident)
    draft.add(gone)
    muted = mute_of(view, incident, settings, now) if isinstance(timer, PAGING) else None
    if muted is not None:
        rest(draft, muted, now)
        return Decision(draft.effects())
    match timer:
        case StepDue():
            cause = Cause(Reason.TARGET_APPROACHES, timer.due_at)
            advance(draft, settings, now, cause)
        case AtRiskDue():
            draft.change(response=Response.AT_RISK)
            draft.say(Entry(now, "target.at_risk", OURSELVES, "the response target is at risk"))
        case TargetDue():
            miss(draft, now)
        case UnacknowledgeDue():
            _unacknowledge(draft, settings, now)
        case ResolveDue():
            resolve(draft, settings, now, ALERTS)
        case ReopenWindowDue():
            return _take_over(view, draft, settings, now)
        case StormDue():
            storm_end.look(view, draft, settings, timer, now)
        case RaiseDue():
            raising.due(draft, settings, timer, now)
        case _:
            assert_never(timer)
    return Decision(draft.effects())


def _expected(timer: IncidentTimer, incident: Incident) -> bool:
    """Whether things stand as the timer expects to find them."""
    place = incident.escalation
    match timer:
        case StepDue():
            here = (place.epoch, place.round, place.step)
            expected = (timer.epoch, timer.round, timer.step) == here
            return incident.state is State.OPEN and expected
        case AtRiskDue():
            running = incident.response is Response.ON_TRACK and incident.state is State.OPEN
            return running and timer.epoch == place.epoch
        case TargetDue():
            running = incident.response in (Response.ON_TRACK, Response.AT_RISK)
            return running and incident.state is State.OPEN and timer.epoch == place.epoch
        case UnacknowledgeDue():
            return incident.state is State.ACKNOWLEDGED and timer.epoch == place.epoch
        case ResolveDue():
            return incident.live and incident.resolving_at == timer.due_at
        case ReopenWindowDue():
            over = incident.state in (State.RESOLVED, State.CLOSED)
            return over and timer.reopens == incident.reopens and incident.next is None
        case MuteDue():
            return True
        case StormDue():
            return storm_end.waits(incident, timer)
        case RaiseDue():
            raises = incident.raising
            return incident.live and raises is not UNSET and raises.firing_since is not None
        case _:
            assert_never(timer)


def _unacknowledge(draft: Draft, settings: Settings, now: int) -> None:
    """The acknowledgement ends, unless there was activity since: then look again later."""
    incident = draft.incident
    if incident.snoozed_until is not None:
        if now >= incident.snoozed_until:
            unacknowledge(draft, settings, now, OURSELVES, Reason.SNOOZE_ENDED)
            return
        due_at = incident.snoozed_until
    else:
        after_us = settings.severities[incident.severity].unacknowledge_after
        if after_us is None:
            return  # the configuration no longer wants it
        since = incident.active_at or incident.acknowledged_at or now
        due_at = since + after_us
        if due_at <= now:
            unacknowledge(draft, settings, now, OURSELVES, Reason.ACKNOWLEDGEMENT_EXPIRED)
            return
    draft.arm(UnacknowledgeDue(incident.number, due_at, incident.escalation.epoch))


def _take_over(view: View, draft: Draft, settings: Settings, now: int) -> Decision:
    """Something still fires though a person resolved it: another incident takes that over."""
    old = draft.incident
    if not old.firing:
        return Decision(draft.effects())
    live = view.live_incident(old.key)
    if live is None:
        successor = _successor(view, old, settings, now)
    else:
        successor = take_in(live, settings, old, now)
    successor.add(MoveFiring(old.number, successor.incident.number, now))
    draft.change(next=successor.incident.number, firing={})
    return Decision((*draft.effects(), *successor.effects()))


def _successor(view: View, old: Incident, settings: Settings, now: int) -> Draft:
    """A new incident for what still fires in `old`."""
    rise = worst_of(old, settings)
    new = Incident(
        number=view.next_number(),
        key=old.key,
        title=old.title,
        severity=rise.severity,
        severity_by=rise.by,
        opened_at=now,
        plan=settings.policies.get(old.plan.policy, settings.policies["default"]),
        service=old.service,
        team=old.team,
        runbook=old.runbook,
        labels=old.labels,
        resolve=old.resolve,
        raising=UNSET if old.raising is UNSET else replace(old.raising, seen=()),
        previous=old.number,
        firing=old.firing,
        severity_rules=old.severity_rules,
        last_joined=old.last_joined,
    )
    draft = Draft(new, opened=True)
    text = f"{new.severity} {new.title}: still firing after {old.id} was resolved"
    data: dict[str, object] = {"reason": Reason.STILL_FIRING, "previous": old.id}
    draft.say(Entry(now, "incident.opened", OURSELVES, text, data))
    raising.resume(draft, now)
    arm(draft, settings, now, Cause(Reason.STILL_FIRING, now))
    return draft
