"""A client's connection; what arrives on it and is no HTTP gets a problem document, too."""

import structlog
from aiohttp import web

from triaged.http import problems
from triaged.http.aiohttp_internals import QuietHandler
from triaged.http.connection_limits import IDLE_S
from triaged.http.context import Context

log = structlog.get_logger()


class Connection(QuietHandler):
    """One connection, whose protocol errors are answered, counted and logged like refusals."""

    __slots__ = ("_context",)

    def __init__(self, server: web.Server, context: Context) -> None:
        super().__init__(server, IDLE_S)
        self._context = context

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to bytes that did not become a request, after which the connection ends."""
        if status < 500:
            reason, wrong = "not_http", (message or "").strip().partition("\n")[0].rstrip(":")
            answer = problems.problem(status, f"this is not valid HTTP/1.1: {wrong}")
        else:
            reason, answer = "failed", problems.failed()
            log.error("request.failed", exc_info=exc)
        self._context.metrics.requests_refused.labels(reason).inc()
        log.info("request.refused", reason=reason, status=answer.status, client=request.remote)
        answer.force_close()
        return answer
