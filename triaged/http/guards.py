"""Guards before every handler: site, host and scope are checked, and any fault has an answer."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from triaged.errors import Malformed, StoreUnavailable
from triaged.http import answers, origins, problems
from triaged.http.auth import ANYBODY, Caller, credential
from triaged.http.bodies import (
    API_BODY_MAX,
    Broken,
    Stopped,
    TooLarge,
    TooSlow,
    Unread,
    decode,
    read_body,
)
from triaged.http.context import Context
from triaged.http.routes import Call, Route, Scope
from triaged.http.sessions import proxy_caller, secret_of, session_caller

Bound = Callable[[web.BaseRequest, Mapping[str, str]], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


def bound(route: Route, context: Context) -> Bound:
    """The route with its guards, for a request and the names in its path."""

    async def run(request: web.BaseRequest, params: Mapping[str, str]) -> web.StreamResponse:
        call = Call(context, request, params)
        if request.transport is not None:
            context.connection_limits.requested(request.transport)
        try:
            refusal = misplaced(call) or await _admit(call, route.scope)
            if refusal is not None:
                return _presented(route, call, refusal)
            if route.scope is Scope.READ:
                await context.backlog.settled()
            found = await (route.handler(call) if route.body is None else _decoded(route, call))
            # a fifth of a microsecond; a function around it would cost a sender four times that
            return found if isinstance(found, web.StreamResponse) else answers.encoded(found)
        except Malformed as error:
            return _presented(route, call, route.refuse(call, error))
        except StoreUnavailable:
            answer = problems.unavailable("the store cannot be used now")
            return _presented(route, call, refused(call, "store_unavailable", answer))
        except Exception:
            log.exception("request.failed", method=route.method, path=route.path)
            return _presented(route, call, refused(call, "failed", problems.failed()))

    return run


def _presented(route: Route, call: Call, refusal: web.Response) -> web.Response:
    """The refusal as whoever uses the route reads it."""
    return refusal if route.present is None else route.present(call, refusal)


async def _decoded(route: Route, call: Call) -> object:
    """The result of the route's handler, called with the body that it declares."""
    assert route.body is not None, "the caller has checked that"
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    return await route.handler(call, decode(body, route.body))


def misplaced(call: Call) -> web.Response | None:
    """The refusal of a request that comes from another site, or asks for another host."""
    configuration = call.context.configuration
    if origins.is_refused_host(call.request, configuration):
        return refused(call, "host", problems.misdirected())
    if origins.is_cross_site(call.request, configuration.public_url):
        return refused(call, "cross_site", problems.cross_site())
    return None


async def _admit(call: Call, scope: Scope) -> web.Response | None:
    """The refusal of a caller who lacks the route's scope."""
    match scope:
        case Scope.READ | Scope.RESPOND | Scope.ADMIN | Scope.REPORT:
            return await admit(call, scope)
        case Scope.STATUS if "status" not in call.context.configuration.public:
            return await admit(call, Scope.READ)
        case Scope.FORM if "report" not in call.context.configuration.public:
            return await admit(call, Scope.REPORT)
        case Scope.METRICS if "metrics" not in call.context.configuration.public:
            return await admit(call, Scope.READ)
        case _:
            return None  # public, or the handler asks


async def admit(call: Call, scope: str, *, token_in_url: bool = False) -> web.Response | None:
    """Identify the caller and check that they hold `scope`; the refusal if they do not."""
    context, configuration = call.context, call.context.configuration
    if configuration.auth == "none":
        call.caller = ANYBODY
        return None
    token = credential(call.request.headers)
    if token is None and token_in_url:
        token = call.request.query.get("token")
    if token is None and not scope.startswith("ingest:"):
        caller = await _browser(call)
        if caller is not None and is_forged(call):
            return refused(call, "cross_site", problems.cross_site())
    else:
        caller = await context.known_tokens.caller(token, configuration) if token else None
    if caller is None:
        return refused(call, "unauthorized", problems.unauthorized())
    if not caller.may(scope):
        return refused(call, "forbidden", problems.forbidden())
    call.caller = caller
    return None


async def _browser(call: Call) -> Caller | None:
    """The caller whom a session stands for, else whom a trusted proxy names; None: nobody."""
    context = call.context
    secret = secret_of(call.request)
    session = await context.known_sessions.of(secret) if secret is not None else None
    if session is not None:
        caller = await session_caller(session, context.known_tokens, context.configuration)
        if caller is not None:
            call.session = session
            return caller
    return proxy_caller(call.request, context.configuration)


def is_forged(call: Call) -> bool:
    """True if the request changes something and no page of ours sends it."""
    request, public_url = call.request, call.context.configuration.public_url
    return request.method not in origins.SAFE and not origins.is_same_origin(request, public_url)


def refused(call: Call, reason: str, answer: web.Response) -> web.Response:
    """`answer`, counted and logged with the client's address and the reason, never the query."""
    context = call.context
    context.metrics.requests_refused.labels(reason).inc()
    client = origins.client_address(call.request, context.configuration.trusted_proxies)
    log.info("request.refused", reason=reason, status=answer.status, client=client)
    return answer


def unread(call: Call, why: Unread) -> web.Response:
    """The refusal of a request whose body could not be read."""
    match why:
        case TooLarge(limit=limit):
            answer = problems.problem(413, f"the body is larger than max_body, {limit} bytes")
            return refused(call, "too_large", answer)
        case TooSlow():
            answer = problems.problem(408, "the body did not arrive in time")
            return refused(call, "too_slow", answer)
        case Broken():
            answer = problems.problem(400, "the body ended early, or its framing is wrong")
            return refused(call, "broken", answer)
        case Stopped():
            return refused(call, "stopping", problems.unavailable("triaged is stopping"))
