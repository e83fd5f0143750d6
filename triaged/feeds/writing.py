"""Final shifts written as a calendar: UTC times, so that no VTIMEZONE is needed.

https://www.rfc-editor.org/rfc/rfc5545, https://www.rfc-editor.org/rfc/rfc7986
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from triaged.core.oncall.duty import Duty, final_shifts
from triaged.core.oncall.facts import Assignment
from triaged.core.records.duty.overrides import Override
from triaged.core.settings import Person
from triaged.core.time.durations import DAY, SECOND
from triaged.wire import instant

BEFORE_US = 90 * DAY
AFTER_US = 365 * DAY
"""Horizon of a calendar that is published."""

EVENTS_MAX = 4_000
"""The nearest shifts of one calendar: a year and a quarter of turns of three hours. It stays below
what is read as a feed."""

LINE_MAX = 75
"""Bytes of a line before it is folded: https://www.rfc-editor.org/rfc/rfc5545#section-3.1."""

REASON_MAX = 200
UID_CHARACTERS = 32

Sent = dict[str, tuple[int, int]]
"""By UID, the end of a shift as it was written last, and its sequence number."""


class PublishedShift(msgspec.Struct, frozen=True):
    """A person's unbroken time on call by a schedule, and what says so."""

    schedule: str
    person: str
    start_at: int
    end_at: int
    because: tuple[str, ...] = ()
    """The sources, in order, each with the reason of an override."""

    @property
    def uid(self) -> str:
        """The identity: the same for as long as the shift has its beginning."""
        text = "\0".join((self.schedule, self.person, str(self.start_at)))
        return f"{hashlib.sha256(text.encode()).hexdigest()[:UID_CHARACTERS]}@triaged"


def horizon(now: int) -> tuple[int, int]:
    """The window in which shifts are computed: from the new year before the horizon on.

    A shift that is cut has a beginning that stays for a year, and so has its UID; the end of the
    window moves once a month, so that a duty without end changes no more often.
    """
    first = _local(now - BEFORE_US)
    last = _local(now + AFTER_US)
    month = last.year * 12 + last.month
    return _midnight(date(first.year, 1, 1)), _midnight(date(month // 12, month % 12 + 1, 1))


def published(
    duty: Duty, schedules: Iterable[str], now: int, pause: Callable[[], None] = lambda: None
) -> list[PublishedShift]:
    """The final shifts of schedules around `now`, the nearest if they are too many, in order."""
    start, end = horizon(now)
    found: list[PublishedShift] = []
    for schedule in schedules:
        open_shifts: dict[str, PublishedShift] = {}
        for piece in final_shifts(duty, schedule, start, end, pause):
            known = {one.person: one for one in piece.assignments if not one.unknown}
            over = open_shifts.keys() - known.keys()
            found += [open_shifts.pop(person) for person in over]
            for person, assignment in known.items():
                because = _because(duty, assignment)
                before = open_shifts.get(person)
                begins = piece.start_at if before is None else before.start_at
                reasons = (because,) if before is None else (*before.because, because)
                open_shifts[person] = PublishedShift(
                    schedule, person, begins, piece.end_at, tuple(dict.fromkeys(reasons))
                )
        found += open_shifts.values()
    near = [one for one in found if one.end_at > now - BEFORE_US]
    near.sort(key=lambda one: (one.start_at, one.schedule, one.person))
    return near[:EVENTS_MAX]


def _because(duty: Duty, assignment: Assignment) -> str:
    kind, _, number = assignment.source.partition(":")
    override = duty.facts.overrides.get(number) if kind in ("override", "fixed") else None
    return assignment.source if override is None else _reason(assignment.source, override)


def _reason(source: str, override: Override) -> str:
    return f"{source} by {override.by}: {override.reason[:REASON_MAX]}"


def of_person(shifts: Iterable[PublishedShift], person: str) -> list[PublishedShift]:
    """The shifts of one person."""
    return [one for one in shifts if one.person == person]


def numbered(shifts: Sequence[PublishedShift], before: Mapping[str, tuple[int, int]]) -> Sent:
    """The end and sequence number of each shift; the number rises when the end has moved."""
    found: Sent = {}
    for one in shifts:
        end_at, sequence = before.get(one.uid, (one.end_at, 0))
        found[one.uid] = (one.end_at, sequence + (end_at != one.end_at))
    return found


class CalendarText(msgspec.Struct, frozen=True):
    """What a calendar says besides its shifts."""

    name: str
    people: Mapping[str, Person]
    personal: bool
    """True if all shifts are those of one person, who needs no name."""
    link: str
    made_at: int


def written(shifts: Iterable[PublishedShift], sent: Sent, text: CalendarText) -> bytes:
    """The calendar as it is sent."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//triaged//on call//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(text.name)}"]
    lines += [f"NAME:{_escaped(text.name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    lines.append("X-PUBLISHED-TTL:PT1H")
    for shift in shifts:
        lines += _event(shift, sent[shift.uid][1], text)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(shift: PublishedShift, sequence: int, text: CalendarText) -> Iterator[str]:
    person = text.people.get(shift.person)
    name = shift.person if person is None else person.name
    what = f"On call: {shift.schedule}" if text.personal else f"{name}: {shift.schedule}"
    description = "\n".join((f"Schedule {shift.schedule}: {name}", *shift.because, text.link))
    yield "BEGIN:VEVENT"
    yield f"UID:{shift.uid}"
    yield f"DTSTAMP:{_stamp(text.made_at)}"
    yield f"DTSTART:{_stamp(shift.start_at)}"
    yield f"DTEND:{_stamp(shift.end_at)}"
    yield f"SEQUENCE:{sequence}"
    yield f"SUMMARY:{_escaped(what)}"
    yield f"DESCRIPTION:{_escaped(description.strip())}"
    yield f"X-TRIAGED-PERSON:{_escaped(shift.person)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _stamp(at: int) -> str:
    return f"{_local(at):%Y%m%dT%H%M%SZ}"


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at // SECOND, UTC)


def _midnight(day: date) -> int:
    return instant(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, f"\\{character}")
    lines = text.replace("\r", "").split("\n")
    return "\\n".join("".join(each for each in line if each.isprintable()) for line in lines)


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 bytes, each but the first behind a blank."""
    part, size, limit = "", 0, LINE_MAX
    for character in line:
        width = len(character.encode())
        if size + width > limit:
            yield part
            part, size = " ", 1
        part += character
        size += width
    yield part
