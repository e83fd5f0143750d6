"""A body is parsed in a process of its own, within a deadline."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE

import msgspec
import structlog

from triaged.core.records.duty.feeds import FeedReading, UnreadableFeed
from triaged.feeds.request import Request

DEADLINE_S = 30.0
"""On a busy machine; the process itself ends after 5 s of processor time."""

CHILD = "triaged.process.feeds.child"

log = structlog.get_logger()
_decoder: msgspec.msgpack.Decoder[FeedReading | UnreadableFeed] = msgspec.msgpack.Decoder(
    FeedReading | UnreadableFeed
)


async def parsed(request: Request) -> FeedReading | UnreadableFeed:
    """The outcome of reading a body; UnreadableFeed, too, after the deadline or beyond memory."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", CHILD, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            output, _ = await child.communicate(msgspec.msgpack.encode(request))
    except TimeoutError:
        return UnreadableFeed(f"it takes more than {DEADLINE_S:g} s to read")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        return _decoder.decode(output)
    except msgspec.MsgspecError:
        log.warning("feed.parser_failed", status=child.returncode)
        return UnreadableFeed("it takes more than 5 s of processor time, or 1 GiB, to read")
