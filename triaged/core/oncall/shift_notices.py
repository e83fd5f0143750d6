"""Notices of shifts: whoever comes on duty hears of it before, whoever goes hands over.

Each is told once, whichever daemon sees it: the key of the notice names the shift and the person. A
change of duty in between is told by itself (`core/oncall/notices.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from triaged.core.draft import Draft
from triaged.core.oncall.duty import Duty, on_call, shifts
from triaged.core.oncall.people import KnownContacts, problems
from triaged.core.records.actors import TRIAGED
from triaged.core.records.duty.notices import Edge, ShiftNoticed
from triaged.core.records.effects import Decision
from triaged.core.records.model import Entry, Incident, Key, Target
from triaged.core.response.duty_notices import notice
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.wording import clean, instant_for
from triaged.core.time.durations import DAY, HOUR

LATE_MAX_US = HOUR
"""A shift that began or ended longer ago is no news: nobody ran who could have told it."""

AROUND_US = 8 * DAY
"""How far around an instant shifts are looked at, so that a turn of a week has both its ends."""

INCIDENTS_MAX = 10
TITLE_MAX = 100


def shift_key(event: ShiftNoticed) -> Key:
    """The key of the notice: each end of each shift of a person has one."""
    named = f"shift:{event.schedule}:{event.edge}:{event.at}:{event.person}"
    return (("triaged", named),)


def due_notices(
    duty: Duty, now: int, pause: Callable[[], None] = lambda: None
) -> Iterator[ShiftNoticed]:
    """The notices that are due now or were in the last hour, by schedules that want them."""
    for name in sorted(duty.schedules):
        before_us = duty.schedules[name].notice_before_us
        if before_us is None:
            continue
        first, last = now - AROUND_US, now + before_us + AROUND_US
        for shift in shifts(duty, name, first, last, pause):
            begins, ends = shift.start_at, shift.end_at
            if begins > first and now - LATE_MAX_US < begins - before_us <= now < ends:
                until = ends if ends < last else None
                others = on_call(duty, name, begins - 1)
                yield _edge(name, shift.person, "begins", (begins, until), others)
            if now - LATE_MAX_US < ends <= now:
                others = on_call(duty, name, ends)
                yield _edge(name, shift.person, "ends", (ends, None), others)


def _edge(
    schedule: str,
    person: str,
    edge: Edge,
    times: tuple[int, int | None],
    others: Iterable[str],
) -> ShiftNoticed:
    rest = tuple(one for one in others if one != person)
    return ShiftNoticed(schedule, person, edge, *times, rest)


def handed_over(
    event: ShiftNoticed, settings: Settings, known: KnownContacts, live: Sequence[Incident]
) -> tuple[str, ...]:
    """What is handed over: the incidents that page by the schedule, contacts that do not work."""
    return (
        *_incident_lines(event, live),
        *_contact_lines(event, settings, known),
    )


def _incident_lines(event: ShiftNoticed, live: Iterable[Incident]) -> Iterator[str]:
    target = Target("schedule", event.schedule)
    ours = [
        one
        for one in live
        if one.holder == event.person or any(target in step.notify for step in one.plan.steps)
    ]
    worst = sorted(ours, key=lambda one: (one.severity, one.number))
    for incident in worst[:INCIDENTS_MAX]:
        holder = f"held by {incident.holder}" if incident.holder else "held by nobody"
        if incident.holder == event.person:
            assign = f"triaged incident assign {incident.id} PERSON"
            holder = "held by you" + (f": {assign}" if event.edge == "ends" else "")
        yield f"{incident.severity} {clean(incident.title, TITLE_MAX)} ({incident.id}), {holder}"
    if len(worst) > INCIDENTS_MAX:
        yield f"and {len(worst) - INCIDENTS_MAX} more incidents: triaged incident list"
    if not worst:
        yield "No incident is open that pages by this schedule."


def _contact_lines(event: ShiftNoticed, settings: Settings, known: KnownContacts) -> Iterator[str]:
    """The contacts of whoever comes: those who come hear of their own."""
    people: Mapping[str, str] = {event.person: "your"}
    if event.edge == "ends":
        people = {name: f"{name}'s" for name in event.others}
    for name, whose in people.items():
        person = settings.people.get(name)
        for problem in problems(person, settings, known) if person else ():
            yield f"{whose} {problem}"


def tell_shift(situation: Situation, event: ShiftNoticed) -> Decision:
    """Tell the person, once."""
    person = situation.settings.people.get(event.person)
    key = shift_key(event)
    if person is None or situation.latest_incident(key) is not None:
        return Decision()
    at = instant_for(event.at, person.timezone, situation.now)
    others = ", ".join(event.others) or "nobody"
    if event.edge == "begins":
        until = ""
        if event.until is not None:
            until = f", until {instant_for(event.until, person.timezone, situation.now)}"
        sentence = f"your duty by {event.schedule} begins {at}{until}"
        first = f"Before you: {others}."
    else:
        sentence = f"your duty by {event.schedule} ended {at}"
        first = f"On call now: {others}."
    draft = Draft(notice(situation, key, f"{event.person}: {sentence}"), opened=True)
    data: dict[str, object] = {"schedule": event.schedule, "person": event.person, "at": event.at}
    kind = f"shift.{event.edge}"
    draft.say(Entry(situation.now, kind, TRIAGED, f"{event.person}: {sentence}", data))
    news = News(sentence, "shift", "\n".join((first, *event.lines)))
    notify_person(situation, draft, event.person, news)
    return Decision(draft.effects())
