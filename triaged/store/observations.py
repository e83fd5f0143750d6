"""One row per episode: what classification saw and said, how it ended."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from triaged.core.effects import EndEpisode, StartEpisode
from triaged.core.model import Key, Outcome, Severity
from triaged.store.base import Bulk, Transaction
from triaged.wire import encode

START = Bulk(
    """INSERT INTO observations (source, fingerprint, episode, received_at, starts_at,
           annotations, outcome, incident)
       {rows} ON CONFLICT (source, fingerprint, episode) DO NOTHING""",
    ("text", "text", "bigint", "bigint", "bigint", "text", "text", "bigint"),
)
END = Bulk(
    """WITH v (source, fingerprint, episode, ended_at, ended_by) AS ({rows})
       UPDATE observations SET ended_at = v.ended_at, ended_by = v.ended_by,
           repeats = COALESCE((SELECT a.repeats FROM alerts a
               WHERE a.source = v.source AND a.fingerprint = v.fingerprint), 0)
       FROM v WHERE observations.source = v.source AND observations.episode = v.episode
           AND observations.fingerprint = v.fingerprint""",
    ("text", "text", "bigint", "bigint", "text"),
)


class Verdict(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the rules said, less what other rows have: labels are kept once, with the alert."""

    rule_set: str
    rules: tuple[str, ...] = ()
    severity: Severity | None = None
    rule: str | None = None
    key: Key = ()
    policy: str | None = None
    incident: bool = True
    laid_over: dict[str, str] = {}
    """Labels that the rules added or changed."""


def _verdict(outcome: Outcome, sent: dict[str, str]) -> str:
    laid_over: tuple[tuple[str, str], ...] = ()
    if outcome.labels is not sent:
        laid_over = tuple((n, v) for n, v in outcome.labels.items() if sent.get(n) != v)
    said = (outcome.rule_set, outcome.rules, outcome.severity, outcome.rule)
    return _encoded(*said, outcome.key, outcome.policy, outcome.incident, laid_over)


@lru_cache(maxsize=4096)  # alerts that join one incident have one verdict
def _encoded(*said: Any) -> str:
    *fields, laid_over = said
    names = Verdict.__struct_fields__
    verdict = Verdict(**dict(zip(names, (*fields, dict(laid_over)), strict=True)))
    return encode(verdict).decode()


async def save_starts(tx: Transaction, effects: Iterable[StartEpisode]) -> None:
    """Write the start of episodes."""
    rows = [
        (
            effect.state.source,
            effect.state.fingerprint,
            effect.state.episode,
            effect.received_at,
            effect.state.starts_at,
            encode(effect.alert.annotations).decode(),
            _verdict(effect.outcome, effect.alert.labels),
            effect.state.incident,
        )
        for effect in effects
    ]
    await tx.write(START, sorted(rows))


async def save_ends(tx: Transaction, effects: Iterable[EndEpisode]) -> None:
    """Write the end of episodes, with the repeats counted so far."""
    rows = [
        (e.state.source, e.state.fingerprint, e.state.episode, e.ended_at, e.by) for e in effects
    ]
    await tx.write(END, rows)
