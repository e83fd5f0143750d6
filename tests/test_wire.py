import sys
from datetime import UTC, datetime, timedelta, timezone
from types import FrameType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.errors import Malformed
from triaged.wire import (
    NESTING_MAX,
    Secret,
    decoded,
    encode,
    instant,
    instant_text,
    instant_text_or_none,
    nests_deeper,
)

MAPS = msgspec.json.Decoder(list[dict[str, str]])


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    at = instant(datetime(2026, 3, 30, 10, tzinfo=timezone(timedelta(hours=2))))

    assert instant_text(at) == "2026-03-30T08:00:00.000000Z"
    assert datetime.fromisoformat(instant_text(at)) == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_a_year_has_four_digits_and_no_instant_is_unreadable() -> None:
    early = instant(datetime(476, 9, 4, tzinfo=UTC))

    assert instant_text(early) == "0476-09-04T00:00:00.000000Z"
    assert instant_text(10**18) == "9999-12-31T23:59:59.999999Z"
    assert instant_text(-(10**18)) == "0001-01-01T00:00:00.000000Z"


def test_no_instant_stays_none() -> None:
    assert instant_text_or_none(None) is None
    assert instant_text_or_none(0) == "1970-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("show", [str, repr, lambda s: f"{s}", lambda s: f"{s!r:>9}", "%s".__mod__])
def test_a_secret_shows_itself_to_nobody(show: object) -> None:
    assert callable(show)
    assert show(Secret("hunter2")).strip() == "<secret>"


def test_a_secret_is_revealed_on_request() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


@pytest.mark.parametrize(
    ("body", "reason", "where"),
    [
        (b"", "empty_body", ""),
        (b"  \n", "empty_body", ""),
        (b"[{", "not_json", ""),
        (b'[{"a": "\xff"}]', "not_json", ""),
        (b'[{"a": "x", "b": 1}]', "wrong_shape", '$[0]["b"]'),
        (b'{"a": 1}', "wrong_shape", ""),
    ],
)
def test_what_is_wrong_with_a_body_is_said(body: bytes, reason: str, where: str) -> None:
    with pytest.raises(Malformed) as raised:
        decoded(MAPS, body)

    assert raised.value.reason == reason
    assert raised.value.problem.where == where
    assert raised.value.problem.message


def test_a_body_that_nests_too_deep_is_an_error_and_no_crash() -> None:
    with pytest.raises(Malformed) as raised:
        decoded(msgspec.json.Decoder(object), b"[" * 100_000)

    assert raised.value.reason == "nested_too_deep"


def test_the_key_of_a_wrong_value_is_named() -> None:
    decoder = msgspec.json.Decoder(dict[str, str])

    with pytest.raises(Malformed, match='"count"'):
        decoded(decoder, b'{"fine": "x", "count": 7}')


@pytest.mark.parametrize(
    ("body", "depth"),
    [(b"1", 0), (b"[]", 1), (b'{"a": [[]]}', 3), (b'["[[[[", "\\"[["]', 1), (b"[[]][[]]", 2)],
)
def test_nesting_counts_brackets_outside_strings(body: bytes, depth: int) -> None:
    assert not nests_deeper(body, depth)
    assert depth == 0 or nests_deeper(body, depth - 1)


JSON_TEXT = st.recursive(
    st.sampled_from(["a", "[", '"', "\\", '\\"', "{]", '\\\\"[', 1, True, None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["k", "{", '\\"', '"[']), inner, max_size=3)
    ),
    max_leaves=20,
)


def depth_of(value: object) -> int:
    """The nesting of a value, counted one level at a time."""
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(JSON_TEXT)
def test_nesting_is_that_of_the_value(value: object) -> None:
    body, depth = encode(value), depth_of(value)

    assert not nests_deeper(body, depth)
    assert depth == 0 or nests_deeper(body, depth - 1)


HOSTILE = {
    "openers": b"[" * (1 << 20),
    "pairs": b"[" * (1 << 19) + b"]" * (1 << 19),
    "objects": b'{"a":' * 200_000,
    "siblings": b"[" + b"{}," * 340_000 + b"{}]",
    "mismatched": b"[}" * (1 << 19),
    "brackets in strings": b'["[",' * 170_000,
    "quotes in strings": b'["\\"[",' * 140_000,
    "quotes": b'"' * (1 << 20),
    "backslashes": b"\\" * (1 << 20),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_body_takes_no_step_for_each_bracket(body: bytes) -> None:
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        nests_deeper(body)
    finally:
        sys.setprofile(None)

    assert steps < 5 * NESTING_MAX


def test_real_bodies_nest_less_than_the_limit() -> None:
    body = encode({"alerts": [{"labels": {"a": "b"}, "values": {"A": 1}}]})

    assert not nests_deeper(body, 10)
