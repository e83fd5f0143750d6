"""Making a page of the console: its route, its headers, its template.

Nothing stands inline, neither style nor script, so the content policy allows none; and a script may
put into the page only what its one policy of Trusted Types lets through
(https://www.w3.org/TR/trusted-types/).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec.structs import replace

from triaged.core.text.wording import clean
from triaged.http.answers import EVERYWHERE
from triaged.http.problems import unavailable
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Route, Scope, route
from triaged.web._console.assets import asset
from triaged.web._console.clock import count_text, long_span, short_span
from triaged.web._console.frame import TITLE_MAX, Frame
from triaged.web._console.refusals import Refused, refusal_of, sign_in_path

FOLDER = Path(__file__).parent.parent / "_templates"
COMPRESSED_HERE_MAX = 65_536
"""Bytes that are compressed on the loop: all of a page, for that takes less than a millisecond."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'none'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types triaged"
)
ALL_OFF = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
HEADERS: Mapping[str, str] = {
    **EVERYWHERE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ALL_OFF,
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept, Cookie",
}
STRICT_TRANSPORT = "max-age=31536000"
PART = "X-Triaged-Part"
"""The header that tells our script that an answer is a part of a page, made by us."""

environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.globals["asset"] = asset
environment.filters["clean"] = clean
environment.filters["title"] = lambda text: clean(text, TITLE_MAX)
environment.filters["short_span"] = short_span
environment.filters["long_span"] = long_span
environment.filters["count_text"] = count_text
environment.filters["path"] = lambda text: quote(text, safe="")

Handler = Callable[[Call], Awaitable[web.StreamResponse]]


def screen(
    path: str, scope: Scope = Scope.READ, query: tuple[Parameter, ...] = ()
) -> Callable[[Handler], Route]:
    """The decorator of a handler that shows a page: refusals are pages, and pages wait in turn."""

    def declare(handler: Handler) -> Route:
        async def in_turn(call: Call) -> web.StreamResponse:
            rendering = call.context.rendering
            if rendering.is_full:
                call.context.metrics.limits_hit.labels("pages", "console").inc()
                return presented(call, unavailable("many pages are asked for at one time"))
            async with rendering.turn():
                return await handler(call)

        declared = route("GET", path, scope, query)(handler)
        return replace(declared, handler=in_turn, present=presented)

    return declare


def form(path: str, scope: Scope = Scope.RESPOND) -> Callable[[Handler], Route]:
    """The decorator of a handler that takes what a form of a page sends; it never waits in turn."""

    def declare(handler: Handler) -> Route:
        return replace(route("POST", path, scope)(handler), present=presented)

    return declare


async def page(call: Call, template: str, frame: Frame, **values: object) -> web.Response:
    """The template filled in, in a thread; every value is escaped. `status` is the answer's."""
    status = values.pop("status", 200)
    assert isinstance(status, int), "the caller gives a number"
    is_part = wants_part(call)
    values["layout"] = "part.html" if is_part else "frame.html"
    body = await asyncio.to_thread(_filled, template, frame, values)
    headers = headers_for(call)
    if is_part:
        headers[PART] = "1"
    return _response(body, status, headers)


def _filled(template: str, frame: Frame, values: Mapping[str, object]) -> str:
    return environment.get_template(template).render(frame=frame, clock=frame.clock, **values)


def _response(body: str, status: int, headers: Mapping[str, str]) -> web.Response:
    response = web.Response(
        body=body.encode(), status=status, headers=headers, zlib_executor_size=COMPRESSED_HERE_MAX
    )
    response.enable_compression()  # no secret of a page stands beside what a stranger chooses
    return response


def headers_for(call: Call) -> dict[str, str]:
    """The headers of a page; over TLS, that it is asked for in no other way."""
    headers = dict(HEADERS)
    if call.context.configuration.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return headers


def wants_part(call: Call) -> bool:
    """True if our script asks for a part of the page."""
    return call.request.headers.get("Accept", "").startswith("text/html; part")


def see_other(path: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """303: the browser goes there with a GET, so that a reload sends no form again."""
    named = {**EVERYWHERE, "Location": path, **(headers or {})}
    return web.Response(status=303, headers=named)


def presented(call: Call, answer: web.Response) -> web.Response:
    """The refusal of a page as a page; whoever is not signed in goes to the page for that."""
    if answer.status == 401 and not wants_part(call):
        return see_other(sign_in_path(call))
    return refusal_page(call, refusal_of(call, answer), answer)


def refusal_page(call: Call, refused: Refused, answer: web.Response) -> web.Response:
    """A page that says why something is refused, and what to do."""
    body = environment.get_template("refusal.html").render(
        refused=refused, by=clean(call.caller.by, 60)
    )
    headers = headers_for(call)
    if "Retry-After" in answer.headers:
        headers["Retry-After"] = answer.headers["Retry-After"]
    return _response(body, answer.status, headers)
