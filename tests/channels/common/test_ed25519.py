"""The vectors are those of https://www.rfc-editor.org/rfc/rfc8032#section-7.1."""

import pytest

from triaged.channels.common.ed25519 import is_signed, problem_of

KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_vector_of_the_rfc_holds() -> None:
    assert is_signed(b"\x72", SIGNATURE, KEY)


@pytest.mark.parametrize(
    ("message", "signature", "key"),
    [
        (b"\x73", SIGNATURE, KEY),
        (b"\x72", SIGNATURE[:-2] + "01", KEY),
        (b"\x72", SIGNATURE[:-2], KEY),
        (b"\x72", "no hex", KEY),
        (b"\x72", "", KEY),
        (b"\x72", SIGNATURE, "00" * 32),
    ],
)
def test_anything_else_does_not(message: bytes, signature: str, key: str) -> None:
    assert not is_signed(message, signature, key)


@pytest.mark.parametrize("key", ["", "ab", "x" * 64, KEY + "00"])
def test_key_that_is_none_has_a_problem(key: str) -> None:
    assert problem_of(key) == "must be 64 hexadecimal digits, a public key of Ed25519"
    assert problem_of(KEY) is None
