"""Queries and refusals of Alertmanager's API v2, for all its routes."""

from collections.abc import Callable, Collection, Sequence

from aiohttp import web
from msgspec.structs import replace

from triaged.core.records.matching import Matcher, PatternBudget
from triaged.errors import Malformed, Problem
from triaged.http import answers, problems
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Handler, Route, Scope, route
from triaged.rules.matchers import parse_matchers

FILTER = Parameter("filter", "a matcher, or several in braces; may be repeated")

MATCHERS_MAX = 64
"""Of all filters of a request: as many as a silence has."""

TRUE = frozenset({"1", "true", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})
"""Texts that mean true, in either case. https://github.com/go-openapi/swag/blob/master/conv/convert.go"""


def unwanted(call: Call, names: Collection[str]) -> set[str]:
    """The names that the query sets to false; a name that it does not mention is true."""
    query = call.request.query
    return {name for name in names if (query.get(name) or "true").lower() not in TRUE}


def filters(call: Call) -> list[Matcher]:
    """The matchers of every `filter=`. Raises Malformed."""
    found: list[Matcher] = []
    budget = PatternBudget()
    for text in call.request.query.getall("filter", []):
        try:
            matchers = parse_matchers(text, budget)
        except ValueError as error:
            if budget.is_spent:
                call.context.metrics.limits_hit.labels("patterns", "api").inc()
            raise Malformed("wrong_shape", str(error), "?filter") from None
        if not matchers:
            raise Malformed("wrong_shape", "a matcher is wanted, such as job=db", "?filter")
        found += matchers
        if len(found) > MATCHERS_MAX:
            raise Malformed("wrong_shape", f"more than {MATCHERS_MAX} matchers", "?filter")
    return found


def refused(call: Call, status: int, errors: Sequence[Problem]) -> web.Response:
    """The refusal: a JSON text for clients that accept nothing but JSON, such as amtool."""
    if call.request.headers.get("Accept") == "application/json":
        return answers.answer("; ".join(error.message for error in errors), status)
    if status == 404:
        return problems.not_found(errors[0].message)
    return problems.invalid(errors)


def malformed(call: Call, error: Malformed) -> web.Response:
    """The refusal of a request that can never be right."""
    found = error.problem
    return refused(call, 400, [Problem(found.where or "$", found.message)])


def v2_route(
    method: str, path: str, scope: Scope, query: tuple[Parameter, ...] = ()
) -> Callable[[Handler], Route]:
    """The decorator of a handler of `/api/v2/…`, whose clients read refusals as Alertmanager's."""
    declare = route(method, f"/api/v2/{path}", scope, query)
    return lambda handler: replace(declare(handler), refuse=malformed)
