"""How reading each calendar feed has gone, and when it is read next, by one daemon of several."""

from collections.abc import Iterable

import msgspec

from triaged.core.records.duty.feeds import FeedState
from triaged.store.database.base import Bulk, Reader, Transaction
from triaged.wire import encode

ADD = Bulk(
    "INSERT INTO feeds (name, due_at, body) {rows} ON CONFLICT (name) DO NOTHING",
    ("text", "bigint", "text"),
)
_decode = msgspec.json.Decoder(FeedState).decode


async def every(tx: Reader) -> list[FeedState]:
    """The states of all feeds, by name."""
    return [_decode(body) for (body,) in await tx.fetch("SELECT body FROM feeds ORDER BY name")]


async def due(tx: Reader, now: int) -> set[str]:
    """The names of feeds that are due."""
    return {name for (name,) in await tx.fetch("SELECT name FROM feeds WHERE due_at <= $1", now)}


async def add(tx: Transaction, states: Iterable[FeedState], due_at: int) -> None:
    """Add feeds that are new, to be read at `due_at`."""
    rows = [(one.name, due_at, encode(one).decode()) for one in states]
    await tx.write(ADD, sorted(rows))


async def claim(tx: Transaction, name: str, now: int, lease_us: int) -> FeedState | None:
    """The state of a feed that is due, which nobody else claims for `lease_us`; None: it is not."""
    row = await tx.fetch_one(
        "UPDATE feeds SET due_at = $3 WHERE name = $1 AND due_at <= $2 RETURNING body",
        name,
        now,
        now + lease_us,
    )
    return None if row is None else _decode(row[0])


async def save(tx: Transaction, state: FeedState, due_at: int) -> None:
    """Keep how a try has ended, and when the next is due. A feed that is gone stays gone."""
    body = encode(state).decode()
    await tx.execute(
        "UPDATE feeds SET body = $2, due_at = $3 WHERE name = $1", state.name, body, due_at
    )


async def hasten(tx: Transaction, names: Iterable[str], at: int) -> None:
    """Have feeds read at `at`, unless they are due earlier."""
    for name in sorted(names):
        await tx.execute("UPDATE feeds SET due_at = $2 WHERE name = $1 AND due_at > $2", name, at)


async def remove(tx: Transaction, name: str) -> None:
    """Forget a feed."""
    await tx.execute("DELETE FROM feeds WHERE name = $1", name)
