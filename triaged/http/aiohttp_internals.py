"""The parts of aiohttp that its documentation does not promise, each behind a function or a class.

The test of this module names the versions with which each of them was tried. Nothing else of
triaged leans on a private name of aiohttp, nor on the order of its calls.
"""

import asyncio

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class QuietHandler(web.RequestHandler):
    """A connection without an access log, whose bodies come as they were sent.

    aiohttp documents neither the constructor nor that a handler may be derived from.
    """

    __slots__ = ()

    def __init__(self, server: web.Server, idle_s: float) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # as AppRunner passes it: no log
            auto_decompress=False,
            keepalive_timeout=idle_s,
        )

    @property
    def idle_until(self) -> float | None:
        """The loop's time at which aiohttp closes it for being idle; None: a request is handled."""
        is_idle = self._waiter is not None and not self._waiter.done()
        return self._next_keepalive_close_time if is_idle else None


class WholeResponse(web.StreamResponse):
    """A response that is sent in one write, head and all, on a connection that stays open.

    aiohttp calls `prepare` and `write_eof`, and reads `keep_alive`. A `web.Response` is put
    together from a dozen objects and checked header by header, which is a sixth of the cost of a
    request with one alert.
    """

    def __init__(self, whole: bytes) -> None:
        super().__init__()
        self._whole = whole

    @property
    def keep_alive(self) -> bool:
        """True: another request may follow."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send all of it."""
        await request.writer.write(self._whole)
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to be sent."""


async def write_continue(request: web.BaseRequest) -> None:
    """Tell the client to send its body: https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1.

    The bytes must not count as a part of the answer: aiohttp answers no error once some are out.
    """
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0


def end_connection(request: web.BaseRequest) -> None:
    """Close the connection after this answer, whatever its headers said."""
    request.protocol.force_close()
