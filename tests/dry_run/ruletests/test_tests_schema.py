import pytest

from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.ruletests.tests_schema import format_offset, parse_instant, parse_offset


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("0s", 0),
        ("2m30s", 150 * SECOND),
        ("0.25s", 250_000),
        ("1m0.5s", MINUTE + 500_000),
        ("1h0.001s", 60 * MINUTE + 1_000),
    ],
)
def test_an_offset_reads_as_it_is_written(text: str, us: int) -> None:
    assert parse_offset(text) == us
    assert parse_offset(format_offset(us)) == us


@pytest.mark.parametrize("text", ["", "1x", "1.5m", "-1s", ".5s", "1.s", "1.1234567s"])
def test_no_offset_says_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a duration such as .* got"):
        parse_offset(text)


def test_an_instant_has_its_zone() -> None:
    assert parse_instant("2026-03-30T10:00:00+02:00") == parse_instant("2026-03-30T08:00:00Z")
    for text in ("2026-03-30T10:00:00", "tomorrow", ""):
        with pytest.raises(ValueError, match="expected an instant with its zone"):
            parse_instant(text)
