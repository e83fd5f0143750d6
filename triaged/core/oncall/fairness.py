"""How duty is spread: hours, nights, weekends, shifts and pages of each person over a period.

Hours are counted on the person's clock, and once where two schedules overlap. They are those of the
present configuration with the overrides and calendars of the time: what rotations were before is
not kept.
"""

from collections.abc import Callable, Iterable

import msgspec

from triaged.core.oncall.duty import Duty, shifts
from triaged.core.settings import Settings
from triaged.core.time.intervals import Time, united
from triaged.core.time.nights import NIGHT, night_of
from triaged.core.time.recurring import parse, zone_of

NIGHTS = parse(f"daily {NIGHT[0]:02}:00-{NIGHT[1]:02}:00")
WEEKENDS = parse("sat-sun")
"""Whole days, on the person's clock."""


class PageSent(msgspec.Struct, frozen=True):
    """A page that went out to a person."""

    person: str
    incident: int
    at: int


class Share(msgspec.Struct, frozen=True):
    """The duty of one person in a period."""

    person: str
    shifts: int
    on_call_us: int
    night_us: int
    weekend_us: int
    pages: int
    """Incidents for which the person was paged."""
    pages_at_night: int
    nights: int
    """Nights in which the person was paged at least once."""


def fairness(
    settings: Settings,
    duty: Duty,
    window: Time,
    pages: Iterable[PageSent],
    pause: Callable[[], None] = lambda: None,
) -> list[Share]:
    """The shares of everybody who is on call in [start, end) or was paged in it, by name."""
    times: dict[str, list[Time]] = {}
    counts: dict[str, int] = {}
    for name in duty.schedules:
        for shift in shifts(duty, name, *window, pause):
            times.setdefault(shift.person, []).append((shift.start_at, shift.end_at))
            counts[shift.person] = counts.get(shift.person, 0) + 1
    sent: dict[str, list[PageSent]] = {}
    for page in pages:
        sent.setdefault(page.person, []).append(page)
    people = sorted({*times, *sent} & settings.people.keys())
    return [
        _share(settings, name, (counts.get(name, 0), times.get(name, [])), sent.get(name, []))
        for name in people
    ]


def _share(
    settings: Settings, name: str, on_duty: tuple[int, list[Time]], sent: Iterable[PageSent]
) -> Share:
    zone = zone_of(settings.people[name].timezone)
    count, times = on_duty
    whole = united(times)
    by_incident = {page.incident: page.at for page in sorted(sent, key=lambda one: -one.at)}
    nights = [night_of(at, zone) for at in by_incident.values()]
    return Share(
        person=name,
        shifts=count,
        on_call_us=sum(end - start for start, end in whole),
        night_us=sum(e - s for time in whole for s, e in NIGHTS.windows(*time, zone)),
        weekend_us=sum(e - s for time in whole for s, e in WEEKENDS.windows(*time, zone)),
        pages=len(by_incident),
        pages_at_night=sum(night is not None for night in nights),
        nights=len({night for night in nights if night is not None}),
    )
