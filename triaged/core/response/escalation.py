"""Arming, steps, rounds, the catch-all, the response target.

Each arming is a new epoch: `armed_at` is now, steps count from it, round and step start at 1.
Steps of one round that are late fire together, one page a recipient; rounds never collapse,
because a round starts `every` after the last step of the one before has really fired.
"""

from typing import assert_never

import msgspec
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.effects import Count
from triaged.core.records.model import (
    Delay,
    Escalation,
    Incident,
    Page,
    Plan,
    Reason,
    Response,
    Severity,
    Share,
    Span,
    State,
)
from triaged.core.records.timers import (
    AtRiskDue,
    HolderWarningDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
)
from triaged.core.response.entries import (
    say_escalated,
    say_exhausted,
    say_missed,
    say_nobody,
)
from triaged.core.response.paging import Pager, targets_of
from triaged.core.settings import NextBusinessDay, Settings
from triaged.core.situation import Situation
from triaged.core.time.calendars import (
    Calendar,
    add_open,
    is_open,
    next_business_day_due,
    next_open,
    open_between,
)
from triaged.core.time.durations import MINUTE

REPEAT_MIN_US = 15 * MINUTE
"""How often an exhausted incident pages at most: soon enough for a SEV-1, and no siren that people
turn off."""

HAND_OVER = Share(0.5)
"""How long a policy of a single step waits for an assignee: half of the target, so that whoever
comes next still has the other half."""


class Cause(msgspec.Struct, frozen=True):
    """The cause of an arming or a step, and the instant since which somebody waits for it."""

    reason: Reason
    at: int
    """The instant from which page latency is measured."""


def calendar_of(settings: Settings, severity: Severity) -> Calendar | None:
    """The calendar outside of which nothing of this severity goes out, if it has one."""
    within = settings.severities[severity].respond_within
    return within.calendar if isinstance(within, NextBusinessDay) else None


def later(settings: Settings, severity: Severity, base: int, us: int) -> int:
    """The instant `us` after `base`; open time only, where the severity has a calendar."""
    calendar = calendar_of(settings, severity)
    return base + us if calendar is None else add_open(calendar, base, us)


def fires_at(settings: Settings, severity: Severity, base: int, us: int) -> int:
    """The instant of a step `us` after `base`: one that is due at closing fires at the opening.

    Nothing would go out before that, and then somebody else may be on call.
    """
    due_at = later(settings, severity, base, us)
    calendar = calendar_of(settings, severity)
    if calendar is None or is_open(calendar, due_at):
        return due_at
    return next_open(calendar, due_at)


def response_target(settings: Settings, severity: Severity, at: int) -> tuple[int, int]:
    """(respond_by, length of the target in µs) for an incident armed at `at`."""
    within = settings.severities[severity].respond_within
    if isinstance(within, NextBusinessDay):
        respond_by = next_business_day_due(within.calendar, at)
        return respond_by, open_between(within.calendar, at, respond_by)
    return at + within, within


def delay_us(delay: Delay, target_us: int) -> int:
    """A delay in µs, shares being of `target_us`."""
    match delay:
        case Share(of_target=share):
            return int(share * target_us)
        case Span(us=us):
            return us
        case _:
            assert_never(delay)


def arm(situation: Situation, draft: Draft, cause: Cause) -> None:
    """Start a new epoch: a running target, and the steps from the first."""
    arm_at(situation, draft, cause, Escalation())
    advance(situation, draft, cause)


def arm_at(situation: Situation, draft: Draft, cause: Cause, place: Escalation) -> None:
    """Start a new epoch whose next step is that of `place`; the caller advances."""
    now = situation.now
    before = draft.incident
    respond_by, target_us = response_target(situation.settings, before.severity, now)
    at_risk_us = int(situation.settings.at_risk * target_us)
    at_risk_at = min(later(situation.settings, before.severity, now, at_risk_us), respond_by)
    response = Response.ON_TRACK
    if cause.reason is Reason.SEVERITY_ROSE and _keeps_deadline(before, respond_by, now):
        respond_by, at_risk_at = before.respond_by or respond_by, before.at_risk_at or at_risk_at
        response = Response.AT_RISK if before.response is Response.AT_RISK else response
    if before.response is Response.MISSED:
        response = Response.MISSED
    epoch = before.escalation.epoch + 1
    draft.change(
        state=State.OPEN,
        armed_at=now,
        received_at=cause.at,
        respond_by=respond_by,
        at_risk_at=at_risk_at,
        response=response,
        escalation=replace(place, epoch=epoch, round_at=now, target_us=target_us),
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledged_until=None,
        snoozed_until=None,
    )
    _unbundle(draft)
    draft.drop(UnacknowledgeDue, HolderWarningDue, AtRiskDue, TargetDue)
    if response is Response.ON_TRACK:
        draft.arm(AtRiskDue(before.number, at_risk_at, epoch))
    if response is not Response.MISSED:
        draft.arm(TargetDue(before.number, respond_by, epoch))


def _keeps_deadline(before: Incident, respond_by: int, now: int) -> bool:
    """True if a rise leaves the deadline of before: the earlier one, if it is still ahead."""
    old = before.respond_by
    if old is None or old > respond_by:
        return False
    return before.state is State.OPEN or old > now


def disarm(draft: Draft) -> None:
    """Stop paging, for the incident is acknowledged or resolved."""
    draft.change(escalation=replace(draft.incident.escalation, next_at=None))
    _unbundle(draft)
    draft.drop(StepDue, AtRiskDue, TargetDue, UnacknowledgeDue, HolderWarningDue)


def _unbundle(draft: Draft) -> None:
    """Take the incident out from under its umbrella."""
    if draft.incident.bundled_at is not None:
        draft.change(bundled_at=None)
        draft.drop(StormDue)


def advance(situation: Situation, draft: Draft, cause: Cause, *, at_once: bool = False) -> None:
    """Fire the steps that are due, the next one `at_once` if asked; arm the timer of the rest."""
    _advance(Pager(situation, draft, cause.at), cause, at_once=at_once)


def _advance(pager: Pager, cause: Cause, *, at_once: bool) -> None:
    draft, settings, now = pager.draft, pager.settings, pager.situation.now
    due_at = step_due_at(draft.incident, settings)
    while due_at is not None and (at_once or due_at <= now):
        round_before = draft.incident.escalation.round
        reached = _fire_step(pager, cause)
        if draft.incident.escalation.exhausted_at is None and _is_over(draft.incident):
            _exhaust(pager)
        present = draft.incident.escalation
        at_once = not reached and present.round == round_before and present.exhausted_at is None
        due_at = step_due_at(draft.incident, settings)
    draft.change(escalation=replace(draft.incident.escalation, next_at=due_at))
    if due_at is None:
        draft.drop(StepDue)
        return
    place = draft.incident.escalation
    draft.arm(StepDue(draft.incident.number, due_at, place.epoch, place.round, place.step))


def step_due_at(incident: Incident, settings: Settings) -> int | None:
    """The instant of the next step of `incident`; None when nobody is paged any more."""
    place = incident.escalation
    if place.step == 0:
        return place.round_at
    if place.exhausted_at is not None:
        return _repeat_at(incident, settings)
    delay = incident.plan.steps[place.step - 1].after
    wait_us = delay_us(delay, place.target_us)
    if place.assignee and place.round == 1:
        wait_us = max(wait_us, _hand_over_us(incident.plan, place.target_us))
    return fires_at(settings, incident.severity, place.round_at, wait_us)


def _is_over(incident: Incident) -> bool:
    """True if the last step of the last round has fired."""
    return incident.escalation.step > len(incident.plan.steps)


def repeat_us(settings: Settings, severity: Severity, plan: Plan, target_us: int) -> int | None:
    """How long an exhausted incident waits before it pages again; None: it does not."""
    urgency = settings.severities[severity].urgency
    if (plan.exhausted or ("repeat" if urgency == "page" else "stop")) == "stop":
        return None
    return max(delay_us(plan.repeat_every, target_us), REPEAT_MIN_US)


def _repeat_at(incident: Incident, settings: Settings) -> int | None:
    place = incident.escalation
    wait_us = repeat_us(settings, incident.severity, incident.plan, place.target_us)
    if wait_us is None:
        return None
    return fires_at(settings, incident.severity, place.round_at, wait_us)


def _exhaust(pager: Pager) -> None:
    """Say that the last step of the last round has fired, and what follows."""
    draft, now = pager.draft, pager.situation.now
    place = replace(draft.incident.escalation, exhausted_at=now, round_at=now)
    draft.change(escalation=place)
    say_exhausted(pager, step_due_at(draft.incident, pager.settings))


def _hand_over_us(plan: Plan, target_us: int) -> int:
    """How long the policy waits for an assignee: as long as for whom its first step pages."""
    delays = (delay_us(step.after, target_us) for step in plan.steps)
    return next((us for us in delays if us), delay_us(HAND_OVER, target_us))


def _fire_step(pager: Pager, cause: Cause) -> bool:
    """Page the targets of the next step and move past it; True if it reached anybody."""
    place = pager.draft.incident.escalation
    targets = targets_of(pager.draft.incident, place.step)
    by_hand = cause.reason is Reason.ESCALATED_BY_HAND
    if by_hand or place.step > 1 or place.round > 1 or (place.step == 1 and place.assignee):
        after = replace(pager.draft.incident, escalation=_moved_on(pager))
        next_at = None if _is_over(after) else step_due_at(after, pager.settings)
        say_escalated(pager, cause.reason, after, next_at)
    reached = [pager.page(target, place) for target in targets]
    if not any(reached):
        say_nobody(pager, place)
        _catch(pager, place)
    pager.draft.change(escalation=_moved_on(pager))
    return any(reached)


def _moved_on(pager: Pager) -> Escalation:
    """The place of the next step, in this round or the next."""
    situation, incident = pager.situation, pager.draft.incident
    plan, place = incident.plan, incident.escalation
    last = place.step == len(plan.steps)
    if place.exhausted_at is not None:
        place = replace(place, round_at=situation.now)
    if not last or place.round > plan.repeat_times + place.rounds_by_hand:
        return replace(place, step=place.step + 1)
    wait_us = delay_us(plan.repeat_every, place.target_us)
    round_at = later(situation.settings, incident.severity, situation.now, wait_us)
    return replace(place, round=place.round + 1, step=1, round_at=round_at)


def _catch(pager: Pager, place: Escalation) -> None:
    """The step at `place` reached nobody: page the catch-all, once a round."""
    draft = pager.draft
    plan, present = draft.incident.plan, draft.incident.escalation
    if plan.catch_all is None or present.caught_in_round >= place.round:
        return
    if plan.catch_all in targets_of(draft.incident, place.step):
        return  # it is among those who were not reached
    draft.change(escalation=replace(present, caught_in_round=place.round))
    pager.page(plan.catch_all, place)


def go_on_by_hand(situation: Situation, draft: Draft, cause: Cause) -> None:
    """Fire the next step now; after the last one, the first of a new round."""
    place = draft.incident.escalation
    if _is_over(draft.incident):
        place = replace(place, round=place.round + 1, step=1, exhausted_at=None)
        place = replace(place, round_at=situation.now)
    if place.step == 1 and place.round > 1:
        place = replace(place, round_at=situation.now, rounds_by_hand=place.rounds_by_hand + 1)
    draft.change(escalation=place)
    advance(situation, draft, cause, at_once=True)


def next_step_now(situation: Situation, draft: Draft, failed: Page) -> None:
    """The step of `failed` has reached nobody: the catch-all, and at once the step after it.

    Unless that has fired already, or is the first of the next round, which waits for its time. It
    happens once for a step.
    """
    present = draft.incident.escalation
    if (failed.round, failed.step) <= (present.unreached_round, present.unreached_step):
        return
    present = replace(present, unreached_round=failed.round, unreached_step=failed.step)
    draft.change(escalation=present)
    place = replace(present, round=failed.round, step=failed.step)
    pager = Pager(situation, draft, failed.received_at)
    say_nobody(pager, place)
    _catch(pager, place)
    follows = (present.round, present.step) == (failed.round, failed.step + 1)
    if follows and present.exhausted_at is None:
        _advance(pager, Cause(Reason.NOBODY_REACHED, failed.received_at), at_once=True)


def settle_response(situation: Situation, draft: Draft) -> None:
    """Settle the response target of an incident that was answered or is over: met, or missed."""
    incident = draft.incident
    if incident.response in (Response.MISSED, Response.MET):
        return
    if incident.respond_by is not None and situation.now > incident.respond_by:
        miss(situation, draft)
        return
    draft.change(response=Response.MET)
    if incident.respond_by is not None:
        draft.add(Count("target", incident.severity, "met"))


def miss(situation: Situation, draft: Draft) -> None:
    """The response target is missed, for good."""
    draft.change(response=Response.MISSED)
    draft.add(Count("target", draft.incident.severity, "missed"))
    say_missed(situation, draft)
