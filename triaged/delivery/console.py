"""Pages on a stream: one at a time, in colour where somebody is looking."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

from triaged.channels import ATTEMPT_S, Line, NoAnswer, Written
from triaged.terminal import in_colour

COLOURS = {"SEV-1": "1;37;41", "SEV-2": "1;31", "SEV-3": "1;33", "SEV-4": "1;36"}
"""https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ (SGR)"""


class Console:
    """Writes blocks to `stream`, in a thread of its own: a reader that hangs blocks nothing."""

    def __init__(self, stream: TextIO, *, colour: bool | None = None) -> None:
        self._stream = stream
        self._colour = in_colour(stream) if colour is None else colour
        self._thread: ThreadPoolExecutor | None = None

    async def send(self, line: Line) -> Written | NoAnswer:
        """Write the block and flush it."""
        text = coloured(line) if self._colour else line.text
        loop = asyncio.get_running_loop()
        self._thread = self._thread or ThreadPoolExecutor(1, "console")
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await loop.run_in_executor(self._thread, self._write, text)
        except TimeoutError:
            return NoAnswer("nobody reads the console", maybe_accepted=True)
        except (OSError, ValueError) as error:  # ValueError: it has been closed
            return NoAnswer(f"the console cannot be written: {error}")
        return Written()

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()

    def close(self) -> None:
        """Let go of the thread; a later block starts another."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


def coloured(line: Line) -> str:
    """The block with its first line in the colour of the severity."""
    head, newline, rest = line.text.partition("\n")
    colour = COLOURS.get(line.severity, "1")
    return f"\x1b[{colour}m{head}\x1b[0m{newline}{rest}"
