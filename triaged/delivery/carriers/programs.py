"""Programs that carry messages: run without a shell, with little around them, and not for long."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Iterable
from contextlib import suppress

from triaged.channels import Ended, NoAnswer, Program
from triaged.core.text.wording import clean
from triaged.wire import Secret

OUTPUT_MAX = 4096
"""Bytes of output that are kept; what is more is read and dropped, so that no pipe fills."""

WORDS_MAX = 200
PATH = "/usr/local/bin:/usr/bin:/bin"
REST_S = 0.5
"""For the last words of a program that has ended: a child of it may keep the pipe open."""


async def run(program: Program) -> Ended | NoAnswer:
    """Run the program to its end, or kill it with whatever it has started."""
    output = bytearray()
    try:
        process, reading = await _started(program)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        why = (reason or type(error).__name__).lower()
        return NoAnswer(f"the program cannot be run: {why}", permanent=True)
    try:
        async with asyncio.timeout(program.timeout_s):
            await _carried_out(process, reading, output)
    except TimeoutError:
        wait = f"the program did not end within {program.timeout_s:g} s"
        return NoAnswer(wait, maybe_accepted=True, timed_out=True)
    finally:
        await _killed(process)
        reading.close()
    assert process.returncode is not None, "it has been waited for"
    return Ended(process.returncode, words(bytes(output), program.environment.values()))


class _Output:
    """The end of a pipe to which the program writes.

    The pipe is ours: `wait` of a process that has pipes of its own waits for these, too, and a
    child of the program may keep them open.
    """

    def __init__(self, transport: asyncio.ReadTransport, stream: asyncio.StreamReader) -> None:
        self.stream = stream
        self.close = transport.close


async def _started(program: Program) -> tuple[Process, _Output]:
    """The process, its message before it and its output behind it. Raises OSError, ValueError."""
    environment = {name: each.reveal() for name, each in program.environment.items()}
    with os.fdopen(os.memfd_create("page"), "wb+") as message:
        message.write(program.text)
        message.seek(0)
        ours, theirs = os.pipe()
        output = await _output(ours)
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=message,
                stdout=theirs,
                stderr=theirs,
                cwd="/",
                env={"PATH": PATH} | environment,
                start_new_session=True,
            )
        except BaseException:
            output.close()
            raise
        finally:
            os.close(theirs)
    return process, output


async def _output(descriptor: int) -> _Output:
    stream = asyncio.StreamReader(limit=OUTPUT_MAX)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(descriptor, "rb")
    )
    return _Output(transport, stream)


async def _carried_out(process: Process, reading: _Output, output: bytearray) -> None:
    async with asyncio.TaskGroup() as group:
        rest = group.create_task(_read(reading.stream, output))
        await process.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_S):
                await asyncio.shield(rest)
        rest.cancel()


async def _read(stream: asyncio.StreamReader, output: bytearray) -> None:
    while part := await stream.read(OUTPUT_MAX):
        output += part[: OUTPUT_MAX - len(output)]


async def _killed(process: Process) -> None:
    """End the program's session, in which everything is that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def words(output: bytes, secrets: Iterable[Secret]) -> str:
    """The output as one harmless line, in which no secret of ours stands."""
    text = output.decode("utf-8", "replace")
    for secret in secrets:
        if secret.reveal():
            text = text.replace(secret.reveal(), str(secret))
    return clean(text, WORDS_MAX)
