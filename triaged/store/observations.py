"""One row per episode: what classification saw and said, how it ended."""

from collections.abc import Iterable

from triaged.core.effects import EndEpisode, StartEpisode
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
            encode(effect.outcome).decode(),
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
