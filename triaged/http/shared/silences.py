"""Matchers in a body, the setting of a silence, and what one would mute: for APIs and page."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from triaged.core.muting.matcher_index import Index
from triaged.core.muting.muters import holds, mutes_everything
from triaged.core.muting.silences import MATCHERS_MAX, TOO_MUCH
from triaged.core.muting.silences import problems as problems_of
from triaged.core.records.answers import Silenced, Unknown
from triaged.core.records.events import SilenceSet
from triaged.core.records.expectations import RULE
from triaged.core.records.matching import Matcher, Operator, PatternBudget, compiled_size
from triaged.core.records.severity import Severity
from triaged.errors import Problem
from triaged.http.routes import Call
from triaged.rules.matchers import parse_matchers
from triaged.store.tables import incidents, muting, silences, watches
from triaged.store.tables.observed_alerts import walk_firing

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


PREVIEWED_AT_ONCE = 500
"""Firing alerts that are read and matched between two turns of the event loop: some 8 ms."""

INCIDENTS_SHOWN = 100


class MutedIncident(msgspec.Struct, frozen=True):
    """An incident with alerts that match; `muted` if all its firing alerts do."""

    id: str
    title: str
    severity: Severity
    state: str
    alerts: int
    firing: int
    muted: bool


class SilencePreview(msgspec.Struct, frozen=True):
    """The numbers of alerts and incidents, and the newest hundred incidents."""

    alerts: int
    incidents_total: int
    incidents: list[MutedIncident]
    expectations: list[str]
    """Rules whose expected alert, as it was last seen, is matched: nobody would be paged when it is
    missing."""


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


def unfit(matchers: Sequence[Matcher]) -> list[Problem]:
    """Why no silence can have these matchers."""
    if len(matchers) > MATCHERS_MAX:
        return [Problem("$.matchers", f"more than {MATCHERS_MAX} matchers")]
    return [Problem("$.matchers", TOO_MUCH)] if mutes_everything(matchers) else []


async def preview_of(call: Call, matchers: Sequence[Matcher]) -> SilencePreview:
    """The alerts and incidents that a silence with these matchers would mute now."""
    by_incident: dict[int, int] = {}
    total = 0
    index = Index([tuple(matchers)])
    async for part in walk_firing(call.context.database, PREVIEWED_AT_ONCE):
        await asyncio.sleep(0)
        for one in part:
            if index.matching(one.labels):
                total += 1
                number = one.alert.incident
                if number is not None:
                    by_incident[number] = by_incident.get(number, 0) + 1
    newest = await _muted_incidents(call, by_incident)
    expected = await _muted_expectations(call, matchers)
    return SilencePreview(total, len(by_incident), newest, expected)


async def _muted_expectations(call: Call, matchers: Sequence[Matcher]) -> list[str]:
    async with call.context.database.reading() as tx:
        every = await watches.every(tx)
        seen = {name: (watch.source, watch.fingerprint) for name, watch in every.items()}
        labels = await muting.overlaid(tx, sorted(set(seen.values())))
    return sorted(
        name.removeprefix(RULE)
        for name, identity in seen.items()
        if name.startswith(RULE) and identity in labels and holds(matchers, labels[identity])
    )


async def _muted_incidents(call: Call, counts: dict[int, int]) -> list[MutedIncident]:
    numbers = sorted(counts, reverse=True)[:INCIDENTS_SHOWN]
    async with call.context.database.reading() as tx:
        found = incidents.decoded(await tx.fetch_bulk(*incidents.ask_numbers(numbers)))
    return [
        MutedIncident(
            id=incident.id,
            title=incident.title,
            severity=incident.severity,
            state=incident.state,
            alerts=counts[incident.number],
            firing=sum(incident.firing.values()),
            muted=counts[incident.number] >= sum(incident.firing.values()),
        )
        for incident in sorted(found, key=lambda each: -each.number)
    ]
