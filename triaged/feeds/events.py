"""Events of a feed, checked before anything is expanded: one bad event costs itself only.

The libraries that expand recurrences read an unknown zone as none, swap an end before its start
and follow a rule by the second for hours. What they would do so is refused here.
"""

import hashlib
import re
from datetime import date, datetime, timedelta

import msgspec
from icalendar import Event

from triaged.feeds.components import Refusal, moment, moments, parsed, rules, start_of, texts
from triaged.feeds.structure import Block
from triaged.feeds.zones import mapped, names_in

USED = frozenset(
    """
    ATTENDEE DTEND DTSTART DURATION EXDATE EXRULE LAST-MODIFIED RDATE RECURRENCE-ID RRULE SEQUENCE
    STATUS SUMMARY UID X-TRIAGED-PERSON
    """.split()
)
"""Properties that are read. TRANSP and CLASS say nothing about duty."""

ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "STATUS")
TIMES = ("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID")

UID_MAX = 200
SUMMARY_MAX = 200
ATTENDEES_MAX = 50
DATES_MAX = 1_000
"""Additional and excluded dates of one event: three years of days."""

RULES_MAX = 4
COUNT_MAX = 10_000
CLOCK_VALUES_MAX = 4
"""Values of BYHOUR, BYMINUTE and BYSECOND together: a daily rule with 24 x 16 takes 14 s."""

RULE_VALUES_MAX = 100
"""Values of all parts of a rule, such as days of a year."""

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
LENGTH_MAX = timedelta(days=366)
"""Length of a shift: the longest turn of a rotation, too."""

_DURATION = re.compile(
    r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?"
)


class Length(msgspec.Struct, frozen=True):
    """The length of a duration: days follow the clock on the wall, the rest is exact time."""

    days: int
    exact: timedelta


class FeedEvent(msgspec.Struct, frozen=True):
    """An event that passed the checks."""

    uid: str
    title: str
    attendees: tuple[str, ...]
    person: str
    """The key under `people` that a calendar of triaged's own names; empty: it is another's."""
    component: Event
    length: Length | None
    """None: the event has an end."""
    cancelled: bool
    rank: tuple[int, str]
    """SEQUENCE and LAST-MODIFIED: of two events that are one, the higher counts."""

    @property
    def replaces(self) -> date | None:
        """The instance that it replaces; None: it is the series or a single event itself."""
        return moment(self.component, "RECURRENCE-ID")

    @property
    def recurs(self) -> bool:
        """True if it may take place more than once."""
        return "RRULE" in self.component or "RDATE" in self.component


def identity(block: Block) -> tuple[str, str]:
    """UID and summary of an event, also of one that is refused."""
    uid = block.value("UID")
    if not uid or len(uid) > UID_MAX:
        digest = hashlib.sha256("\n".join((uid, *block.lines)[: 1 if uid else None]).encode())
        uid = f"{'long' if uid else 'none'}-{digest.hexdigest()[:16]}"
    return uid, block.value("SUMMARY")[:SUMMARY_MAX]


def event_of(block: Block, zones: dict[str, list[str]], notes: dict[str, None]) -> FeedEvent:
    """The event of a block; warnings are added to `notes`. Raises Refusal: the event is bad."""
    uid, summary = identity(block)
    lines = [line for line in block.lines if _name(line) in USED]
    _check_lines(lines)
    component = _component(mapped(lines), zones)
    _check_zones(component)
    _check_rules(component, f"{summary!r} (UID {uid})", notes)
    return FeedEvent(
        uid=uid,
        title=" ".join(texts(component, "SUMMARY"))[:SUMMARY_MAX],
        attendees=tuple(texts(component, "ATTENDEE")[:ATTENDEES_MAX]),
        person="".join(texts(component, "X-TRIAGED-PERSON")),
        component=component,
        length=_length(component, block),
        cancelled=block.value("STATUS").upper() == "CANCELLED",
        rank=(_sequence(block), block.value("LAST-MODIFIED")),
    )


def _name(line: str) -> str:
    return re.split(r"[;:]", line[:60], maxsplit=1)[0].upper()


def _check_lines(lines: list[str]) -> None:
    names = [_name(line) for line in lines]
    for name in ONCE:
        if names.count(name) > 1:
            raise Refusal(f"it has {name} twice")
    if "DTSTART" not in names:
        raise Refusal("it has no DTSTART")
    if "EXRULE" in names:
        raise Refusal("EXRULE is not read, and without it people would be on call who are not")
    if "DTEND" in names and "DURATION" in names:
        raise Refusal("it has both DTEND and DURATION")
    for name in ("RDATE", "EXDATE"):
        dates = sum(line.count(",") + 1 for line in lines if _name(line) == name)
        if dates > DATES_MAX:
            raise Refusal(f"it has {dates:,} dates of {name}, more than {DATES_MAX:,}")
    if names.count("RRULE") > RULES_MAX:
        raise Refusal(f"it has more than {RULES_MAX} rules")


def _component(lines: list[str], zones: dict[str, list[str]]) -> Event:
    """The parsed event; the calendar's own zones go with it where nothing else maps."""
    needed = [line for name in sorted(names_in(lines)) for line in zones.get(name, ())]
    return parsed(
        ["BEGIN:VCALENDAR", *needed, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    )


def _check_zones(component: Event) -> None:
    """A zone that nothing maps is read as none at all: such an event is refused."""
    for name in TIMES:
        for each in moments(component, name):
            if each.tzid and _is_floating(each.value):
                raise Refusal(f"nobody knows the time zone {each.tzid[:60]!r} of its {name}")


def _check_rules(component: Event, who: str, notes: dict[str, None]) -> None:
    found = rules(component)
    if len(found) > 1:
        notes[f"{who} has {len(found)} rules: both were read; one for each event is usual"] = None
    start = start_of(component)
    for rule in found:
        _check_rule(rule)
        for until in rule.get("UNTIL", []):
            if isinstance(start, datetime) and not isinstance(until, datetime):
                text = "UNTIL is of another type than DTSTART; its last shift may be missing"
                notes[f"{who}: {text}"] = None


def _check_rule(rule: dict[str, list[object]]) -> None:
    frequency = str([*rule.get("FREQ", ()), ""][0]).upper()
    if frequency in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise Refusal(f"its rule repeats {frequency.lower()}: shifts repeat daily at most")
    if frequency not in FREQUENCIES:
        raise Refusal(f"its rule has the unknown FREQ={frequency[:30]}")
    by_clock = sum(len(rule.get(name, ())) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if by_clock > CLOCK_VALUES_MAX:
        raise Refusal(
            f"its rule has {by_clock} values of BYHOUR, BYMINUTE and BYSECOND,"
            f" more than {CLOCK_VALUES_MAX}"
        )
    if sum(len(values) for values in rule.values()) > RULE_VALUES_MAX:
        raise Refusal(f"its rule has more than {RULE_VALUES_MAX} values")
    for name in ("COUNT", "INTERVAL"):
        for value in rule.get(name, ()):
            if not isinstance(value, int) or not 1 <= value <= COUNT_MAX:
                raise Refusal(f"its rule has {name}={str(value)[:30]}, not 1 to {COUNT_MAX:,}")
    if _never(rule, frequency):
        raise Refusal("its rule never takes place")


def _never(rule: dict[str, list[object]], frequency: str) -> bool:
    """True for rules of which no day comes: they are searched to the year 9999, for seconds."""
    days = [value for value in rule.get("BYMONTHDAY", ()) if isinstance(value, int)]
    months = [int(str(value)) for value in rule.get("BYMONTH", ()) if str(value).isdigit()]
    if days and months:
        longest = max(LONGEST_MONTH.get(month, 31) for month in months)
        if all(abs(day) > longest for day in days):
            return True
    positions = [value for value in rule.get("BYSETPOS", ()) if isinstance(value, int)]
    by_clock = [len(rule.get(name, (1,))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
    times = by_clock[0] * by_clock[1] * by_clock[2]
    return frequency == "DAILY" and bool(positions) and all(abs(one) > times for one in positions)


def _sequence(block: Block) -> int:
    text = block.value("SEQUENCE")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _length(component: Event, block: Block) -> Length | None:
    """The length of an event that has no end. Raises Refusal where it has no length."""
    start, end = start_of(component), moment(component, "DTEND")
    if end is not None:
        _check_end(start, end)
        return None
    if "DURATION" in component:
        length = _duration(block.value("DURATION"))
        if length.days * 86_400 + length.exact.total_seconds() <= 0:
            raise Refusal("its duration is not above zero")
        if not isinstance(start, datetime) and length.exact:
            raise Refusal("it is an event of whole days whose duration is not of whole days")
        if timedelta(days=length.days) + length.exact > LENGTH_MAX:
            raise Refusal("it is longer than a year")
        return length
    if isinstance(start, datetime):
        raise Refusal("it has neither DTEND nor DURATION: a shift needs a length")
    return Length(1, timedelta())


def _check_end(start: date, end: date) -> None:
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise Refusal("DTSTART and DTEND are of different types")
    if _is_floating(start) != _is_floating(end):
        raise Refusal("of DTSTART and DTEND, one has a time zone and the other has none")
    if end <= start:
        raise Refusal("DTEND is not after DTSTART")
    if end - start > LENGTH_MAX:
        raise Refusal("it is longer than a year")


def _is_floating(moment: date) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is None


def _duration(text: str) -> Length:
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()):
        raise Refusal(f"its DURATION {text[:30]!r} is none such as PT12H or P1W")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return Length(weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))
