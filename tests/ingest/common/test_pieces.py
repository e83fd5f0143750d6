import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.ingest import Reason
from triaged.ingest.common.pieces import ELEMENTS_MAX, FRAME_MAX, PIECE_ELEMENTS, Piece, cut

ALERTS = ("alerts",)
texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["alerts", '"', "\\\\", '[{"alerts":[', "]}"]
)
values = st.recursive(
    st.none() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


def pieces(body: bytes, path: tuple[str, ...] = ALERTS) -> list[Piece]:
    """All of them."""
    return [piece for piece in cut(body, path) if piece is not None]


@given(elements=st.lists(values, max_size=5), before=values, after=values)
def test_pieces_have_all_elements_in_order_and_what_stands_around(
    elements: list[object], before: object, after: object
) -> None:
    many = elements * (2 * PIECE_ELEMENTS)
    whole = {"x": before, "alerts": many, "y": after}

    found = [msgspec.json.decode(piece.body) for piece in pieces(msgspec.json.encode(whole))]

    assert [one for part in found for one in part["alerts"]] == many
    assert all((part["x"], part["y"]) == (before, after) for part in found)


@pytest.mark.parametrize("path", [(), ALERTS])
def test_a_list_alone_is_the_list_of_elements(path: tuple[str, ...]) -> None:
    body = msgspec.json.encode(list(range(2 * PIECE_ELEMENTS)))

    first, second = pieces(body, path)

    assert msgspec.json.decode(first.body) == list(range(PIECE_ELEMENTS))
    assert (second.first, second.elements) == (PIECE_ELEMENTS, PIECE_ELEMENTS)


def test_elements_beyond_the_limit_are_one_piece_with_a_fault() -> None:
    body = msgspec.json.encode({"alerts": [{"n": n} for n in range(ELEMENTS_MAX + 50)]})

    *_, last = pieces(body)

    assert last.fault is not None
    assert (last.fault.reason, last.first, last.elements) == (Reason.TOO_MANY, ELEMENTS_MAX, 50)
    assert len(msgspec.json.decode(last.body)["alerts"]) == 50


def test_an_element_of_too_many_values_costs_none_of_its_neighbours() -> None:
    body = msgspec.json.encode({"alerts": [{"a": 1}, {"b": [0] * 50_000}, {"c": 1}]})

    before, large, after = pieces(body)

    assert (before.fault, after.fault) == (None, None)
    assert large.fault is not None
    assert msgspec.json.decode(after.body) == {"alerts": [{"c": 1}]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"x":[' + b"[]," * 40_000 + b'0],"alerts":[1,2]}', Reason.TOO_MANY),
        (b"[" * 5_000 + b"]" * 5_000, Reason.NESTED_TOO_DEEP),
        (b'{"alerts":[1,2', Reason.NOT_JSON),
        (b'{"alerts":["', Reason.NOT_JSON),
    ],
    ids=["junk", "deep", "cut off", "cut off in a text"],
)
def test_what_cannot_be_cut_says_why(body: bytes, reason: Reason) -> None:
    [piece] = pieces(body)

    assert piece.fault is not None
    assert (piece.fault.reason, piece.body) == (reason, body)


def test_texts_over_many_steps_are_walked_whole() -> None:
    long = '\\\\"]' * FRAME_MAX
    body = msgspec.json.encode({"alerts": [{"a": long[:20_000]}] * 3})

    found = [msgspec.json.decode(piece.body)["alerts"] for piece in pieces(body)]

    assert [one for part in found for one in part] == [{"a": long[:20_000]}] * 3
