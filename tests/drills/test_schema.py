import pytest

from triaged.drills.schema import parse_clock, show_clock


@pytest.mark.parametrize(("text", "speed"), [("real", 1), ("x1", 1), ("x4", 4), ("x60", 60)])
def test_clock_is_real_or_so_many_times_faster(text: str, speed: int) -> None:
    assert parse_clock(text) == speed


@pytest.mark.parametrize("text", ["", "x0", "x61", "60", "x-1", "x٣"])
def test_other_clocks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected `real`"):
        parse_clock(text)


def test_clock_is_shown_as_it_is_written() -> None:
    assert [show_clock(1), show_clock(60)] == ["real", "x60"]
