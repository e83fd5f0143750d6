"""What the routes of Alertmanager's API v2 share: how it reads a query, and how it says no."""

from collections.abc import Collection, Sequence

from aiohttp import web

from triaged.core.records.matching import Matcher
from triaged.errors import Malformed, Problem
from triaged.http import answers, problems
from triaged.http.routes import Call, Handler, Parameter
from triaged.rules.matchers import parse_matchers

FILTER = Parameter("filter", "a matcher, or several in braces; may be repeated")

TRUE = frozenset({"1", "true", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})
"""In any case. https://github.com/go-openapi/swag/blob/master/conv/convert.go"""


def unwanted(call: Call, names: Collection[str]) -> set[str]:
    """Those of `names` to which the query says no: true is what it does not mention."""
    query = call.request.query
    return {name for name in names if (query.get(name) or "true").lower() not in TRUE}


def filters(call: Call) -> list[Matcher]:
    """What every `filter=` asks for. Raises Malformed."""
    found: list[Matcher] = []
    for text in call.request.query.getall("filter", []):
        try:
            matchers = parse_matchers(text)
        except ValueError as error:
            raise Malformed("wrong_shape", str(error), "?filter") from None
        if not matchers:
            raise Malformed("wrong_shape", "a matcher is wanted, such as job=db", "?filter")
        found += matchers
    return found


def refused(call: Call, status: int, errors: Sequence[Problem]) -> web.Response:
    """Why not; a client that takes nothing but JSON, as amtool, reads a text as Alertmanager's."""
    if call.request.headers.get("Accept") == "application/json":
        return answers.answer("; ".join(error.message for error in errors), status)
    if status == 404:
        return problems.not_found(errors[0].message)
    return problems.invalid(errors)


def speaking(handler: Handler) -> Handler:
    """The handler, its 400 in Alertmanager's words where those are understood."""

    async def run(call: Call) -> web.StreamResponse:
        try:
            return await handler(call)
        except Malformed as error:
            found = error.problem
            return refused(call, 400, [Problem(found.where or "$", found.message)])

    return run
