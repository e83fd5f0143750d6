"""The decision about a timer that has come due. A stale one does nothing."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.acting import unacknowledge
from triaged.core.alerts import expectations, late_joins
from triaged.core.alerts import raises as raising
from triaged.core.alerts.cut_groups import cut_group_due
from triaged.core.alerts.grouping import resolve, take_in
from triaged.core.alerts.lapsing import lapse
from triaged.core.alerts.severity import worst_of
from triaged.core.alerts.source_shares import anew
from triaged.core.draft import Draft
from triaged.core.muting.mute_hold import look, mute_of, rest
from triaged.core.practice.deadlines import deadline_due
from triaged.core.records.actors import ALERTS, TRIAGED
from triaged.core.records.effects import Decision, DropTimer, MoveFiring
from triaged.core.records.model import Entry, Incident, Reason, Response, State, StepId
from triaged.core.records.practice.lineage import Lineage
from triaged.core.records.timers import (
    AtRiskDue,
    CutGroupDue,
    ExpectDue,
    HolderWarningDue,
    JoinDue,
    LapseDue,
    MuteDue,
    PracticeTimer,
    RaiseDue,
    ReachDue,
    ReopenWindowDue,
    ResolveDue,
    ResponseTimer,
    StepDue,
    StormDue,
    TargetDue,
    Timer,
    UnacknowledgeDue,
)
from triaged.core.response import storm_end
from triaged.core.response.entries import say_at_risk
from triaged.core.response.escalation import Cause, advance, arm, miss
from triaged.core.response.holding import end_of, go_on, warn
from triaged.core.response.succeeding import give_up_waiting
from triaged.core.situation import Situation

PAGING = (StepDue, AtRiskDue, TargetDue)
"""Timers that do nothing while the incident is muted."""


def fire(situation: Situation, timer: Timer) -> Decision:
    """Do what the timer is for, if the incident is as it expects; drop its row in any case."""
    if isinstance(timer, LapseDue):
        return lapse(situation, timer)
    if isinstance(timer, ExpectDue):
        return expectations.due(situation, timer)
    if isinstance(timer, MuteDue):
        return look(situation, timer)
    if isinstance(timer, PracticeTimer):
        return deadline_due(situation, timer)
    incident = situation.incident(timer.incident)
    gone = DropTimer(timer.incident, type(timer))
    if incident is None or not _expected(timer, incident):
        return Decision((gone,))
    draft = Draft(incident)
    draft.add(gone)
    muted = mute_of(situation, incident) if isinstance(timer, PAGING) else None
    if muted is not None:
        rest(situation, draft, muted)
        return Decision(draft.effects())
    match timer:
        case StepDue():
            cause = Cause(Reason.TARGET_APPROACHES, timer.due_at)
            advance(situation, draft, cause)
        case AtRiskDue():
            draft.change(response=Response.AT_RISK)
            say_at_risk(situation, draft)
        case TargetDue():
            miss(situation, draft)
        case UnacknowledgeDue():
            _unacknowledge(situation, draft)
        case HolderWarningDue():
            warn(situation, draft)
        case JoinDue():
            late_joins.due(situation, draft)
        case ResolveDue():
            resolve(situation, draft, ALERTS)
        case ReopenWindowDue():
            return _take_over(situation, draft)
        case StormDue():
            storm_end.look(situation, draft, timer)
        case RaiseDue():
            raising.due(situation, draft, timer)
        case ReachDue():
            give_up_waiting(situation, draft)
        case CutGroupDue():
            cut_group_due(situation, draft)
        case _:
            assert_never(timer)
    return Decision(draft.effects())


def _expected(timer: ResponseTimer, incident: Incident) -> bool:
    """True if things stand as the timer expects to find them."""
    place = incident.escalation
    match timer:
        case StepDue():
            expected = StepId(timer.epoch, timer.round, timer.step) == place.step_id
            return incident.state is State.OPEN and expected
        case AtRiskDue():
            running = incident.response is Response.ON_TRACK and incident.state is State.OPEN
            return running and timer.epoch == place.epoch
        case ReachDue():
            return incident.state is State.OPEN and timer.epoch == place.epoch
        case TargetDue():
            running = incident.response in (Response.ON_TRACK, Response.AT_RISK)
            return running and incident.state is State.OPEN and timer.epoch == place.epoch
        case UnacknowledgeDue() | HolderWarningDue():
            return incident.state is State.ACKNOWLEDGED and timer.epoch == place.epoch
        case ResolveDue():
            return incident.live and incident.resolving_at == timer.due_at
        case ReopenWindowDue():
            over = incident.state in (State.RESOLVED, State.CLOSED)
            return over and timer.reopens == incident.reopens and incident.next is None
        case MuteDue() | JoinDue():
            return True
        case StormDue():
            return storm_end.waits(incident, timer)
        case CutGroupDue():
            return incident.live and bool(incident.cut_groups)
        case RaiseDue():
            raises = incident.raising
            return incident.live and raises is not UNSET and raises.firing_since is not None
        case _:
            assert_never(timer)


def _unacknowledge(situation: Situation, draft: Draft) -> None:
    """End the acknowledgement or snooze, or arm its timer again where it lasts longer by now."""
    incident = draft.incident
    until = end_of(situation, incident)
    if until is None:
        return  # the configuration no longer wants it
    if until > situation.now:
        draft.change(acknowledged_until=until)
        go_on(situation, draft)
        return
    snoozed = incident.snoozed_until is not None
    reason = Reason.SNOOZE_ENDED if snoozed else Reason.ACKNOWLEDGEMENT_EXPIRED
    unacknowledge(situation, draft, TRIAGED, reason)


def _take_over(situation: Situation, draft: Draft) -> Decision:
    """Hand the alerts that still fire in a resolved incident to another incident."""
    old = draft.incident
    if not old.firing:
        return Decision(draft.effects())
    live = situation.live_incident(old.key)
    successor = _successor(situation, old) if live is None else take_in(situation, live, old)
    successor.add(MoveFiring(old.number, successor.incident.number, situation.now))
    draft.change(next=successor.incident.number, firing={})
    return Decision((*draft.effects(), *successor.effects()))


def _successor(situation: Situation, old: Incident) -> Draft:
    """Open a new incident for the alerts that still fire in `old`."""
    rise = worst_of(old, situation.settings)
    new = Incident(
        number=situation.next_number(),
        key=old.key,
        title=old.title,
        severity=rise.severity,
        severity_by=rise.by,
        opened_at=situation.now,
        plan=situation.settings.policies.get(
            old.plan.policy, situation.settings.policies["default"]
        ),
        service=old.service,
        team=old.team,
        runbook=old.runbook,
        labels=old.labels,
        resolve=old.resolve,
        source=old.source,
        across_sources=old.across_sources,
        shares=anew(old.shares),
        raising=UNSET if old.raising is UNSET else replace(old.raising, seen=()),
        previous=old.number,
        firing=old.firing,
        severity_rules=old.severity_rules,
        last_joined=old.last_joined,
        kin=Lineage(split_from=split_from) if (split_from := old.lineage.split_from) else UNSET,
    )
    draft = Draft(new, opened=True)
    text = f"{new.severity} {new.title}: still firing after {old.id} was resolved"
    data: dict[str, object] = {"reason": Reason.STILL_FIRING, "previous": old.id}
    draft.say(Entry(situation.now, "incident.opened", TRIAGED, text, data))
    raising.resume(situation, draft)
    arm(situation, draft, Cause(Reason.STILL_FIRING, situation.now))
    return draft
