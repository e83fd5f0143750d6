"""Logs on stderr: readable on a terminal, one JSON object a line otherwise.

Text of strangers cannot forge a line or drive a terminal: control characters are escaped. Secrets
do not get in: `Secret` prints as `<secret>`, telling names are blanked, and so is whatever looks
like one of our tokens, wherever it stands. The library loggers (aiohttp, asyncio) go the same way.
"""

import io
import logging
import os
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, redirect_stderr
from typing import Any, Literal, TextIO

import msgspec
import structlog
from structlog.typing import Processor

from triaged.terminal import in_colour
from triaged.wire import Secret

Event = MutableMapping[str, Any]
Format = Literal["auto", "console", "json"]

SECRET = "<secret>"  # noqa: S105 - what stands in place of one
SECRET_NAMES = frozenset({"authorization", "cookie", "password", "secret", "token"})
LINES_MAX = 10_000
"""Lines that wait while nobody reads them: 3 MB, minutes of a bad hour."""

WRITE_BYTES_MAX = 64 << 10
"""Of lines that are written at once: what a pipe holds."""

FLUSH_S = 2.0
"""Time limit of a stop's wait for the last lines, which perhaps nobody reads."""

TEXT_MAX = 4000
"""Characters of one value: enough for a traceback's message, too little to fill a disk."""

_TOKEN = re.compile(r"trg_[A-Za-z0-9_-]{20,}")
_UNSAFE = {
    code: f"\\u{code:04x}"
    for code in (
        *range(0x7F, 0xA0),  # DEL and C1: 0x9b starts a terminal sequence
        0x2028,
        0x2029,
        *range(0x202A, 0x202F),  # direction overrides: they make a line read otherwise
        *range(0x2066, 0x206A),
    )
}
_CONTROL = {code: f"\\x{code:02x}" for code in range(0x20)} | {0x0A: "\\n", 0x09: "\\t"} | _UNSAFE


def configure(level: str, form: Format = "auto", stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (stderr) from `level` on."""
    stream = stream or sys.stderr
    is_console = form == "console" or (form == "auto" and stream.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redacted,
    ]
    structlog.configure(
        processors=[*shared, *_ending(is_console=is_console, colors=in_colour(stream))],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,  # a reload may change the level
    )
    _take_over(number, [*shared, *_ending(is_console=is_console, colors=False)], stream)


def _ending(*, is_console: bool, colors: bool) -> list[Processor]:
    if is_console:
        return [escaped, structlog.dev.ConsoleRenderer(colors=colors)]
    return [as_json]


def _take_over(level: int, processors: list[Processor], stream: TextIO) -> None:
    """Let the standard library's loggers write the same lines; theirs start at warning."""
    handler = logging.StreamHandler(stream)
    foreign: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *processors,
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=foreign))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


class Outlet(io.TextIOBase):
    """A stream on which nobody waits: a thread of its own writes to the one it stands for.

    Paging must not stop because nobody reads the log. While a pipe is full lines wait; more than
    `LINES_MAX`, and all that a closed pipe does not take, are dropped, and `dropped` hears so.
    """

    def __init__(self, stream: TextIO) -> None:
        self.dropped: Callable[[int], object] = lambda _: None
        self._stream = stream
        self._descriptor = os.dup(stream.fileno())  # whoever closes the stream closes not this one
        self._texts: queue.Queue[str] = queue.Queue(LINES_MAX)
        threading.Thread(target=self._carry, name="log", daemon=True).start()

    def isatty(self) -> bool:
        """Whether a human reads it."""
        return self._stream.isatty()

    def write(self, text: str) -> int:
        """Have `text` written soon, or drop it."""
        try:
            self._texts.put_nowait(text)
        except queue.Full:
            self.dropped(1)
        return len(text)

    def settle(self) -> None:
        """Return when all is written, or nobody seems to read."""
        with self._texts.all_tasks_done:
            self._texts.all_tasks_done.wait_for(lambda: not self._texts.unfinished_tasks, FLUSH_S)

    def _carry(self) -> None:
        while True:
            texts = [self._texts.get()]
            size = len(texts[0])
            while size < WRITE_BYTES_MAX and not self._texts.empty():  # we alone take
                texts.append(self._texts.get())
                size += len(texts[-1])
            try:
                # Not by the stream: whoever ends the process would wait for its lock.
                _write_all(self._descriptor, "".join(texts).encode(errors="backslashreplace"))
            except OSError:
                self.dropped(len(texts))
            for _ in texts:
                self._texts.task_done()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def standing_for_stderr() -> Iterator[Outlet]:
    """Let nobody wait for stderr meanwhile; at the end, wait a moment for what is not out yet."""
    outlet = Outlet(sys.stderr)
    with redirect_stderr(outlet):
        try:
            yield outlet
        finally:
            outlet.settle()


def redacted(_logger: object, _method: str, event: Event) -> Event:
    """`event` without secrets; long values are cut."""
    return {name: _redacted(name, value) for name, value in event.items()}


def _redacted(name: str, value: object) -> object:
    if isinstance(value, Secret) or name.lower() in SECRET_NAMES:
        return SECRET
    if isinstance(value, dict):
        return {str(key): _redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", inner) for inner in value]
    if isinstance(value, str) and name != "exception":
        value = value if len(value) <= TEXT_MAX else f"{value[:TEXT_MAX]}…"
    return _TOKEN.sub(SECRET, value) if isinstance(value, str) else value


def escaped(_logger: object, _method: str, event: Event) -> Event:
    """`event` with visible control characters, for a terminal; our own tracebacks keep lines."""
    return {name: _visible(value, keep_lines=name == "exception") for name, value in event.items()}


def _visible(value: object, *, keep_lines: bool) -> object:
    if isinstance(value, int | float | bool | None):
        return value
    text = value if isinstance(value, str) else repr(value)
    if keep_lines:
        return "\n".join(line.translate(_CONTROL) for line in text.split("\n"))
    return text.translate(_CONTROL)


def as_json(_logger: object, _method: str, event: Event) -> str:
    """One JSON object; what JSON leaves unescaped and a terminal obeys is escaped too."""
    line = msgspec.json.encode(event, enc_hook=repr).decode()
    return line.translate(_UNSAFE)
