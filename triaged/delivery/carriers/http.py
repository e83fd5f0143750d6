"""Requests to receivers: TLS verified, no redirects, no proxies, no cookies, answers cut short."""

import asyncio
from types import SimpleNamespace

import aiohttp

from triaged import __version__
from triaged.channels import ANSWER_MAX, HttpRequest, HttpResponse, NoAnswer
from triaged.clock import Clock
from triaged.core.text.wording import clean
from triaged.delivery.carriers.guard import guarded_socket, is_forbidden
from triaged.delivery.carriers.resolver import Resolver

ANSWER_S = 2.0
"""Time limit for the body of an answer whose status is known and decides. Where more than
`ANSWER_MAX` is wanted, the body decides, and has the time of the whole request."""

ERROR_MAX = 200


class _Progress:
    """The stage of an exchange, on which the meaning of a failure depends."""

    def __init__(self) -> None:
        self.sent = False
        self.answer: HttpResponse | None = None


async def _headers_sent(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _sent: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    context.trace_request_ctx.sent = True


class Http:
    """The client of every lane; two connectors, because the guard sits in one of them."""

    def __init__(self, clock: Clock, resolver: Resolver | None = None) -> None:
        self._clock = clock
        self._resolver = resolver or Resolver(clock)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def send(self, request: HttpRequest) -> HttpResponse | NoAnswer:
        """Make `request`; gives the answer, or the reason why there is none."""
        progress = _Progress()
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._exchange(request, progress)
        except TimeoutError:
            if progress.answer is not None:
                return progress.answer
            what = "answer" if progress.sent else "connection"
            error = f"no {what} within {request.timeout_s:g} s"
            return NoAnswer(error, progress.sent, timed_out=True)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return progress.answer or no_answer(error, sent=progress.sent)

    async def _exchange(self, request: HttpRequest, progress: _Progress) -> HttpResponse:
        async with self._session(guarded=request.guarded).request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            trace_request_ctx=progress,
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = HttpResponse(response.status, headers, b"", self._clock.now())
            progress.answer = answer
            body = await beginning(response, request.answer_max)
            return HttpResponse(answer.status, headers, body, answer.at)

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        if guarded not in self._sessions:
            self._sessions[guarded] = self._new_session(guarded=guarded)
        return self._sessions[guarded]

    def _new_session(self, *, guarded: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            socket_factory=guarded_socket if guarded else None,
            limit=0,  # the lanes bound what is under way; they must not share a queue
            force_close=True,  # a connection gone stale looks like a page that may have arrived
        )
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_headers_sent)
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"user-agent": f"triaged/{__version__}", "accept-encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,  # what a bomb unpacks to is nobody's business here
            trust_env=False,  # behind a proxy the guard would see only the proxy
            trace_configs=[trace],
        )

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


async def beginning(response: aiohttp.ClientResponse, most: int = ANSWER_MAX) -> bytes:
    """At most `most` bytes of the body, as far as they come within `ANSWER_S`."""
    body = bytearray()
    try:
        async with asyncio.timeout(ANSWER_S if most <= ANSWER_MAX else None):
            while left := most - len(body):
                part = await response.content.read(left)
                if not part:
                    break
                body += part
    except (TimeoutError, aiohttp.ClientError):
        pass  # the status has come, and it decides
    return bytes(body)


def no_answer(error: Exception, *, sent: bool) -> NoAnswer:
    """The outcome of a failed exchange. Its text never holds the address, whose path is secret."""
    if is_forbidden(error):
        return NoAnswer(clean(str(error), ERROR_MAX), permanent=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        why = f"the certificate of {error.host} does not hold: {error.certificate_error}"
        return NoAnswer(clean(why, ERROR_MAX), permanent=True)
    if isinstance(error, aiohttp.InvalidURL) or not isinstance(
        error, aiohttp.ClientError | OSError
    ):
        return NoAnswer(f"the request cannot be made: {type(error).__name__}", permanent=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return NoAnswer(f"not HTTP: {clean(error.message, ERROR_MAX)}", sent)
    return NoAnswer(clean(str(error) or type(error).__name__, ERROR_MAX), sent)
