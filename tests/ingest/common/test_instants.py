"""Instants as senders write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.errors import Malformed
from triaged.ingest import Reason
from triaged.ingest.common.instants import LAST, any_instant, instant_of
from triaged.wire import instant, instant_text

AT = instant(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", AT),
        ("2026-01-02T03:04:05.123Z", AT + 123_000),
        ("2026-01-02T03:04:05,5Z", AT + 500_000),
        ("2026-01-02T03:04:05.123456999Z", AT + 123_456),
        ("2026-01-02T03:04:05.123456789012Z", AT + 123_456),
        ("2026-01-02T08:49:05+05:45", AT),
        ("2026-01-01T22:04:05-05:00", AT),
        ("2026-01-02T03:04:05", AT),
        ("2026-01-02T03:04Z", AT - 5_000_000),
        ("9999-12-31T23:59:59.999999Z", LAST),
        ("9999-12-31T23:59:59-05:00", LAST),
        ("1969-12-31T23:59:59Z", -1_000_000),
    ],
)
def test_instant_is_read(text: str, expected: int) -> None:
    assert instant_of(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00"]
)
def test_year_one_is_not_set(text: str) -> None:
    assert instant_of(text) is None


@pytest.mark.parametrize(
    "text",
    """
    2026-01-02 2026-W01-1 20260102T030405Z 2026-01-02t03:04:05z 2026-01-02T24:00:00Z
    2016-12-31T23:59:60Z +10000-01-01T00:00:00Z 0000-01-01T00:00:00Z 2026-02-30T00:00:00Z
    2026-01-02T03:04:05+24:00 2026-01-02T03:04:05+0100 1787220930 x 2026-01-02T03:04:05.Z
    ٢٠٢٦-01-02T03:04:05Z
    """.split(),
)
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        instant_of(text)

    assert caught.value.reason == Reason.BAD_TIME


@given(st.integers(instant(datetime(2, 1, 1, tzinfo=UTC)), LAST))
def test_what_we_write_is_what_we_read(at: int) -> None:
    assert instant_of(instant_text(at).zfill(27)) == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", AT),
        ("2026-01-02 04:04:05 +0100", AT),
        ("2026-01-02 04:04:05 +01:00", AT),
        ("2026-01-02 03:04:05 UTC", AT),
        ("2026-01-02 03:04:05.5", AT + 500_000),
        (str(AT // 1_000_000), AT),
        (f"{AT // 1_000_000}.25", AT + 250_000),
        (str(AT // 1_000), AT),
        (f"{AT}000", AT),
        ("0", None),
        ("soon", None),
        ("2026-01-02 25:04:05", None),
    ],
)
def test_any_of_the_usual_forms_is_read_and_the_rest_is_none(
    text: str, expected: int | None
) -> None:
    assert any_instant(text) == expected
