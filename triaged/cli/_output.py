"""Results on a terminal: tables, a little colour, and texts of strangers made harmless."""

import json
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from triaged.core.time.durations import SECOND
from triaged.terminal import in_colour

COLOURS = {
    "SEV-1": "31;1",
    "SEV-2": "33;1",
    "SEV-3": "36",
    "open": "31",
    "acknowledged": "33",
    "ack": "33",
    "resolved": "32",
    "missed": "31",
    "error": "31;1",
    "warning": "33",
}
LAST_MIN = 10
"""Characters of the last column, however narrow the terminal is."""

# Control characters and the marks that reorder text: alert text must not move the cursor.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """`text` on one line, without characters that would act on the terminal."""
    return _UNSAFE.sub("", str(text)).replace("\n", " ").replace("\t", " ")


def paint(text: str, word: str) -> str:
    """`text` in the colour of `word`, on a terminal."""
    code = COLOURS.get(word)
    return f"\x1b[{code}m{text}\x1b[0m" if code and in_colour(sys.stdout) else text


def print_json(value: object) -> None:
    """`value` as JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def count_text(number: int, noun: str) -> str:
    """`1 incident`, `2 incidents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, wraps: bool = False
) -> None:
    """Rows under a header, in columns.

    On a terminal the last column is cut to the room that is left, or `wraps` within it.
    """
    table = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *table, strict=True)]
    used = sum(widths[:-1]) + 2 * (len(header) - 1)
    room = columns()
    left_over = None if room is None else max(room - used, LAST_MIN)
    for row in ([*header], *table):
        cells = [
            paint(cell.ljust(width), cell.partition(" ")[0])
            for cell, width in zip(row[:-1], widths[:-1], strict=True)
        ]
        last = row[-1] if left_over is None or wraps else cut(row[-1], left_over)
        first, *more = folded(last, left_over) if wraps else [last]
        print("  ".join([*cells, paint(first, last)]).rstrip())
        for line in more:
            print(" " * used + line)


def columns() -> int | None:
    """The width of the terminal; None: stdout is none."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None


def folded(text: str, width: int | None) -> list[str]:
    """`text` in lines of `width`, broken between words; an address stays whole."""
    if width is None:
        return [text]
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def cut(text: str, width: int) -> str:
    """`text`, or its beginning and an ellipsis."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """`name   value` lines, aligned, folded on a terminal; empty values are left out."""
    filled = [(name, clean(value)) for name, value in fields if value not in (None, "", {}, [])]
    width = max((len(name) for name, _ in filled), default=0)
    room = columns()
    for name, value in filled:
        first, *more = folded(value, None if room is None else max(room - width - 2, LAST_MIN))
        print(f"{name.ljust(width)}  {paint(first, value)}")
        for line in more:
            print(" " * (width + 2) + line)


def local_time(text: str | None) -> str:
    """An RFC 3339 instant in the terminal's zone, to the second; empty for None."""
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone()
    return at.strftime("%Y-%m-%d %H:%M:%S %Z")


def local_day(text: str) -> str:
    """The day of an RFC 3339 instant in the terminal's zone, and the zone."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %Z")


def local_clock(text: str) -> str:
    """The time of day of an RFC 3339 instant in the terminal's zone."""
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S")


def left(text: str | None) -> str:
    """How long until an RFC 3339 instant: `in 4m`, `12m ago`; empty for None."""
    from triaged.clock import SystemClock
    from triaged.wire import instant

    if not text:
        return ""
    seconds = round((instant(datetime.fromisoformat(text)) - SystemClock().now()) / SECOND)
    size = abs(seconds)
    words = f"{size}s" if size < 60 else f"{size // 60}m" if size < 7200 else f"{size // 3600}h"
    return f"in {words}" if seconds >= 0 else f"{words} ago"


def show(output: str, value: Any, text: Any) -> None:
    """`value` as JSON when asked for, else by `text(value)`."""
    if output == "json":
        print_json(value)
    else:
        text(value)
