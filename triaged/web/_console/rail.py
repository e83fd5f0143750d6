"""The rail beside the list: who is on call, what is wrong with triaged itself, who was heard."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.oncall.duty import Duty, final_shifts, next_change, on_call
from triaged.core.records.model import Page
from triaged.core.settings import Person, Settings
from triaged.core.text.wording import clean
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.web._console.clock import Clock, short_span

SCHEDULES_MAX = 20
SENDERS_MAX = 8
TROUBLE_MAX = 12
NAME_MAX = 60
TEXT_MAX = 120
SILENT_US = 10 * MINUTE
"""After so long without any sender it is said: senders repeat what fires each few minutes, but a
quiet one sends nothing at all, so this is a hint and no alarm."""

_PHONE = re.compile(r"\+[0-9 ]{6,20}")


class OnDuty(msgspec.Struct, frozen=True):
    """Who is on call by a schedule; no name: nobody."""

    name: str
    schedule: str
    beside: str
    """Until when, and the local time where that is another one."""
    phone: str


class Trouble(msgspec.Struct, frozen=True):
    """Something about triaged that a person should look at."""

    word: str
    tone: str
    text: str
    path: str = ""


class Heard(msgspec.Struct, frozen=True):
    """When a source was last heard."""

    source: str
    at: int
    is_late: bool


class Rail(msgspec.Struct, frozen=True):
    """What stands beside the list."""

    duty: tuple[OnDuty, ...]
    trouble: tuple[Trouble, ...]
    heard: tuple[Heard, ...]

    @property
    def last(self) -> Heard | None:
        """The source that was heard last."""
        return max(self.heard, key=lambda one: one.at, default=None)


class Found(msgspec.Struct, frozen=True):
    """What was read for the rail."""

    duty: Duty
    heard: Mapping[tuple[str, str], int]
    quarantined: int
    waiting: Sequence[Page]
    """Pages that failed or are held."""


def rail_of(found: Found, settings: Settings, clock: Clock) -> Rail:
    """The rail for a reader."""
    trouble = [*_gaps(found.duty, clock), *_held(found.waiting, clock), *_kept(found.quarantined)]
    return Rail(
        duty=tuple(on_duty(found.duty, settings, clock)),
        trouble=tuple(trouble[:TROUBLE_MAX]),
        heard=tuple(_heard(found.heard, settings, clock)),
    )


def on_duty(duty: Duty, settings: Settings, clock: Clock) -> Iterator[OnDuty]:
    """Who is on call now, by schedule."""
    for name in sorted(duty.schedules)[:SCHEDULES_MAX]:
        until = next_change(duty, name, clock.now)
        beside = f"until {clock.minute(until)}" if until is not None else ""
        people = on_call(duty, name, clock.now)
        if not people:
            yield OnDuty("", name, beside, "")
        for each in people:
            person = settings.people.get(each)
            yield OnDuty(each, name, _beside(person, beside, clock), phone_of(person))


def _beside(person: Person | None, until: str, clock: Clock) -> str:
    if person is None or person.timezone == clock.zone:
        return until
    own = Clock(person.timezone, clock.now)
    if own.local(clock.now).utcoffset() == clock.local(clock.now).utcoffset():
        return until
    city = person.timezone.rpartition("/")[2].replace("_", " ")
    there = f"{own.local(clock.now):%H:%M} in {city}"
    return f"{until} · {there}" if until else there


def phone_of(person: Person | None) -> str:
    """The telephone number of a person; empty: none is known."""
    numbers = (contact.to for contact in person.contacts.values()) if person else ()
    return next((number for number in numbers if _PHONE.fullmatch(number)), "")


def _gaps(duty: Duty, clock: Clock) -> Iterator[Trouble]:
    for name in sorted(duty.schedules)[:SCHEDULES_MAX]:
        for shift in final_shifts(duty, name, clock.now, clock.now + DAY):
            if not shift.people:
                when = f"{clock.minute(shift.start_at)} to {clock.minute(shift.end_at)}"
                yield Trouble("gap", "bad", f"{name} has nobody {when}")
                break


def _held(waiting: Sequence[Page], clock: Clock) -> Iterator[Trouble]:
    by_channel: dict[str, Page] = {}
    for page in waiting:
        by_channel.setdefault(page.channel, page)
    for channel, page in sorted(by_channel.items()):
        why = clean(page.error or "it waits", TEXT_MAX)
        text = f"{channel}: {why}; next try {clock.time(page.due_at)}"
        yield Trouble("held", "warn", text)


def _kept(quarantined: int) -> Iterator[Trouble]:
    if quarantined:
        what = "1 body" if quarantined == 1 else f"{quarantined} bodies"
        yield Trouble("kept", "soft", f"{what} could not be used: triaged quarantine list")


def _heard(
    heard: Mapping[tuple[str, str], int], settings: Settings, clock: Clock
) -> Iterator[Heard]:
    last: dict[str, int] = {}
    for (source, _), at in heard.items():
        last[source] = max(at, last.get(source, at))
    newest = sorted(last.items(), key=lambda pair: -pair[1])[:SENDERS_MAX]
    for source, at in newest:
        expected = settings.expectations.get(source)
        limit_us = expected.every_us if expected is not None else HOUR
        yield Heard(clean(source, NAME_MAX), at, clock.now - at > limit_us)


def is_silent(rail: Rail, clock: Clock) -> bool:
    """True if no source was heard for so long that the reader should know."""
    return rail.last is not None and clock.now - rail.last.at > SILENT_US


def ago(at: int, clock: Clock) -> str:
    """`12 s ago`."""
    return f"{short_span(clock.now - at)} ago"
