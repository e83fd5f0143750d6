import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triaged.channels.common.telephone.gsm7 import BASIC, fitted, places, plain, room, segments_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("disk_full {db-1} [eu|us] ~90%", "disk-full (db-1) (eu/us) -90%"),
        ("it\u2019s \u201cdown\u201d \u2014 now\u2026", 'it\'s "down" - now...'),
        ("a\u00a0b", "a b"),
        ("na\u0159\u00edzen\u00ed", "narizeni"),
        ("\U0001f525 checkout", "  checkout"),
        ("\u6771\u4eac", "\u6771\u4eac"),
    ],
)
def test_text_is_put_into_the_alphabet_where_no_letter_is_lost(text: str, expected: str) -> None:
    found = plain(text)

    assert found.split() == expected.split()


def test_letter_of_another_alphabet_keeps_the_text_as_it_is() -> None:
    assert plain("\u0417\u0430\u043a\u0430\u0437 down") == "\u0417\u0430\u043a\u0430\u0437 down"


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("\u6771" * 70, 1),
        ("\u6771" * 71, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("\U0001f525" * 35, 1),
        ("\U0001f525" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, segments: int) -> None:
    assert segments_of(text) == segments


@settings(max_examples=200)
@given(st.text(max_size=400), st.sampled_from([1, 3]))
def test_fitted_text_takes_no_more_than_its_segments(text: str, segments: int) -> None:
    found = fitted("SEV-1 ", plain(text), " INC-12 Reply 12a=ack", segments)

    assert segments_of(found) <= segments
    assert found.startswith("SEV-1 ")
    assert found.endswith(" INC-12 Reply 12a=ack")


@settings(max_examples=200)
@given(st.text(alphabet=sorted(BASIC), max_size=200))
def test_text_in_the_alphabet_takes_a_place_for_each_character(text: str) -> None:
    assert places(text) == len(text)
    assert room(text) == 160


@pytest.mark.parametrize(
    ("text", "segments", "taken"),
    [("x" * 400, 1, 160), ("x" * 900, 3, 459), ("[" * 400, 1, 160), ("\u6771" * 400, 1, 70)],
)
def test_long_text_fills_its_segments(text: str, segments: int, taken: int) -> None:
    found = fitted("SEV-1 ", text, " INC-12", segments)

    assert taken - 1 <= places(found) <= taken
    assert found.endswith(".. INC-12")
