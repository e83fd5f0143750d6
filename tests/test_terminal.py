import io

import pytest

from triaged.terminal import in_colour


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_is_in_colour_unless_its_user_does_not_want_that(
    no_color: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)

    assert in_colour(Terminal()) is not bool(no_color)
    assert not in_colour(io.StringIO())
