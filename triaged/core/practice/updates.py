"""Internal updates, and the deadline that each one promises for the next.

A deadline is an instant, not an interval: an update sets the next one, a snooze moves this one
alone. Before it the communications lead is reminded; at it the commander hears that the update is
late; after it the policy is paged, and again, a limited number of times.
"""

from collections.abc import Iterator, Mapping

import msgspec

from triaged.core.draft import Draft
from triaged.core.lifecycle import set_phase
from triaged.core.practice.wanted import update_wanted
from triaged.core.practice.work import (
    change_work,
    declare_work,
    holder_of,
    holders,
    work_of,
)
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Count, Decision, SaveRow
from triaged.core.records.model import Entry, Incident, Phase, Recipient, incident_id
from triaged.core.records.practice.events import UpdatePosted, UpdateSnoozed
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.records.timers import UpdateDue
from triaged.core.response.holding import keep_active
from triaged.core.response.paging import (
    News,
    inform,
    notify_person,
    notify_target,
    page_targets,
    targets_from,
)
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.update_form import CONDITION, duration_text, internal_update
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import DAY, MINUTE

STAGES_US = tuple(minutes * MINUTE for minutes in (-5, 0, 5, 15, 45, 75, 105))
"""Stages of a deadline, by their distance from it: a reminder, "late", and five escalations."""

REMINDER, LATE, ESCALATION = 0, 1, 2
"""The stages: from `ESCALATION` on each pages the policy."""

AHEAD_MAX_US = DAY
"""How far ahead the next update may be promised: longer than a night, and no week of silence."""


def post_update(situation: Situation, event: UpdatePosted) -> Decision:
    """Tell those who wait, and set the deadline of the next update."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    refusal = _why_not(situation, incident, event)
    if refusal is not None:
        return Decision((), Conflict(f"{incident.id}: {refusal}"))
    draft = Draft(incident)
    declare_work(situation, draft)
    if event.theory and incident.phase in (Phase.DETECTION, Phase.TRIAGE):
        set_phase(situation, draft, Phase.INVESTIGATION, event.by)
    update = _update(situation, draft.incident, event)
    change_work(draft, updates=update.number, next_update_at=update.next_update_at)
    draft.add(SaveRow(update))
    late_us = _late_us(update)
    data: dict[str, object] = {"number": update.number, "text": update.text, "late_us": late_us}
    data |= {"next_update_at": update.next_update_at}
    late = f" ({duration_text(late_us)} late)" if late_us >= MINUTE else ""
    text = f"update {update.number}: {update.condition}{late}"
    draft.say(Entry(situation.now, "update.posted", event.by, text, data))
    keep_active(situation, draft)
    arm_update(situation, draft)
    _spread(situation, draft, update)
    return Decision(draft.effects(), Acted(incident.number))


def _late_us(update: IncidentUpdate) -> int:
    return 0 if update.due_at is None else max(update.at - update.due_at, 0)


def _why_not(situation: Situation, incident: Incident, event: UpdatePosted) -> str | None:
    """Why the update is refused."""
    if not incident.live:
        return f"is {incident.state}; the last update goes with the resolve, as its note"
    at = event.next_update_at
    if at is not None and (wrong := _wrong_deadline(situation, at)) is not None:
        return wrong
    last = last_update(situation, incident)
    same = last is not None and (last.impact, last.theory, last.actions, last.needs) == (
        event.impact,
        event.theory,
        event.actions,
        event.needs,
    )
    if last is not None and same:
        since = instant_for(last.at, situation.settings.timezone, situation.now)
        return (
            f"this is the update of {since} again. If there is no news, say so in a sentence:"
            " 'no news, still …' as the theory or the next action"
        )
    return None


def _wrong_deadline(situation: Situation, at: int) -> str | None:
    if at <= situation.now:
        return "the next update is promised for an instant that has passed"
    if at > situation.now + AHEAD_MAX_US:
        return "the next update is promised for later than in 24 hours: promise an earlier one"
    return None


def last_update(situation: Situation, incident: Incident) -> IncidentUpdate | None:
    """The update that was sent last."""
    number = work_of(incident).updates
    return situation.view.row(IncidentUpdate, update_id(incident.number, number))


def update_id(incident: int, number: int) -> str:
    """`INC-12/update/3`: the identity of an incident's third update."""
    return f"{incident_id(incident)}/update/{number}"


def _update(situation: Situation, incident: Incident, event: UpdatePosted) -> IncidentUpdate:
    now, work = situation.now, work_of(incident)
    next_at = event.next_update_at
    every = update_every(situation.settings, incident)
    if next_at is None and every is not None:
        next_at = now + every
    update = IncidentUpdate(
        id=update_id(incident.number, work.updates + 1),
        incident=incident.number,
        number=work.updates + 1,
        at=now,
        by=event.by,
        condition=event.condition or CONDITION[incident.phase],
        impact=event.impact,
        theory=event.theory,
        actions=event.actions,
        needs=event.needs,
        next_update_at=next_at,
        due_at=work.next_update_at,
    )
    text = internal_update(incident, update, holders(incident))
    return msgspec.structs.replace(update, text=text)


def _spread(situation: Situation, draft: Draft, update: IncidentUpdate) -> None:
    """Send the update to everybody who was paged, who has a role, and who wants updates."""
    news = News(f"update: {update.condition}", f"update-{update.number}", update.text)
    inform(situation, draft, news, update.by)
    _tell_waiting(situation, draft, news, update.by)


def _tell_waiting(situation: Situation, draft: Draft, news: News, by: str) -> None:
    """Tell those who want updates, besides those whom `inform` tells."""
    incident = draft.incident
    known = {by, incident.acknowledged_by or "", *(held.person for held in holders(incident))}
    known |= {recipient.person for recipient in incident.told}
    for target in situation.settings.severities[incident.severity].updates_to:
        if target.kind != "channel" or Recipient("", target.name) not in incident.told:
            notify_target(situation, draft, target, news, known)


def snooze_update(situation: Situation, event: UpdateSnoozed) -> Decision:
    """Move the deadline of the next update; the one after it follows from the next update."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    if not incident.live or work_of(incident).next_update_at is None:
        return Decision((), Conflict(f"{incident.id}: no update is due"))
    wrong = _wrong_deadline(situation, event.until)
    if wrong is not None:
        return Decision((), Conflict(f"{incident.id}: {wrong}"))
    draft = Draft(incident)
    before = work_of(incident).next_update_at
    change_work(draft, next_update_at=event.until)
    when = instant_for(event.until, situation.settings.timezone, situation.now)
    data: dict[str, object] = {"from": before, "to": event.until}
    text = f"the next update is due at {when} instead"
    draft.say(Entry(situation.now, "update.snoozed", event.by, text, data))
    keep_active(situation, draft)
    arm_update(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))


def update_every(settings: Settings, incident: Incident) -> int | None:
    """How often those who wait are told, by the severity; None: when somebody chooses to."""
    return settings.severities[incident.severity].update_every


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Begin, keep or end the deadline of updates after the incident has changed."""
    incident = draft.incident
    work = work_of(incident)
    if before is not None and before.live is not incident.live and work.updates:
        _tell_turn(situation, draft)
    if not incident.live:
        if work.next_update_at is not None:
            change_work(draft, next_update_at=None)
            draft.drop(UpdateDue)
        return
    every = update_every(situation.settings, incident)
    if every is None or (work.next_update_at is None and not _is_commanded(incident)):
        return
    begins = work.next_update_at is None
    worse = before is not None and incident.severity < before.severity
    if begins or (worse and situation.now + every < (work.next_update_at or 0)):
        change_work(draft, next_update_at=situation.now + every)
        arm_update(situation, draft)


def _tell_turn(situation: Situation, draft: Draft) -> None:
    """Tell those who wait for the next update that none comes any more, or that they come again."""
    incident = draft.incident
    by = incident.resolved_by or ""
    text = f"{incident.state} by {by}" if by else str(incident.state)
    if incident.live:
        text = "it is open again"
    news = News(text, f"turn-{incident.state}-{situation.now}")
    _tell_waiting(situation, draft, news, by)


def _is_commanded(incident: Incident) -> bool:
    return holder_of(incident, Role.INCIDENT_COMMANDER) is not None


def arm_update(situation: Situation, draft: Draft) -> None:
    """Arm the reminder before the deadline, or drop it where there is none."""
    deadline = work_of(draft.incident).next_update_at
    if deadline is None:
        draft.drop(UpdateDue)
        return
    at = max(deadline + STAGES_US[REMINDER], situation.now)
    stage = REMINDER
    if at == situation.now:  # promised for so soon that a reminder would come with the promise
        stage, at = LATE, deadline
    draft.arm(UpdateDue(draft.incident.number, at, stage))


def stage_due_at(deadline: int, stage: int) -> int:
    """When a stage after (or before) a deadline is due."""
    return deadline + STAGES_US[stage]


def due(situation: Situation, draft: Draft, timer: UpdateDue) -> None:
    """Remind, say that the update is late, or page: whatever is due by now; arm what follows.

    After an outage only the last of several stages is told, but a missed update is always counted.
    """
    incident = draft.incident
    deadline = work_of(incident).next_update_at
    if not incident.live or deadline is None or not 0 <= timer.step < len(STAGES_US):
        return
    if stage_due_at(deadline, timer.step) > situation.now:
        arm_update(situation, draft)
        return
    stages = range(len(STAGES_US))
    stage = max(one for one in stages if stage_due_at(deadline, one) <= situation.now)
    if timer.step <= LATE <= stage:
        _say_late(situation, draft, deadline)
    if stage == REMINDER:
        _remind(situation, draft, deadline)
    elif stage >= ESCALATION:
        _escalate(situation, draft, deadline, stage)
    if stage + 1 < len(STAGES_US):
        following = stage_due_at(deadline, stage + 1)
        draft.arm(UpdateDue(incident.number, following, stage + 1))


def _remind(situation: Situation, draft: Draft, deadline: int) -> None:
    minutes = duration_text(deadline - situation.now)
    news = News(f"the next update is due in {minutes}", f"update-due-{deadline}")
    for person in _who_posts(draft.incident, Role.COMMUNICATIONS_LEAD):
        notify_person(situation, draft, person, news)


def _say_late(situation: Situation, draft: Draft, deadline: int) -> None:
    incident = draft.incident
    when = instant_for(deadline, situation.settings.timezone, situation.now)
    text = f"the update that was promised for {when} is late"
    data: dict[str, object] = {"due_at": deadline}
    draft.say(Entry(situation.now, "update.late", TRIAGED, text, data))
    draft.add(Count("update_missed", incident.severity))
    for person in _who_posts(incident, Role.INCIDENT_COMMANDER):
        notify_person(situation, draft, person, News(text, f"update-late-{deadline}"))


def _who_posts(incident: Incident, role: Role) -> Iterator[str]:
    """Whoever has the role; without one the commander, or whoever has acknowledged."""
    order = (role, Role.INCIDENT_COMMANDER)
    found = next(filter(None, (holder_of(incident, each) for each in order)), incident.holder)
    if found is not None:
        yield found


def _escalate(situation: Situation, draft: Draft, deadline: int, stage: int) -> None:
    """Page the policy's next step, the step after it the next time, and so on."""
    times = stage - ESCALATION + 1
    targets = targets_from(draft.incident, times - 1)
    when = instant_for(deadline, situation.settings.timezone, situation.now)
    text = f"the update that was promised for {when} has not come"
    names = ", ".join(str(target) for target in targets)
    data: dict[str, object] = {"due_at": deadline, "times": times}
    data["targets"] = [str(target) for target in targets]
    said = f"{text}: pages {names}"
    draft.say(Entry(situation.now, "update.escalated", TRIAGED, said, data))
    about = f"update-escalated-{deadline}-{times}"
    form = f"Write it: triaged incident update {draft.incident.id}"
    page_targets(situation, draft, targets, News(text, about, form, update_wanted(deadline)))


def prefilled(incident: Incident, last: IncidentUpdate | None) -> Mapping[str, str]:
    """The fields of the form that are known: of the last update, as nothing is invented."""
    said = (
        ("", "", "", "") if last is None else (last.impact, last.theory, last.actions, last.needs)
    )
    fields = zip(("impact", "theory", "actions", "needs"), said, strict=True)
    return {"condition": CONDITION[incident.phase], **dict(fields)}
