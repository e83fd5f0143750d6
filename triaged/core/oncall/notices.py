"""Notices to people whose shifts a change has moved, and the record of who has made it.

Each change is an incident that is closed from its beginning, as all notices of duty are: its
timeline is the record, its updates are the messages.
"""

from collections.abc import Iterable, Iterator

from triaged.core.draft import Draft
from triaged.core.oncall.duty import Duty, Shift, on_call
from triaged.core.oncall.moves import Move, moves
from triaged.core.records.effects import Effect
from triaged.core.records.model import Entry, incident_id
from triaged.core.response.duty_notices import notice
from triaged.core.response.paging import News, notify_person
from triaged.core.situation import Situation
from triaged.core.text.wording import clean, instant_for
from triaged.core.time.durations import DAY

TOLD_AHEAD_US = 14 * DAY
"""Shifts that begin sooner are told when they move; later ones are seen in the calendar."""

SHOWN_US = 7 * DAY
"""How far beyond that the end of a shift is looked for."""

SHIFTS_SHOWN = 10
"""Shifts that a notice lists, before and after the change each."""


class Record:
    """The record of a change of duty, and the messages about it."""

    def __init__(self, situation: Situation, identity: str, said: str) -> None:
        self._situation = situation
        self.said = said
        """Who has done what, and why."""
        self._draft = Draft(
            notice(situation, (("triaged", f"duty-change:{identity}"),), said), opened=True
        )
        self.told: list[str] = []
        """The people who get a message."""

    def say(self, kind: str, by: str, data: dict[str, object]) -> None:
        """Put on the record what somebody has done."""
        self._draft.say(Entry(self._situation.now, kind, by, self.said, data))

    def tell(self, person: str, subject: str, text: str = "") -> None:
        """Send a message to a person; each gets one."""
        if person in self.told or person not in self._situation.settings.people:
            return
        self.told.append(person)
        notify_person(self._situation, self._draft, person, News(subject, "duty", text))

    def effects(self) -> tuple[Effect, ...]:
        """All rows of it."""
        return self._draft.effects()


def tell_moves(situation: Situation, record: Record, after: Duty, schedule: str, by: str) -> None:
    """Tell everybody but `by` whose shifts of the next two weeks are others than before."""
    now = situation.now
    before = situation.duty
    end = now + TOLD_AHEAD_US + SHOWN_US
    gone = {*on_call(before, schedule, now)} - {*on_call(after, schedule, now)}
    for move in moves(before, after, schedule, now, end):
        near = [one for one in (*move.before, *move.after) if one.start_at <= now + TOLD_AHEAD_US]
        if not near or move.person == by:
            continue
        lines = [record.said, *_lines(situation, move, end)]
        if move.person in gone:
            lines += _still_held(situation, move.person)
        record.tell(move.person, _subject(move, schedule), "\n".join(lines))


def _subject(move: Move, schedule: str) -> str:
    match bool(move.before), bool(move.after):
        case False, True:
            return f"you have a new shift by {schedule}"
        case True, False:
            return f"a shift of yours by {schedule} is somebody else's now"
        case _:
            return f"your shifts by {schedule} have moved"


def _lines(situation: Situation, move: Move, end: int) -> Iterator[str]:
    person = situation.settings.people.get(move.person)
    zone = person.timezone if person else situation.settings.timezone
    for title, found in (("Before:", move.before), ("Now:", move.after)):
        yield title
        yield from _shifts(found, zone, situation.now, end)


def _shifts(found: Iterable[Shift], zone: str, now: int, end: int) -> Iterator[str]:
    listed = list(found)
    for shift in listed[:SHIFTS_SHOWN]:
        until = "later" if shift.end_at >= end else instant_for(shift.end_at, zone, now)
        start = "now" if shift.start_at <= now else instant_for(shift.start_at, zone, now)
        yield f"  {start} to {until}"
    if not listed:
        yield "  none of these times"
    if len(listed) > SHIFTS_SHOWN:
        yield f"  and {len(listed) - SHIFTS_SHOWN} more"


def _still_held(situation: Situation, person: str) -> Iterator[str]:
    """What a person who is off duty now still holds: no change of duty takes it away."""
    held = situation.view.held_by(person)
    if held:
        names = ", ".join(incident_id(number) for number in held)
        yield f"You still hold {names}: resolve or hand over with `triaged incident assign`."


def reason_text(reason: str) -> str:
    """`: dentist`, on one line; empty where no reason is given."""
    said = clean(reason, 200)
    return f": {said}" if said else ""
