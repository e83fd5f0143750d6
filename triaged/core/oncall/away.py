"""Absences: who would stand in for somebody, and the overrides that make it so.

The stand-in of a shift is whoever comes next in its rotation and is there. A shift of an override
or a calendar has none: people have arranged it, and people arrange who takes it. Until somebody
confirms, nothing changes but what gaps are shown (`core/oncall/gaps.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.oncall.duty import Duty, FinalShift, final_shifts
from triaged.core.oncall.overriding import end_override, make_overrides
from triaged.core.records.answers import Conflict, DutyChanged, RowSaved, Unknown
from triaged.core.records.duty.away import (
    Absence,
    Away,
    AwayConfirmed,
    AwayEnded,
    AwaySet,
    AwayState,
)
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.model import Entry
from triaged.core.records.practice.duty_events import OverrideEnded, OverridesMade, Span
from triaged.core.response.duty_notices import notice
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.names import meant
from triaged.core.text.wording import clean, instant_for
from triaged.core.time.durations import DAY

LENGTH_MAX_US = 90 * DAY
"""Longer than that somebody has left: change the rotations."""

REASON_MAX = 500


class StandIn(msgspec.Struct, frozen=True):
    """A time in which somebody is on call who is away."""

    schedule: str
    start_at: int
    end_at: int
    person: str
    """Who would be on call instead; empty: nobody could be, and there is a gap."""


def stand_ins(
    settings: Settings,
    duty: Duty,
    away: Absence,
    others: Iterable[Absence] = (),
    pause: Callable[[], None] = lambda: None,
) -> list[StandIn]:
    """Who would stand in for a person who is away, by every schedule, in order."""
    absent = list(others)
    found: list[StandIn] = []
    for name in sorted(duty.schedules):
        for shift in final_shifts(duty, name, away.start_at, away.end_at, pause):
            if away.person not in shift.people:
                continue
            person = next(_candidates(settings, duty, name, (shift, away.person), absent), "")
            found.append(StandIn(name, shift.start_at, shift.end_at, person))
    return _joined(found)


def _candidates(
    settings: Settings,
    duty: Duty,
    schedule: str,
    whose: tuple[FinalShift, str],
    absent: Sequence[Absence],
) -> Iterator[str]:
    """Those who come after the person in the rotation of a shift, and are there."""
    shift, person = whose
    source = next(one.source for one in shift.assignments if one.person == person)
    kind, _, number = source.partition(":")
    if kind != "rotation":
        return
    people = duty.schedules[schedule].rotations[int(number) - 1].people
    turn = people.index(person) if person in people else 0
    for name in (*people[turn + 1 :], *people[:turn]):
        is_away = any(
            one.person == name and one.start_at < shift.end_at and shift.start_at < one.end_at
            for one in absent
        )
        if name != person and name in settings.people and not is_away and name not in shift.people:
            yield name


def _joined(found: Iterable[StandIn]) -> list[StandIn]:
    joined: list[StandIn] = []
    for one in found:
        last = joined[-1] if joined else None
        if last is not None and (last.schedule, last.person, last.end_at) == (
            one.schedule,
            one.person,
            one.start_at,
        ):
            joined[-1] = msgspec.structs.replace(last, end_at=one.end_at)
        else:
            joined.append(one)
    return joined


def set_away(situation: Situation, event: AwaySet) -> Decision:
    """Keep that a person is away. Nobody stands in before somebody confirms it."""
    settings, now = situation.settings, situation.now
    if event.person not in settings.people:
        hint = meant(event.person, settings.people)
        return Decision((), Unknown(f"there is no person {event.person!r}{hint}"))
    if not event.start_at < event.end_at <= event.start_at + LENGTH_MAX_US:
        return Decision((), Conflict("the end must be after the start, by at most 90 days"))
    if event.end_at <= now:
        return Decision((), Conflict("the end is in the past: past duty is history"))
    row = Away(
        event.id,
        None,
        person=event.person,
        start_at=max(event.start_at, now),
        end_at=event.end_at,
        reason=clean(event.reason, REASON_MAX),
        by=event.by,
        made_at=now,
    )
    said = _record(situation, row, "set", event.by)
    return Decision((SaveRow(row), *said), RowSaved(row.id))


def confirm_away(situation: Situation, event: AwayConfirmed) -> Decision:
    """Put those on call who stand in, all at once; nobody where there is none."""
    row = situation.view.row(Away, event.id)
    if row is None:
        return Decision((), Unknown(f"there is no absence {event.id[:40]!r}"))
    if row.state is not AwayState.PLANNED or row.end_at <= situation.now:
        state = row.state if row.state is not AwayState.PLANNED else "over"
        return Decision((), Conflict(f"the absence is {state}"))
    absence = replace(row.absence, start_at=max(row.start_at, situation.now))
    found = stand_ins(situation.settings, situation.duty, absence, event.others)
    effects: list[Effect] = []
    ids: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    for schedule in dict.fromkeys(one.schedule for one in found if one.person):
        made = make_overrides(situation, _wish(row, schedule, found, event.by))
        if not isinstance(made.answer, DutyChanged):
            return Decision((), made.answer)
        effects += made.effects
        ids += made.answer.ids
        told += made.answer.told
    done = replace(row, state=AwayState.CONFIRMED, changed_by=event.by)
    said = _record(situation, done, "confirmed", event.by)
    answer = DutyChanged(ids, tuple(dict.fromkeys(told)))
    return Decision((*effects, SaveRow(done), *said), answer)


def _wish(row: Away, schedule: str, found: Iterable[StandIn], by: str) -> OverridesMade:
    spans = tuple(
        Span(one.start_at, one.end_at, one.person, row.person)
        for one in found
        if one.schedule == schedule and one.person
    )
    reason = f"{row.person} is away{f': {row.reason}' if row.reason else ''}"
    return OverridesMade(by, schedule, spans, reason, "away", _key(row, schedule))


def _key(row: Away, schedule: str) -> str:
    """The key of the overrides of a schedule, by which the end of the absence finds them."""
    return f"away:{row.id}:{schedule}"


def end_away(situation: Situation, event: AwayEnded) -> Decision:
    """End an absence, and the overrides that were made for it; twice is harmless."""
    row = situation.view.row(Away, event.id)
    if row is None:
        return Decision((), Unknown(f"there is no absence {event.id[:40]!r}"))
    if row.state is AwayState.ENDED:
        return Decision((), RowSaved(row.id))
    effects: list[Effect] = []
    for schedule in situation.settings.schedules:
        key = _key(row, schedule)
        known = situation.view.duty_facts.overrides.values()
        made = [one for one in known if one.key == key and one.until_at > situation.now]
        if made:
            ended = end_override(situation, OverrideEnded(made[0].id, event.by, plan=True))
            effects += ended.effects
    done = replace(row, state=AwayState.ENDED, changed_by=event.by)
    said = _record(situation, done, "ended", event.by)
    return Decision((*effects, SaveRow(done), *said), RowSaved(row.id))


def _record(situation: Situation, row: Away, what: str, by: str) -> tuple[Effect, ...]:
    """The record of what was said about an absence: a notice that goes to nobody."""
    settings, now = situation.settings, situation.now
    person = settings.people.get(row.person)
    zone = settings.timezone if person is None else person.timezone
    times = f"{instant_for(row.start_at, zone, now)} to {instant_for(row.end_at, zone, now)}"
    verb = {"set": "is away", "confirmed": "is away, confirmed:", "ended": "is not away any more:"}
    text = f"{row.person} {verb[what]} {times}"
    key = (("triaged", f"away:{row.id}:{what}"),)
    draft = Draft(notice(situation, key, text), opened=True)
    data: dict[str, object] = {"away": row.id, "person": row.person, "reason": row.reason}
    draft.say(Entry(now, f"away.{what}", by, text, data))
    return draft.effects()
