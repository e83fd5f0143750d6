import pytest

from triaged.channels.common.telephone.spoken import SPOKEN_MAX, digits, spoken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INC-12 is acknowledged by bob.", "incident 1 2 is acknowledged by bob."),
        ("SEV-1 disk_full on <db>", "severity 1 disk full on db"),
        ("see https://x.example/y and http[:]//z now", "see and now"),
        ("at www.evil.example, 90%", "at 90%"),
        ("a & b | c", "a b c"),
    ],
)
def test_signs_and_addresses_are_not_read_out(text: str, expected: str) -> None:
    assert spoken(text) == expected


def test_long_text_ends_after_a_word() -> None:
    found = spoken("word " * 100)

    assert len(found) <= SPOKEN_MAX
    assert found.endswith("word")
    assert len(spoken("x" * 1000)) == SPOKEN_MAX


def test_number_is_read_digit_by_digit() -> None:
    assert digits(1042) == "1 0 4 2"
