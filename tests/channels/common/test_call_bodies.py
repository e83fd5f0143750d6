import pytest

from triaged.channels.common.call_bodies import (
    WINDOW_US,
    check_size,
    check_time,
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
