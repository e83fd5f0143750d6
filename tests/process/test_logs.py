"""Log lines cannot be forged, cannot drive a terminal, and hold no secret."""

import io
import json
import logging
import os
from collections.abc import Iterator
from select import select

import pytest
import structlog

from triaged.process import logs
from triaged.wire import Secret

HOSTILE = 'x\n{"level":"info","event":"forged"}\x1b]0;title\x07\x9b2J\u2028\u202eend'
TOKEN = "trg_" + "a" * 43


@pytest.fixture(autouse=True)
def _leave_as_found() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(form: logs.Format, level: str = "info", **values: object) -> list[str]:
    stream = io.StringIO()
    logs.configure(level, form, stream)
    structlog.get_logger().info("alert.received", **values)
    return stream.getvalue().splitlines()


def test_json_is_one_object_a_line() -> None:
    (line,) = lines_of("json", incident="INC-1", number=3)

    found = json.loads(line)
    assert found.pop("ts").endswith("Z")
    assert found == {"event": "alert.received", "level": "info", "incident": "INC-1", "number": 3}


def test_auto_is_json_where_there_is_no_terminal() -> None:
    assert json.loads(lines_of("auto")[0])["event"] == "alert.received"


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_colours_unless_it_does_not_want_them(
    no_color: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    stream = Terminal()

    logs.configure("info", "auto", stream)
    structlog.get_logger().info("alert.received")

    assert ("\x1b" in stream.getvalue()) is not bool(no_color)


def test_a_strangers_text_cannot_forge_a_json_line() -> None:
    lines = lines_of("json", title=HOSTILE)

    assert len(lines) == 1
    assert json.loads(lines[0])["title"] == HOSTILE
    assert not {"\x1b", "\x9b", "\x07", "\u2028", "\u202e"} & set(lines[0])


def test_a_strangers_text_cannot_drive_a_terminal() -> None:
    lines = lines_of("console", title=HOSTILE, labels={"a": "\x1b[31m"})

    assert len(lines) == 1
    assert not {"\x1b", "\x9b", "\x07", "\u2028", "\u202e"} & set(lines[0])
    assert "\\x1b" in lines[0]


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_not_logged(form: logs.Format) -> None:
    values: dict[str, object] = {
        "channel": {"url": "https://example.org", "secret": "canary-1"},
        "key": Secret("canary-2"),
        "authorization": "Bearer canary-3",
        "several": [Secret("canary-4"), f"?token={TOKEN}"],
        "text": f"got {TOKEN} from a header",
    }

    text = "".join(lines_of(form, token=TOKEN, values=values))

    assert "canary" not in text
    assert TOKEN not in text
    assert "<secret>" in text


def test_lines_below_the_level_are_left_out() -> None:
    assert lines_of("json", "warning") == []


def test_an_error_is_logged_with_its_traceback_and_without_locals() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    password = "canary-local"
    try:
        len(password) / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("loop.failed")

    line = stream.getvalue()
    assert "ZeroDivisionError" in json.loads(line)["exception"]
    assert line.count("canary") == 0


def test_long_values_are_cut() -> None:
    (line,) = lines_of("json", body="x" * 100_000)

    assert len(line) < 5000


def test_library_loggers_write_the_same_lines() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)

    logging.getLogger("aiohttp.server").warning("refused %s", "\x1b[0m")

    found = json.loads(stream.getvalue())
    assert (found["event"], found["level"]) == ("refused \x1b[0m", "warning")
    assert "\x1b" not in stream.getvalue()


def test_a_pipe_that_nobody_reads_stops_nobody_and_what_it_does_not_take_is_counted() -> None:
    reading, writing = os.pipe()
    dropped: list[int] = []
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as pipe:
        outlet = logs.Outlet(pipe)
        outlet.dropped = dropped.append

        for n in range(5 * logs.LINES_MAX):
            outlet.write(f"{n:07d}\n")

        assert len(dropped) > logs.LINES_MAX
        assert reader.readline() == "0000000\n"


def test_a_pipe_that_is_closed_stops_nobody_and_what_it_does_not_take_is_counted() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    dropped: list[int] = []
    with os.fdopen(writing, "w") as pipe:
        outlet = logs.Outlet(pipe)
        outlet.dropped = dropped.append

        outlet.write("a line\n")
        outlet.settle()

    assert dropped == [1]


def test_what_is_logged_last_gets_out() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader:
        with os.fdopen(writing, "w") as pipe:
            outlet = logs.Outlet(pipe)

            outlet.write("daemon.stopping\n")
            outlet.settle()

        assert select([reader], [], [], 0)[0] == [reader]
