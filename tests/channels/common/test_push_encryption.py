"""The vector is that of RFC 8291, section 5 and Appendix A."""

import pytest

from tests.channels.fakes.push_service import Visitor
from triaged.channels.common.push_encryption import (
    KEY_BYTES,
    PLAIN_MAX,
    RECORD_MAX,
    Browser,
    Fresh,
    bytes_of,
    encrypted,
    fresh,
    is_point,
    public_key,
    text_of,
)

PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
PRIVATE, AUTH = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
BROWSER = Browser(bytes_of(PUBLIC), bytes_of(AUTH))


def test_documented_message_is_made() -> None:
    made = encrypted(PLAIN, BROWSER, Fresh(bytes_of(SENDER), bytes_of(SALT)))

    assert text_of(made) == BODY


def test_documented_message_is_read() -> None:
    assert Visitor(PRIVATE, AUTH).read(bytes_of(BODY)) == PLAIN


@pytest.mark.parametrize("length", [0, 1, PLAIN_MAX])
def test_longest_text_fills_a_message(length: int) -> None:
    plain = b"x" * length

    made = encrypted(plain, BROWSER, fresh(b"k" * KEY_BYTES, b"1"))

    assert len(made) <= RECORD_MAX
    assert (len(made) == RECORD_MAX) is (length == PLAIN_MAX)
    assert Visitor(PRIVATE, AUTH).read(made) == plain


def test_keys_of_a_message_follow_from_all_that_sets_it_apart() -> None:
    ours = fresh(b"k" * KEY_BYTES, b"about")

    assert ours == fresh(b"k" * KEY_BYTES, b"about")
    assert len(ours.private) == KEY_BYTES
    for other in (fresh(b"l" * KEY_BYTES, b"about"), fresh(b"k" * KEY_BYTES, b"other")):
        assert other.private != ours.private
        assert other.salt != ours.salt


def test_points_that_are_not_on_the_curve_are_told() -> None:
    assert is_point(BROWSER.public)
    assert is_point(public_key(bytes_of(SENDER)))
    for wrong in (b"", BROWSER.public[:-1], b"\4" + b"\1" * 64, b"\2" + BROWSER.public[1:33]):
        assert not is_point(wrong)


@pytest.mark.parametrize("text", ["a b", "\u00e4", "a", "*", ""])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|Invalid"):
        bytes_of(text)


def test_both_alphabets_are_read() -> None:
    assert bytes_of("+/+/") == bytes_of("-_-_") == b"\xfb\xff\xbf"
    assert bytes_of("AA==\n") == b"\0"
