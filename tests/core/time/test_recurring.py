from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND
from triaged.core.time.recurring import DAY_MINUTES, edge, local_day, parse, zone_of
from triaged.wire import instant

BERLIN = ZoneInfo("Europe/Berlin")
ODD_ZONES = [
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
]
PATTERNS = [
    "mon-fri 09:00-17:30",
    "sat 22:00-02:00",
    "daily 00:00-24:00",
    "sun 01:30-02:30",
    "fri-mon 23:00-04:00, wed",
    "daily 02:00-03:00",
    "daily 02:10-02:40",
    "daily 02:40-02:10",
    "mon-fri 00:00-24:00, sat-sun",
]
ALL_ZONES = sorted(available_timezones())
INSTANTS = st.integers(
    instant(datetime(2020, 1, 1, tzinfo=UTC)), instant(datetime(2040, 1, 1, tzinfo=UTC))
)


@lru_cache
def transitions(zone: ZoneInfo) -> list[int]:
    """The instants from 2020 to 2040 at which the zone's offset from UTC changes."""
    found, week = [], 7 * 24 * 3600
    for low in range(1_577_836_800, 2_208_988_800, week):
        if _offset(low, zone) != (after := _offset(low + week, zone)):
            seconds = range(low, low + week)
            first = bisect_left(seconds, 1, key=lambda at: int(_offset(at, zone) == after))
            found.append((low + first) * SECOND)
    return found


def _offset(at_s: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(at_s, zone).utcoffset()


def walls(start: int, end: int, zone: ZoneInfo) -> dict[int, datetime]:
    """What the clock on the wall shows at every fifth minute of [start, end)."""
    return {
        at: datetime.fromtimestamp(at // SECOND, zone).replace(tzinfo=None, fold=0)
        for at in range(start, end, 5 * MINUTE)
    }


@st.composite
def changes_of_clocks(draw: st.DrawFn) -> tuple[int, ZoneInfo]:
    """A transition of any zone there is, or any instant where a zone has none."""
    zone = ZoneInfo(draw(st.sampled_from(ALL_ZONES)))
    return draw(st.sampled_from(transitions(zone)) if transitions(zone) else INSTANTS), zone


AROUND = st.integers(-30 * 60, 30 * 60).map(lambda minutes: minutes * MINUTE)


def berlin(text: str) -> int:
    """An instant from a wall time in Berlin."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("pattern", "wall", "inside"),
    [
        ("mon-fri 09:00-17:30", "2026-03-30T09:00", True),
        ("mon-fri 09:00-17:30", "2026-03-30T17:30", False),
        ("mon-fri 09:00-17:30", "2026-03-28T12:00", False),
        ("sat 22:00-02:00", "2026-03-29T01:59", True),
        ("sat 22:00-02:00", "2026-03-28T01:00", False),
        ("sun 00:00-24:00", "2026-03-29T23:59", True),
        ("daily", "2026-03-29T00:00", True),
        ("sat-mon 10:00-11:00", "2026-03-30T10:30", True),
        ("mon, wed 09:00-10:00", "2026-03-30T09:30", True),
        ("mon, wed 09:00-10:00", "2026-03-30T11:30", False),
        ("MON 09:00-10:00", "2026-03-30T09:30", True),
        ("mon, wed", "2026-04-01T23:59", True),
        ("mon, tue 09:00-10:00, wed", "2026-04-01T23:59", True),
        ("mon 09:00-10:00, wed", "2026-03-30T23:59", False),
        ("sat-mon", "2026-03-31T00:00", False),
        ("sun 00:00-24:00", "2026-03-30T00:00", False),
    ],
)
def test_what_a_pattern_means(pattern: str, wall: str, *, inside: bool) -> None:
    assert parse(pattern).contains(berlin(wall), BERLIN) is inside


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "mon-fry 09:00-10:00",
            "'mon-fry 09:00-10:00' at character 1: 'fry' is no day; days are mon",
        ),
        ("mon-fri 09:00-17:30, sax 22:00-02:00", "at character 22: 'sax' is no day"),
        (
            "sat 25:00-26:00, mond 1-2",
            "'25:00-26:00': .*; 'mond 1-2' at character 18: 'mond' is no",
        ),
        ("daily-fri", "or daily alone"),
        ("mon 9-10", "'9-10' are no hours such as"),
        ("mon 09:60-10:00", "hours go from 00:00 to 24:00"),
        ("mon 10:00-10:00", "take some time"),
        ("mon 00:00-24:01", "24:00"),
        ("", "expected days and hours such as"),
        ("mon 09:00-10:00 11:00-12:00", "expected days and hours such as"),
        ("mon,,tue", "at character 5"),
        ("mon \u0660\u0669:00-10:00", "are no hours such as"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_a_window_over_the_skipped_hour_is_shorter() -> None:
    found = list(
        parse("sun 01:00-04:00").windows(
            berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00"), BERLIN
        )
    )

    assert [end - start for start, end in found] == [2 * HOUR]


def test_a_window_that_begins_in_the_skipped_hour_begins_after_it() -> None:
    found = list(
        parse("sun 02:30-04:00").windows(
            berlin("2026-03-29T00:00"), berlin("2026-03-29T12:00"), BERLIN
        )
    )

    assert found == [(berlin("2026-03-29T03:00"), berlin("2026-03-29T04:00"))]


def test_a_window_begins_at_the_first_and_ends_at_the_last_of_repeated_times() -> None:
    found = list(
        parse("sun 02:00-02:30").windows(
            berlin("2026-10-25T00:00"), berlin("2026-10-25T12:00"), BERLIN
        )
    )

    assert [end - start for start, end in found] == [90 * MINUTE]


def test_a_window_whole_in_the_skipped_hour_does_not_take_place() -> None:
    within = parse("sun 02:10-02:40")
    saturday, next_sunday = berlin("2026-03-28T12:00"), berlin("2026-04-05T02:10")

    assert list(within.windows(saturday, saturday + DAY, BERLIN)) == []
    assert within.next_change(saturday, BERLIN) == next_sunday


def test_a_day_is_still_in_when_clocks_go_back_over_its_midnight() -> None:
    zone = ZoneInfo("America/St_Johns")  # until 2011 at 00:01, back to 23:01
    again = instant(datetime(2010, 11, 6, 23, 30, fold=1, tzinfo=zone))

    assert local_day(again, zone) == date(2010, 11, 6)
    assert parse("sun").contains(again, zone)
    assert not parse("sun").contains(again - HOUR, zone)


def test_what_is_always_open_never_changes() -> None:
    at = berlin("2026-03-28T12:00")

    assert parse("daily").next_change(at, BERLIN) is None
    parts = parse("sat-sun 00:00-12:00, sat-sun 12:00-24:00, mon-fri")
    assert parts.next_change(at, BERLIN) is None


def test_windows_are_cut_at_the_limits() -> None:
    at = berlin("2026-03-30T10:00")
    office = parse("mon-fri 09:00-17:30")

    assert list(office.windows(at, at + HOUR, BERLIN)) == [(at, at + HOUR)]
    assert list(office.windows(at, at, BERLIN)) == []
    assert list(office.windows(at, at - DAY, BERLIN)) == []


def test_overlapping_windows_are_one() -> None:
    both = parse("mon 12:00-14:00, mon 09:00-13:00")
    start, end = berlin("2026-03-30T00:00"), berlin("2026-03-31T00:00")

    expected = [(berlin("2026-03-30T09:00"), berlin("2026-03-30T14:00"))]
    assert list(both.windows(start, end, BERLIN)) == expected


@given(changes_of_clocks(), AROUND, st.sampled_from(PATTERNS))
def test_a_window_goes_from_the_first_to_the_last_of_its_wall_times(
    change: tuple[int, ZoneInfo], offset: int, pattern: str
) -> None:
    (at, zone), recurring = change, parse(pattern)
    at = (at + offset) // (5 * MINUTE) * (5 * MINUTE)
    clock = walls(at - 3 * DAY, at + 3 * DAY, zone)

    expected = False
    for days in (-2, -1, 0, 1):
        midnight = datetime.combine(local_day(at, zone), datetime.min.time())
        midnight += timedelta(days=days)
        for window in recurring.week:
            if window.day == midnight.weekday():
                opens = midnight + timedelta(minutes=window.start)
                closes = midnight + timedelta(minutes=window.end)
                start = min(t for t, wall in clock.items() if wall >= opens)
                shown = [t for t, wall in clock.items() if wall == closes]
                end = max(shown) if shown else min(t for t, w in clock.items() if w >= closes)
                expected = expected or start <= at < end

    assert recurring.contains(at, zone) is expected


@given(changes_of_clocks(), AROUND, st.integers(0, 2 * DAY_MINUTES))
def test_later_wall_times_are_not_earlier_instants(
    change: tuple[int, ZoneInfo], offset: int, minutes: int
) -> None:
    at, zone = change
    day = local_day(at + offset, zone)

    for last in (False, True):
        instants = [edge(day, minutes + n, zone, last=last) for n in range(0, 240, 10)]
        assert all(one <= other for one, other in pairwise(instants))


@given(changes_of_clocks(), AROUND, st.sampled_from(PATTERNS))
def test_the_next_change_is_the_next_change(
    change: tuple[int, ZoneInfo], offset: int, pattern: str
) -> None:
    (transition, zone), recurring = change, parse(pattern)
    at = transition + offset

    flips = recurring.next_change(at, zone)

    inside = recurring.contains(at, zone)
    until = at + 8 * DAY if flips is None else flips
    assert at < until
    for between in range(at, until, 17 * MINUTE):
        assert recurring.contains(between, zone) is inside
    if flips is not None:
        assert recurring.contains(flips - 1, zone) is inside
        assert recurring.contains(flips, zone) is not inside


@given(changes_of_clocks(), AROUND, st.sampled_from(PATTERNS))
def test_windows_and_contains_agree(
    change: tuple[int, ZoneInfo], offset: int, pattern: str
) -> None:
    (transition, zone), recurring = change, parse(pattern)
    start, end = transition + offset - DAY, transition + offset + DAY

    windows = list(recurring.windows(start, end, zone))

    assert all(start <= since < to <= end for since, to in windows)
    assert all(one[1] < other[0] for one, other in pairwise(windows))
    for at in range(start, end, 17 * MINUTE):
        inside = any(since <= at < to for since, to in windows)
        assert inside is recurring.contains(at, zone)


@pytest.mark.parametrize("name", ["Europe", "Mars/Base", "x" * 5000, "", "../etc/passwd"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone such as Europe/Berlin"):
        zone_of(name)
