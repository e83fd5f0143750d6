"""One row per episode: what classification saw and said, how it ended."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from triaged.core.records.effects import EndEpisode, StartEpisode
from triaged.core.records.model import Key, Outcome, Severity, Shadowed
from triaged.store.database.base import Bulk, Row, Writer
from triaged.wire import encode

START = Bulk(
    """INSERT INTO observations (id, source, fingerprint, episode, received_at, starts_at,
           annotations, outcome, incident)
       {rows}""",
    ("bigint", "text", "text", "bigint", "bigint", "bigint", "text", "text", "bigint"),
)
"""Without an end: to bind its two NULL in each row costs sqlite3 0.5 µs, for it looks for adapters
of None."""

START_ENDED = Bulk(
    """INSERT INTO observations (id, source, fingerprint, episode, received_at, starts_at,
           annotations, outcome, incident, ended_at, ended_by, repeats)
       {rows}""",
    (*START.types, "bigint", "text", "bigint"),
)
END = Bulk(
    """WITH v (source, fingerprint, episode, ended_at, ended_by, repeats) AS ({rows})
       UPDATE observations SET ended_at = v.ended_at, ended_by = v.ended_by,
           repeats = v.repeats + (SELECT a.repeats FROM alerts a
               WHERE a.source = v.source AND a.fingerprint = v.fingerprint)
       FROM v WHERE observations.episode = v.episode
           AND observations.id = (SELECT a.observation FROM alerts a
               WHERE a.source = v.source AND a.fingerprint = v.fingerprint)""",
    ("text", "text", "bigint", "bigint", "text", "bigint"),
)
Episode = tuple[str, str, int]
"""(source, fingerprint, episode)."""


class Started:
    """An episode that starts, the id of its observation, and what two of its rows have."""

    __slots__ = ("annotations", "effect", "observation", "state")

    def __init__(self, effect: StartEpisode, observation: int) -> None:
        self.effect = effect
        self.observation = observation
        self.state = effect.state
        self.annotations = encode(effect.alert.annotations).decode()


class Verdict(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The outcome of the rules, without the labels, which are kept once, with the alert."""

    rule_set: str
    rules: tuple[str, ...] = ()
    severity: Severity | None = None
    rule: str | None = None
    key: Key = ()
    policy: str | None = None
    incident: bool = True
    shadow: tuple[Shadowed, ...] = ()
    """Shadow rules that matched, and what each would have changed."""
    laid_over: dict[str, str] = {}
    """Labels that the rules added, changed or, with an empty value, took away."""


def _verdict(outcome: Outcome, sent: dict[str, str]) -> str:
    laid_over: tuple[tuple[str, str], ...] = ()
    if outcome.labels is not sent:
        laid_over = tuple((n, v) for n, v in outcome.labels.items() if sent.get(n) != v)
        laid_over += tuple((n, "") for n in sent if n not in outcome.labels)
    said = (outcome.rule_set, outcome.rules, outcome.severity, outcome.rule)
    fate = (outcome.key, outcome.policy, outcome.incident, outcome.shadow)
    return _encoded(*said, *fate, laid_over)


@lru_cache(maxsize=4096)  # alerts that join one incident have one verdict
def _encoded(*said: Any) -> str:
    *fields, laid_over = said
    names = Verdict.__struct_fields__
    verdict = Verdict(**dict(zip(names, (*fields, dict(laid_over)), strict=True)))
    return encode(verdict).decode()


async def save(
    tx: Writer,
    started: Iterable[Started],
    ended: Iterable[tuple[EndEpisode, int]],
) -> None:
    """Write starts, and ends, each with its repeats in this batch.

    The alerts' rows must be as they were before the batch.
    """
    ends: dict[Episode, tuple[int, str, int]] = {
        (effect.state.source, effect.state.fingerprint, effect.state.episode): (
            effect.ended_at,
            effect.by,
            repeats,
        )
        for effect, repeats in ended
    }
    starts: list[Row] = []
    whole: list[Row] = []  # episodes that start and end in this batch
    for one in started:
        state = one.state
        end = ends.pop((state.source, state.fingerprint, state.episode), None) if ends else None
        if end is None:
            starts.append(_start(one))
        else:
            whole.append((*_start(one), *end))
    await tx.write(END, sorted((*episode, *end) for episode, end in ends.items()))
    await tx.write(START, starts)
    await tx.write(START_ENDED, whole)


def _start(one: Started) -> Row:
    """The row of an episode that starts."""
    effect, state = one.effect, one.state
    return (
        one.observation,
        state.source,
        state.fingerprint,
        state.episode,
        effect.received_at,
        state.starts_at,
        one.annotations,
        _verdict(effect.outcome, effect.alert.labels),
        state.incident,
    )
