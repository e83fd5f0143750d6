import pytest

from triaged.channels.common.call_bodies import (
    WINDOW_US,
    check_size,
    check_time,
    instant_at,
    object_of,
    text_at,
)
from triaged.channels.common.two_way import Callback
from triaged.errors import Malformed, Unauthorized

SECOND = 1_000_000


@pytest.mark.parametrize("seconds", [1000 * SECOND - WINDOW_US, 1000 * SECOND + WINDOW_US])
def test_call_of_the_last_five_minutes_is_taken(seconds: int) -> None:
    check_time(str(seconds // SECOND), Callback({}, b"", at=1000 * SECOND))


@pytest.mark.parametrize("seconds", ["699", "1301", "", "-1", "1000.5", "\u0661000", "9" * 12])
def test_older_later_and_unreadable_times_are_not(seconds: str) -> None:
    with pytest.raises(Unauthorized, match="older than five minutes, or the clocks"):
        check_time(seconds, Callback({}, b"", at=1000 * SECOND))


def test_body_has_a_size_limit() -> None:
    check_size(Callback({}, b"x" * 10), 10)
    with pytest.raises(Malformed, match="more than 10 bytes"):
        check_size(Callback({}, b"x" * 11), 10)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"1", b"[" * 100_000])
def test_body_that_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        object_of(body)


def test_text_is_found_at_a_path() -> None:
    said = object_of(b'{"a": {"b": "c", "d": 1}}')

    assert [text_at(said, "a", "b"), text_at(said, "a", "d"), text_at(said, "a", "b", "c")] == [
        "c",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:02.5Z", 2_500_000),
        ("1970-01-01T01:00:02+01:00", 2_000_000),
        ("1970-01-01T00:00:02", 2_000_000),
        ("soon", None),
    ],
)
def test_instant_is_found_at_a_path(text: str, expected: int | None) -> None:
    assert instant_at({"at": text}, "at") == expected
    assert instant_at({}, "at") is None
