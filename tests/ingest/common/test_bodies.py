"""What is taken out of a body before it is JSON."""

import msgspec
import pytest

from triaged.errors import Malformed
from triaged.ingest.common.bodies import bound_nesting, without_nul, without_surrogates
from triaged.wire import NESTING_MAX


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"a\u0000b"', "ab"),
        (rb'"\u0000\u0000"', ""),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"\\\u0000"', "\\"),
        (rb'"plain"', "plain"),
    ],
)
def test_nul_is_taken_out_and_what_looks_like_it_stays(body: bytes, text: str) -> None:
    assert msgspec.json.decode(without_nul(body)) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"\udfff\ud800x"', "\ufffd\ufffdx"),
        (rb'"\ud83d\ude80 \uD83D"', "🚀 \ufffd"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\ud7ff\ue000"', "\ud7ff\ue000"),
    ],
)
def test_lone_surrogates_are_replaced_and_pairs_stay(body: bytes, text: str) -> None:
    assert msgspec.json.decode(without_surrogates(body)) == text


def test_nesting_is_bounded() -> None:
    bound_nesting(b"[" * NESTING_MAX + b"]" * NESTING_MAX)

    with pytest.raises(Malformed):
        bound_nesting(b'{"a":' * (NESTING_MAX + 1))
