"""Pages on a stream: one at a time, in colour on a terminal."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from queue import Full, Queue
from typing import TextIO

from triaged.channels import ATTEMPT_S, Line, NoAnswer, Written
from triaged.terminal import in_colour

COLOURS = {"SEV-1": "1;37;41", "SEV-2": "1;31", "SEV-3": "1;33", "SEV-4": "1;36"}
"""https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ (SGR)"""


BLOCKS_MAX = 100
"""Blocks that wait while nobody reads: each lane has few attempts under way at once."""

Block = tuple[str, Future[None]]
"""A text, and the future that is set when it is written."""


class Console:
    """Writes blocks to `stream`, on a thread of its own: a reader that hangs blocks nothing.

    The thread is a daemon: a process that stops does not wait for it.
    """

    def __init__(self, stream: TextIO, *, colour: bool | None = None) -> None:
        self._stream = stream
        self._colour = in_colour(stream) if colour is None else colour
        self._blocks: Queue[Block | None] | None = None

    async def send(self, line: Line) -> Written | NoAnswer:
        """Write the block and flush it."""
        text = coloured(line) if self._colour else line.text
        written: Future[None] = Future()
        try:
            self._queue().put_nowait((text, written))
            async with asyncio.timeout(ATTEMPT_S):
                await asyncio.wrap_future(written)
        except Full:
            return NoAnswer("nobody reads the console")
        except TimeoutError:
            return NoAnswer("nobody reads the console", maybe_accepted=True)
        except (OSError, ValueError) as error:  # ValueError: it has been closed
            return NoAnswer(f"the console cannot be written: {error}")
        return Written()

    def _queue(self) -> "Queue[Block | None]":
        if self._blocks is None:
            self._blocks = Queue(BLOCKS_MAX)
            arguments = (self._stream, self._blocks)
            threading.Thread(
                target=_write_blocks, args=arguments, name="console", daemon=True
            ).start()
        return self._blocks

    def close(self) -> None:
        """Let the thread end; a later block starts another."""
        if self._blocks is not None:
            with suppress(Full):  # nobody reads: it waits in a write, and ends with the process
                self._blocks.put_nowait(None)
            self._blocks = None


def _write_blocks(stream: TextIO, blocks: "Queue[Block | None]") -> None:
    while (block := blocks.get()) is not None:
        text, written = block
        if not written.set_running_or_notify_cancel():
            continue  # its attempt is over
        try:
            _write(stream, text)
        except (OSError, ValueError) as error:
            written.set_exception(error)
        else:
            written.set_result(None)


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def coloured(line: Line) -> str:
    """The block with its first line in the colour of the severity."""
    head, newline, rest = line.text.partition("\n")
    colour = COLOURS.get(line.severity, "1")
    return f"\x1b[{colour}m{head}\x1b[0m{newline}{rest}"
