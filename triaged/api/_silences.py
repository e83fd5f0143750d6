"""Matchers in a body and the setting of a silence, for both APIs of silences."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from triaged.core.muting.silences import MATCHERS_MAX
from triaged.core.muting.silences import problems as problems_of
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.events import SilenceSet
from triaged.core.records.matching import Matcher, Operator, PatternBudget, compiled_size
from triaged.errors import Problem
from triaged.http.routes import Call
from triaged.rules.matchers import parse_matchers
from triaged.store.tables import silences

SILENCES_MAX = 2000
"""Silences that have not ended: each is compared with each alert of what is due. Who wants more
wants a rule."""

SIZES_MAX = 100_000
"""Compiled size of the patterns of all silences that have not ended: two thousand of the usual
ones have 40,000. When one changes they are compiled together, in up to 30 ms."""

OPERATORS: dict[tuple[bool, bool], Operator] = {
    (False, True): "=",
    (False, False): "!=",
    (True, True): "=~",
    (True, False): "!~",
}
"""(is it a pattern, must it match) → operator."""


class MatcherV2(msgspec.Struct, frozen=True, rename="camel"):
    """A matcher in pieces, as in Alertmanager's API v2."""

    name: Annotated[str, Meta(min_length=1)]
    value: str
    is_regex: bool = False
    is_equal: bool | None = True


def matchers_of(
    call: Call, given: Sequence[str | MatcherV2]
) -> tuple[tuple[Matcher, ...], list[Problem]]:
    """The matchers that are given, and the problems with them."""
    found: list[Matcher] = []
    errors: list[Problem] = []
    if len(given) > MATCHERS_MAX:
        return (), [Problem("$.matchers", f"more than {MATCHERS_MAX} matchers")]
    budget = PatternBudget()
    for index, each in enumerate(given):
        try:
            if isinstance(each, str):
                found += parse_matchers(each, budget)
            else:
                found.append(_from_pieces(each, budget))
        except ValueError as error:
            errors.append(Problem(f"$.matchers[{index}]", str(error)))
            if budget.is_spent:
                call.context.metrics.limits_hit.labels("patterns", "api").inc()
                break
    return tuple(found), errors


def _from_pieces(given: MatcherV2, budget: PatternBudget) -> Matcher:
    """The matcher. ValueError: its pattern is wrong."""
    operator = OPERATORS[given.is_regex, given.is_equal is not False]
    if given.is_regex:
        budget.compile(given.value)
    return Matcher(given.name, operator, given.value)


async def submit(call: Call, event: SilenceSet) -> Silenced | Unknown | list[Problem]:
    """Set a silence; the problems with it if there are any."""
    now, settings = call.context.clock.now(), call.context.engine.settings
    errors = problems_of(event, settings.silence_max, now)
    async with call.context.database.reading() as tx:
        number, size = await silences.extent(tx, now)
    if number >= SILENCES_MAX and event.id is None:
        errors.append(Problem("$", f"there are {SILENCES_MAX} silences: write a rule instead"))
    if not errors and size + compiled_size(event.matchers) > SIZES_MAX:
        message = "the patterns of all silences are too large together: end some, or use `=`"
        errors.append(Problem("$.matchers", message))
        call.context.metrics.limits_hit.labels("patterns", "api").inc()
    if errors:
        return errors
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Silenced | Unknown), "nothing else answers it"
    return outcome
