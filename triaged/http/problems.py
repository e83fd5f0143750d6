"""Answers that say no: problem documents (RFC 9457), https://www.rfc-editor.org/rfc/rfc9457."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web

from triaged.errors import Malformed, Problem
from triaged.http.answers import EVERYWHERE
from triaged.wire import encode

RETRY_AFTER_S = 5
"""A queue drains in less, a lock is over in less; a full disk is asked again soon enough."""

_HEADERS = {**EVERYWHERE, "Content-Type": "application/problem+json"}
_MISDIRECTED = 421


def problem(
    status: int,
    detail: str,
    errors: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """What is wrong and what to do; `errors` name places in the input."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        document["errors"] = [{"path": error.where, "message": error.message} for error in errors]
    named = {**_HEADERS, **headers} if headers else _HEADERS
    return web.Response(body=encode(document), status=status, headers=named)


def malformed(error: Malformed, detail: str = "the input cannot be used") -> web.Response:
    """400 for input that can never be right, with its place."""
    found = error.problem
    return problem(400, detail, [Problem(found.where or "$", found.message)])


def invalid(errors: Sequence[Problem]) -> web.Response:
    """400 for a query or a body whose values are not allowed."""
    return problem(400, "the request cannot be used; see `errors`", errors)


def unavailable(detail: str) -> web.Response:
    """503: not now; the same request may work later, and should be sent again."""
    return problem(503, detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def unauthorized() -> web.Response:
    """401, always the same: a sender copies it into its log."""
    return problem(
        401,
        "a valid token is required: `Authorization: Bearer …`, or basic with the token as password",
        headers={"WWW-Authenticate": 'Bearer realm="triaged"'},
    )


def forbidden() -> web.Response:
    """403, always the same: the token is good, but not for this."""
    return problem(403, "this token lacks the required scope")


def cross_site() -> web.Response:
    """403: a browser sent this from another site's page."""
    return problem(403, "requests that a browser sends from another site are refused")


def misdirected() -> web.Response:
    """421: the Host header names something that we are not, as after DNS rebinding."""
    return problem(
        _MISDIRECTED,
        "the Host header is neither this machine nor that of `public_url`; without tokens that is "
        "refused",
    )


def not_found(detail: str = "there is nothing here") -> web.Response:
    """404."""
    return problem(404, detail)


def not_allowed(methods: Sequence[str]) -> web.Response:
    """405, with what is allowed."""
    allowed = ", ".join(sorted(methods))
    return problem(405, f"allowed here: {allowed}", headers={"Allow": allowed})
