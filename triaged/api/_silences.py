"""Matchers in a body and the setting of a silence, for both APIs of silences."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from triaged.core.muting.silences import problems as problems_of
from triaged.core.records.effects import Silenced, Unknown
from triaged.core.records.events import SilenceSet
from triaged.core.records.matching import Matcher, Operator, pattern_of
from triaged.errors import Problem
from triaged.http.routes import Call
from triaged.rules.matchers import parse_matchers
from triaged.store.tables import silences

SILENCES_MAX = 2000
"""Silences that have not ended: each is compared with each alert of what is due. Who wants more
wants a rule."""

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


def matchers_of(given: Sequence[str | MatcherV2]) -> tuple[tuple[Matcher, ...], list[Problem]]:
    """The matchers that are given, and the problems with them."""
    found: list[Matcher] = []
    errors: list[Problem] = []
    for index, each in enumerate(given):
        try:
            found += parse_matchers(each) if isinstance(each, str) else [_from_pieces(each)]
        except ValueError as error:
            errors.append(Problem(f"$.matchers[{index}]", str(error)))
    return tuple(found), errors


def _from_pieces(given: MatcherV2) -> Matcher:
    """The matcher. ValueError: its pattern is wrong."""
    operator = OPERATORS[given.is_regex, given.is_equal is not False]
    if given.is_regex:
        pattern_of(given.value)
    return Matcher(given.name, operator, given.value)


async def submit(call: Call, event: SilenceSet) -> Silenced | Unknown | list[Problem]:
    """Set a silence; the problems with it if there are any."""
    now, settings = call.context.clock.now(), call.context.engine.settings
    errors = problems_of(event, settings.silence_max, now)
    async with call.context.database.reading() as tx:
        if await silences.count(tx, now) >= SILENCES_MAX and event.id is None:
            errors.append(Problem("$", f"there are {SILENCES_MAX} silences: write a rule instead"))
    if errors:
        return errors
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Silenced | Unknown), "nothing else answers it"
    return outcome
