"""When a postmortem is due, and who is reminded of it.

It is asked for at the resolve. Reminders come at half of its time, at the end of it and on each
working day after, ten times; then the team's lead hears of it.
"""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.learning.postmortems import (
    change_postmortem,
    is_required,
    is_settled,
    postmortem_of,
)
from triaged.core.practice.work import holder_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import SaveRow
from triaged.core.records.model import Entry, Incident, State
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.roles import Role
from triaged.core.records.timers import PostmortemDue
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import BusinessDays, Settings
from triaged.core.situation import Situation
from triaged.core.text.wording import instant_for
from triaged.core.time.calendars import add_working_days, closes, opening_of
from triaged.core.time.recurring import local_day

BEGIN, HALF, DUE = 0, 1, 2
"""Steps of the timer: the resolve, half of the time, the end of it; then each working day."""

OVERDUE_MAX = 10
"""Reminders after the due date. Who has not written by then is not reminded but helped: the
team's lead hears of it."""


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Ask for the postmortem of what is resolved, and no longer where it goes on."""
    incident = draft.incident
    if before is None or before.live is incident.live:
        return
    if incident.live or incident.state is State.MERGED:
        draft.drop(PostmortemDue)
    elif is_asked_for(situation.settings, incident):
        draft.arm(PostmortemDue(incident.number, situation.now, BEGIN))


def is_asked_for(settings: Settings, incident: Incident) -> bool:
    """Whether somebody is to write a postmortem of what has just been resolved.

    What came and went without a person is closed with one, too, but nobody is reminded of it:
    where alerts flap, or rules classify nothing, that would be every hour.
    """
    had_in_hand = incident.work is not UNSET
    return had_in_hand and is_required(settings, incident) and not is_settled(incident)


def due(situation: Situation, draft: Draft, timer: PostmortemDue) -> None:
    """Set the due date at the resolve; later remind whoever commanded, in the end the lead."""
    incident = draft.incident
    resolved_at = incident.resolved_at
    settings = situation.settings
    if resolved_at is None or not is_required(settings, incident):
        return
    row = postmortem_of(situation, incident)
    if row.is_settled:
        return
    if timer.step == BEGIN:
        row = _begin(situation, draft, row)
    assert row.due_at is not None, "the first step has set it"
    step = timer.step
    while (next_at := _instant_of(settings, incident, row.due_at, step + 1)) is not None:
        if next_at > situation.now:
            draft.arm(PostmortemDue(incident.number, next_at, step + 1))
            break
        step += 1  # triaged did not run: of several reminders only the last is sent
    if step > BEGIN:
        _remind(situation, draft, row, step)


def reminder_of(
    settings: Settings, incident: Incident, row: Postmortem, before: int
) -> PostmortemDue | None:
    """The reminder that was due last; None: none was or is wanted, or the last may be over."""
    is_wanted = incident.state is State.RESOLVED and is_required(settings, incident)
    if row.due_at is None or row.is_settled or not is_wanted:
        return None
    found: PostmortemDue | None = None
    step, at = HALF, _instant_of(settings, incident, row.due_at, HALF)
    while at is not None and at < before:
        found = PostmortemDue(incident.number, at, step)
        step += 1
        at = _instant_of(settings, incident, row.due_at, step)
    is_last = at is None or _instant_of(settings, incident, row.due_at, step + 1) is None
    return None if is_last else found


def _begin(situation: Situation, draft: Draft, row: Postmortem) -> Postmortem:
    incident = draft.incident
    due_at = due_of(situation.settings, incident)
    row = change_postmortem(draft, row, due_at=due_at, reminders=0)
    when = instant_for(due_at, situation.settings.timezone, situation.now)
    data: dict[str, object] = {"due_at": due_at}
    text = f"a postmortem is due until {when}"
    draft.say(Entry(situation.now, "postmortem.due", TRIAGED, text, data))
    return row


def due_of(settings: Settings, incident: Incident) -> int:
    """The instant until which the postmortem is to be published."""
    resolved_at = incident.resolved_at
    assert resolved_at is not None, "it is asked for when the incident is resolved"
    within = settings.severities[incident.severity].postmortem_due
    match within:
        case BusinessDays(number=number):
            calendar = settings.working_days
            day = add_working_days(calendar, local_day(resolved_at, calendar.zone), number)
            opening = opening_of(calendar, day)
            return closes(calendar, opening) or opening
        case int():
            return resolved_at + within
        case _:
            assert_never(within)


def _instant_of(settings: Settings, incident: Incident, due_at: int, step: int) -> int | None:
    """When a step of the timer is due; None: there is no such step."""
    if step == HALF:
        assert incident.resolved_at is not None, "it is asked for when the incident is resolved"
        return (incident.resolved_at + due_at) // 2
    if step == DUE:
        return due_at
    if step > DUE + OVERDUE_MAX + 1:
        return None
    calendar = settings.working_days
    day = local_day(due_at, calendar.zone)
    for _ in range(step - DUE):
        day = add_working_days(calendar, day, 1)
    return opening_of(calendar, day)


def _remind(situation: Situation, draft: Draft, row: Postmortem, step: int) -> None:
    """Remind whoever is to write the postmortem; after the last reminder the team's lead."""
    incident, now = draft.incident, situation.now
    assert row.due_at is not None, "the first step has set it"
    lead = _lead(situation.settings, incident)
    whom = _author(situation.settings, incident) or lead
    if step > DUE + OVERDUE_MAX:
        whom = lead or whom
    when = instant_for(row.due_at, situation.settings.timezone, now)
    late = row.due_at <= now
    text = f"the postmortem of {incident.id} {'was' if late else 'is'} due {when}"
    about = f"postmortem-{step}-{row.due_at}"
    if whom is not None:
        words = (
            f"Write it: triaged postmortem edit {incident.id}\n"
            f"Publish it: triaged postmortem publish {incident.id}"
        )
        if situation.settings.public_url:
            words += f"\nRead it: {situation.settings.public_url}/postmortems/{incident.id}"
        notify_person(situation, draft, whom, News(text, about, words))
    draft.add(SaveRow(replace(row, reminders=row.reminders + 1)))
    data: dict[str, object] = {"step": step, "to": whom, "due_at": row.due_at}
    said = f"{text}: {whom or 'nobody'} is reminded"
    draft.say(Entry(now, "postmortem.reminded", TRIAGED, said, data))


def _author(settings: Settings, incident: Incident) -> str | None:
    """Who writes the postmortem: whoever commanded, else who had the incident in hand."""
    for name in (
        holder_of(incident, Role.INCIDENT_COMMANDER),
        incident.acknowledged_by,
        incident.resolved_by,
    ):
        if name in settings.people:
            return name
    return None


def _lead(settings: Settings, incident: Incident) -> str | None:
    """The first of the team's people."""
    team = settings.teams.get(incident.team or "")
    people = team.people if team else ()
    return next((name for name in people if name in settings.people), None)
