"""Instants and spans as the console writes them, in the reader's zone."""

from datetime import UTC, datetime

import pytest

from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND
from triaged.web._console.clock import Clock, count_text, long_span, short_span
from triaged.wire import instant

NOW = instant(datetime(2026, 3, 4, 20, 23, 50, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW - 48 * SECOND, "15:23:02"),
        (NOW + 10 * HOUR, "Thu 01:23:50"),
        (NOW - 3 * DAY, "Sun 15:23:50"),
        (NOW - 30 * DAY, "02 Feb 15:23:50"),
        (NOW - 90 * DAY, "04 Dec 2025 15:23:50"),
    ],
)
def test_the_day_is_said_where_it_is_not_today(at: int, text: str) -> None:
    assert Clock("America/New_York", NOW).time(at) == text


@pytest.mark.parametrize(
    ("zone", "name", "short"),
    [
        ("America/New_York", "EST (UTC−5)", "EST"),
        ("Asia/Tokyo", "JST (UTC+9)", "JST"),
        ("Asia/Kathmandu", "UTC+5:45", "UTC+5:45"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_is_named_with_its_distance(zone: str, name: str, short: str) -> None:
    clock = Clock(zone, NOW)

    assert (clock.zone_name, clock.short_zone) == (name, short)


def test_the_night_of_the_change_has_both_hours() -> None:
    first = instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    clock = Clock("Europe/Berlin", first)

    assert (clock.minute(first), clock.minute(first + HOUR)) == ("02:30", "02:30")
    assert clock.short_zone == "CEST"


def test_spans_in_words() -> None:
    assert [short_span(us) for us in (48 * SECOND, 11 * MINUTE, 25 * HOUR, -5)] == [
        "48 s",
        "11 min",
        "1 d",
        "0 s",
    ]
    assert [long_span(us) for us in (136 * SECOND, HOUR, 26 * HOUR, 0)] == [
        "2 min 16 s",
        "1 h",
        "1 d 2 h",
        "0 s",
    ]
    assert [count_text(us) for us in (252 * SECOND, 5 * SECOND, 80 * MINUTE)] == [
        "4:12",
        "0:05",
        "1 h 20 min",
    ]
