import io
import os

import pytest

from triaged.terminal import can_show, in_colour, unbuffered


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


def test_an_unbuffered_stream_writes_at_once_and_leaves_the_other_one_open() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as pipe:
        stream = unbuffered(pipe)

        stream.write("a line\n")

        assert reader.readline() == "a line\n"
        stream.close()
        assert not pipe.closed
        pipe.write("another\n")
        pipe.flush()
        assert reader.readline() == "another\n"


@pytest.mark.parametrize(
    ("encoding", "shows"), [("utf-8", True), ("cp437", True), ("latin-1", False), ("ascii", False)]
)
def test_blocks_are_shown_where_the_encoding_has_them(encoding: str, shows: bool) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)

    assert can_show(stream, "█") is shows
    assert can_show(stream, "#")
