import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.time.durations import (
    DAY,
    DURATION_MAX,
    HOUR,
    MINUTE,
    SECOND,
    YEAR,
    format_duration,
    parse_duration,
    parse_share,
)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("30s", 30 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("1d", DAY),
        ("1w", 7 * DAY),
        ("2y", 730 * DAY),
        ("1y1w1d1h1m1s", 373 * DAY + HOUR + MINUTE + SECOND),
        ("100y", DURATION_MAX),
        ("25h", 25 * HOUR),
        ("0s", 0),
    ],
)
def test_durations_read_as_prometheus_writes_them(text: str, us: int) -> None:
    assert parse_duration(text) == us


@pytest.mark.parametrize(
    "text", ["", "5", "m5", "5 m", "30m1h", "1h1h", "-5m", "1.5h", "5min", "5ms", "\u0663s", "5m\n"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s, 5m, 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["101y", "36501d", "999999999999w"])
def test_a_duration_has_a_limit(text: str) -> None:
    with pytest.raises(ValueError, match="at most 100y"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (90 * MINUTE, "1h30m"),
        (10 * DAY, "10d"),
        (14 * DAY, "2w"),
        (2 * YEAR, "2y"),
        (25 * HOUR, "1d1h"),
        (5 * MINUTE + 300_000, "5m"),
        (999_999, "0s"),
    ],
)
def test_a_duration_is_written_as_people_say_it(us: int, text: str) -> None:
    assert format_duration(us) == text


@given(st.integers(0, 10**9).map(lambda seconds: seconds * SECOND))
def test_a_duration_reads_back(us: int) -> None:
    assert parse_duration(format_duration(us)) == us


def test_a_share_is_of_one() -> None:
    assert [parse_share(text) for text in ("50%", "100%", "12.5%")] == [0.5, 1.0, 0.125]


@pytest.mark.parametrize("text", ["50", "%", "-5%", "fifty%", "\u0665\u0660%", "1e3%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 50%"):
        parse_share(text)
