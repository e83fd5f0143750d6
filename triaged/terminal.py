"""Abilities of a stream: colour, and the characters that it can show."""

import io
import os
from typing import TextIO


def in_colour(stream: TextIO) -> bool:
    """Whether it is a terminal whose user did not say NO_COLOR: https://no-color.org/."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def unbuffered(stream: TextIO) -> TextIO:
    """A stream to the same file that keeps nothing back and shares no lock with `stream`.

    Python flushes stdout when the process ends, and aborts it where a thread still waits in a
    write to stdout: on a pipe that is full and that nobody reads.
    """
    raw = io.FileIO(os.dup(stream.fileno()), "w")
    return io.TextIOWrapper(raw, encoding=stream.encoding, write_through=True)


def can_show(stream: TextIO, text: str) -> bool:
    """Whether the stream's encoding has all characters of a text."""
    try:
        text.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
