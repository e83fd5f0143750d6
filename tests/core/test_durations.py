import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.durations import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
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
        ("25h", 25 * HOUR),
        ("0s", 0),
    ],
)
def test_durations_read_as_prometheus_writes_them(text: str, us: int) -> None:
    assert parse_duration(text) == us


@pytest.mark.parametrize("text", ["", "5", "m5", "5 m", "30m1h", "1h1h", "-5m", "1.5h", "5min"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s, 5m, 1h30m"):
        parse_duration(text)


@given(st.integers(0, 10**9).map(lambda seconds: seconds * SECOND))
def test_a_duration_reads_back(us: int) -> None:
    assert parse_duration(format_duration(us)) == us


def test_a_share_is_of_one() -> None:
    assert [parse_share(text) for text in ("50%", "100%", "12.5%")] == [0.5, 1.0, 0.125]


@pytest.mark.parametrize("text", ["50", "%", "-5%", "fifty%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 50%"):
        parse_share(text)
