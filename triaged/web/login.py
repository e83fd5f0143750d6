"""`/login`: sign in with a one-time link, with its code, or with an API token; and sign out."""

from urllib.parse import parse_qs

import structlog
from aiohttp import web

from triaged.access.sessions import Grounds, begin, find_link, redeem
from triaged.access.tokens import PREFIX, digest_of
from triaged.http import origins
from triaged.http.auth import TOKEN_MAX
from triaged.http.bodies import read_body
from triaged.http.guards import is_forged, refused, unread
from triaged.http.problems import cross_site, too_soon
from triaged.http.routes import Call, Scope
from triaged.http.sessions import secret_of, set_cookie
from triaged.store.tables.own import sessions
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import form, page, presented, screen, see_other
from triaged.web._console.refusals import own_path

FORM_BYTES_MAX = 16_384
FIELDS_MAX = 8
WRONG = "This code is not valid: it works once, for 10 min."
WRONG_TOKEN = "This is no valid token, or one that may not read."  # noqa: S105 - a sentence
AGAIN_S = 60
log = structlog.get_logger()


@screen("/login", Scope.SESSION)
async def show(call: Call) -> web.Response:
    """The sign-in page; `?next=` is the page that one came for."""
    query = call.request.query
    target = own_path(query.get("next", "/"))
    return await _page(call, target, has_ended="ended" in query)


@form("/login", Scope.SESSION)
async def sign_in(call: Call) -> web.Response:
    """Begin a session by a code or an API token; the answer leads to the page one came for."""
    fields = await _fields(call)
    if isinstance(fields, web.Response):
        return fields
    target, code = own_path(fields.get("next", "/")), fields.get("code", "").strip()
    refusal = _refusal(call)
    if refusal is not None:
        return refusal
    browser = call.request.headers.get("User-Agent", "")
    if code.startswith(PREFIX):
        secret = await _by_token(call, code, browser)
        return await _begun(call, secret, target, WRONG_TOKEN)
    code = code.rstrip("/").rpartition("/")[2]  # the whole link was pasted
    return await _begun(call, await _by_code(call, code, browser), target, WRONG)


@screen("/login/{code}", Scope.SESSION)
async def show_link(call: Call) -> web.Response:
    """The page of a one-time link. It changes nothing: previews of links open it, too."""
    context = call.context
    async with context.database.reading() as tx:
        link = await find_link(tx, call.params["code"], context.clock.now())
    if link is None:
        return await _page(call, "/", error=WRONG, status=404)
    return await _page(call, "/", link=link)


@form("/login/{code}", Scope.SESSION)
async def use_link(call: Call) -> web.Response:
    """Begin the session of a one-time link, which is used up by that."""
    refusal = _refusal(call)
    if refusal is not None:
        return refusal
    browser = call.request.headers.get("User-Agent", "")
    return await _begun(call, await _by_code(call, call.params["code"], browser), "/", WRONG)


@form("/logout", Scope.SESSION)
async def sign_out(call: Call) -> web.Response:
    """End the browser's session."""
    if is_forged(call):
        return presented(call, refused(call, "cross_site", cross_site()))
    await _end(call)
    return see_other("/login", {"Set-Cookie": set_cookie(call.request, "")})


async def _end(call: Call) -> None:
    """End the session that the browser has, if it has one."""
    secret, context = secret_of(call.request), call.context
    if secret is None:
        return
    async with context.database.transaction() as tx:
        await sessions.end(tx, digest_of(secret))
    context.known_sessions.forget()


def _refusal(call: Call) -> web.Response | None:
    """The refusal of an attempt that another site makes, or that comes too often."""
    context = call.context
    if is_forged(call):
        return presented(call, refused(call, "cross_site", cross_site()))
    client = origins.client_address(call.request, context.configuration.trusted_proxies)
    if not context.sign_ins.allows(client, context.clock.now()):
        context.metrics.limits_hit.labels("sign_ins", "login").inc()
        return presented(call, refused(call, "overload", too_soon("too many attempts", AGAIN_S)))
    return None


async def _fields(call: Call) -> dict[str, str] | web.Response:
    body = await read_body(call.request, FORM_BYTES_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return presented(call, unread(call, body))
    try:
        found = parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        return {}
    return {name: values[0] for name, values in found.items()}


async def _by_code(call: Call, code: str, browser: str) -> str | None:
    context = call.context
    async with context.database.transaction() as tx:
        return await redeem(tx, code, browser, context.clock.now())


async def _by_token(call: Call, token: str, browser: str) -> str | None:
    context = call.context
    if len(token) > TOKEN_MAX:
        return None
    caller = await context.known_tokens.caller(token, context.configuration)
    if caller is None or not caller.may(Scope.READ):
        return None
    grounds = Grounds(caller.by, token=digest_of(token))
    async with context.database.transaction() as tx:
        return await begin(tx, grounds, browser, context.clock.now())


async def _begun(call: Call, secret: str | None, target: str, wrong: str) -> web.Response:
    """To the page one came for, with the session; back to the form if there is none."""
    if secret is None:
        refused(call, "unauthorized", web.Response(status=401))
        return await _page(call, target, error=wrong, status=401)
    await _end(call)
    call.context.known_sessions.forget()
    log.info("session.begun")
    return see_other(target, {"Set-Cookie": set_cookie(call.request, secret)})


async def _page(call: Call, target: str, **more: object) -> web.Response:
    values = {"error": "", "link": None, "has_ended": False, **more}
    return await page(call, "login.html", frame_of(call), target=target, **values)
