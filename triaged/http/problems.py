"""Refusals: problem documents, https://www.rfc-editor.org/rfc/rfc9457."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

from triaged.errors import Malformed, Problem
from triaged.http.answers import EVERYWHERE
from triaged.wire import encode

RETRY_AFTER_S = 5
"""Time after which a sender tries again. Queues drain and locks end in less; a full disk is
checked again soon enough."""

_HEADERS = {**EVERYWHERE, "Content-Type": "application/problem+json"}
_MISDIRECTED = 421


class ErrorDetail(msgspec.Struct, frozen=True):
    """One error, and where it is in the input."""

    path: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reason of a refusal: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorDetail] = []
    holder: str = ""
    """Whoever holds the incident that was to be acknowledged."""


class OutdatedDocument(ProblemDocument, frozen=True, omit_defaults=True, kw_only=True):
    """The refusal of a text whose author began with an older one: nothing of it is lost."""

    revision: int
    """The revision that holds."""
    yours: str
    theirs: str
    """The text that holds."""
    merged: str
    """Both in one; where they disagree, both stand between marks as git makes them."""
    conflicts: int
    """Places where they disagree."""
    kept: str
    """The identity under which the text that was sent is kept."""


def problem(
    status: int,
    detail: str,
    errors: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The refusal: what is wrong and what to do; `errors` point into the input."""
    document = ProblemDocument(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=[ErrorDetail(error.where, error.message) for error in errors],
    )
    return _answer(document, headers)


def _answer(document: ProblemDocument, headers: Mapping[str, str] | None = None) -> web.Response:
    named = {**_HEADERS, **headers} if headers else _HEADERS
    return web.Response(body=encode(document), status=document.status, headers=named)


def outdated(document: OutdatedDocument, etag: str) -> web.Response:
    """412: somebody else was faster; `etag` is that of the text that holds."""
    return _answer(document, {"ETag": etag})


def conflict(detail: str, holder: str = "") -> web.Response:
    """409: impossible in the present state; perhaps because `holder` holds the incident."""
    title = HTTPStatus.CONFLICT.phrase
    return _answer(ProblemDocument("about:blank", title, 409, detail, holder=holder))


def malformed(error: Malformed, detail: str = "the input cannot be used") -> web.Response:
    """400 for input that can never be right, with where it is wrong."""
    found = error.problem
    return problem(400, detail, [Problem(found.where or "$", found.message)])


def invalid(errors: Sequence[Problem]) -> web.Response:
    """400 for a query or a body whose values are not allowed."""
    return problem(400, "the request cannot be used; see `errors`", errors)


def unavailable(detail: str) -> web.Response:
    """503: not now; the same request may work later, and should be sent again."""
    return problem(503, detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def too_soon(detail: str, after_s: int) -> web.Response:
    """429: this is allowed so many times a minute."""
    return problem(429, detail, headers={"Retry-After": str(after_s)})


def failed() -> web.Response:
    """503 for a fault of triaged, whose details are for the log only."""
    return unavailable("a fault of triaged: its log says more")


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
    """421: the Host header names another machine, as after DNS rebinding."""
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
