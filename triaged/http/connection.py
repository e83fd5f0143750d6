"""A client's connection, as aiohttp's server has it; what is no HTTP is answered like the rest."""

import asyncio

import structlog
from aiohttp import web

from triaged.http import problems
from triaged.http.connection_limits import REST_S
from triaged.http.context import Context

log = structlog.get_logger()


class Connection(web.RequestHandler):
    """One connection.

    Bodies come as they were sent: a `Content-Encoding` is refused, and nothing is unpacked before.
    """

    __slots__ = ("_context",)

    def __init__(self, server: web.Server, context: Context) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # as AppRunner takes it: no log
            auto_decompress=False,
            keepalive_timeout=REST_S,
        )
        self._context = context

    @property
    def rests_until(self) -> float | None:
        """When it will have rested for too long, by the loop's clock; None: something is asked.

        aiohttp has no public word for either.
        """
        rests = self._waiter is not None and not self._waiter.done()
        return self._next_keepalive_close_time if rests else None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what did not become a request, after which the connection ends."""
        if status < 500:
            reason, wrong = "not_http", (message or "").strip().partition("\n")[0].rstrip(":")
            answer = problems.problem(status, f"this is not HTTP/1.1 as it should be: {wrong}")
        else:
            reason = "failed"
            log.error("request.failed", exc_info=exc)
            answer = problems.unavailable("this went wrong here; the log of triaged says what")
        self._context.metrics.requests_refused.labels(reason).inc()
        log.info("request.refused", reason=reason, status=answer.status, client=request.remote)
        answer.force_close()
        return answer
