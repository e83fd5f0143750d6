"""The outbox: a page is `due` until the provider has spoken; a lease only hides it."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from triaged.core.model import Page
from triaged.store.base import Bulk, Transaction
from triaged.wire import encode

ADD = Bulk(
    """INSERT INTO pages (id, incident, channel, state, severity, due_at, lease_until, token,
           created_at, body)
       {rows} ON CONFLICT (id) DO NOTHING""",
    (
        "text",
        "bigint",
        "text",
        "text",
        "text",
        "bigint",
        "bigint",
        "bigint",
        "bigint",
        "text",
    ),
)
SAVE = Bulk(
    """WITH v (id, state, due_at, lease_until, token, body) AS ({rows})
       UPDATE pages SET state = v.state, due_at = v.due_at, lease_until = v.lease_until,
           body = v.body
       FROM v WHERE pages.id = v.id AND pages.token = v.token AND pages.state = 'due'""",
    ("text", "text", "bigint", "bigint", "bigint", "text"),
)
CLAIM = Bulk(
    """WITH v (id, lease_until, token, body) AS ({rows})
       UPDATE pages SET lease_until = v.lease_until, token = v.token, body = v.body
       FROM v WHERE pages.id = v.id""",
    ("text", "bigint", "bigint", "text"),
)
BY_ID = Bulk(
    """WITH v (id) AS ({rows}) SELECT {columns} FROM v CROSS JOIN pages p WHERE p.id = v.id""",
    ("text",),
    ("p.body",),
)
OF_INCIDENTS = Bulk(
    """WITH v (number) AS ({rows}) SELECT {columns} FROM v CROSS JOIN pages p
       WHERE p.incident = v.number""",
    ("bigint",),
    ("p.body",),
)
_decode = msgspec.json.Decoder(Page).decode


async def add(tx: Transaction, pages: Iterable[Page]) -> None:
    """Put pages in the outbox; one that exists stays as it is."""
    rows = [
        (
            page.id,
            page.incident,
            page.channel,
            page.state,
            page.severity,
            page.due_at,
            page.lease_until,
            page.token,
            page.created_at,
            encode(page).decode(),
        )
        for page in pages
    ]
    await tx.write(ADD, sorted(rows))


async def save(tx: Transaction, pages: Iterable[Page]) -> None:
    """Write pages whose fence still holds."""
    rows = [(p.id, p.state, p.due_at, p.lease_until, p.token, encode(p).decode()) for p in pages]
    await tx.write(SAVE, sorted(rows))


async def by_id(tx: Transaction, ids: Iterable[str]) -> list[Page]:
    """The pages with these identities."""
    return [_decode(row[0]) for row in await tx.fetch_bulk(BY_ID, [(one,) for one in ids])]


async def of_incidents(tx: Transaction, numbers: Iterable[int]) -> list[Page]:
    """Every page of these incidents."""
    rows = await tx.fetch_bulk(OF_INCIDENTS, [(number,) for number in numbers])
    return [_decode(row[0]) for row in rows]


async def of(tx: Transaction, number: int) -> list[Page]:
    """The pages of an incident, in the order in which they were decided."""
    found = await of_incidents(tx, [number])
    return sorted(found, key=lambda page: (page.created_at, page.id))


async def claim(tx: Transaction, channel: str, now: int, lease_us: int, limit: int) -> list[Page]:
    """Take up to `limit` due pages of a channel; nobody else sees them for `lease_us`.

    Each has a token higher than any before; the worst severity first, then the longest due.
    """
    rows = await tx.fetch(
        """SELECT body, token FROM pages
           WHERE channel = $1 AND state = 'due' AND due_at <= $2 AND lease_until <= $2
           ORDER BY severity, due_at, id LIMIT $3"""
        + tx.locking,
        channel,
        now,
        limit,
    )
    claimed = []
    for body, token in rows:
        page = _decode(body)
        page = replace(page, token=token + 1, lease_until=now + lease_us)
        claimed.append(replace(page, attempts=page.attempts + 1))
    values = [(p.id, p.lease_until, p.token, encode(p).decode()) for p in claimed]
    await tx.write(CLAIM, values)
    return claimed


async def next_due(tx: Transaction, channel: str) -> int | None:
    """When the next page of a channel can be claimed; None: there is none."""
    row = await tx.fetch_one(
        """SELECT MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END)
           FROM pages WHERE channel = $1 AND state = 'due'""",
        channel,
    )
    return None if row is None else row[0]


async def channels_due(tx: Transaction) -> list[str]:
    """The channels, known or gone, that have pages in the outbox."""
    rows = await tx.fetch("SELECT DISTINCT channel FROM pages WHERE state = 'due'")
    return sorted(row[0] for row in rows)


async def pending(tx: Transaction) -> tuple[int, int | None]:
    """(how many pages are due, when the oldest was)."""
    row = await tx.fetch_one("SELECT COUNT(*), MIN(due_at) FROM pages WHERE state = 'due'")
    return (0, None) if row is None else (row[0], row[1])
