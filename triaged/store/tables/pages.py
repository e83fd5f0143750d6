"""The outbox: a page is `due` until the provider has spoken; a lease only hides it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from triaged.core.records.model import Page, Severity
from triaged.store.database.base import Ask, Bulk, Reader, Row, Transaction, Writer
from triaged.store.database.readable import readable
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
    """WITH v (id, channel, state, due_at, lease_until, token, body) AS ({rows})
       UPDATE pages SET channel = v.channel, state = v.state, due_at = v.due_at, body = v.body,
           lease_until = CASE WHEN v.lease_until > 0 AND v.lease_until < pages.lease_until
               THEN pages.lease_until ELSE v.lease_until END
       FROM v WHERE pages.id = v.id AND pages.token = v.token AND (pages.state = 'due'
           OR (pages.state = 'sent' AND v.state IN ('sent', 'failed')))""",
    ("text", "text", "text", "bigint", "bigint", "bigint", "text"),
)
"""A lease is given back (0) or prolonged; a row that was read before it was prolonged keeps it.

Of what was sent the provider may report more, or that it has failed after all."""
RENEW = Bulk(
    """WITH v (id, token, lease_until) AS ({rows})
       UPDATE pages SET lease_until = v.lease_until
       FROM v WHERE pages.id = v.id AND pages.token = v.token AND pages.state = 'due'
           AND pages.lease_until < v.lease_until""",
    ("text", "bigint", "bigint"),
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
    ("p.id", "p.body"),
)
OF_INCIDENTS = Bulk(
    """WITH v (number) AS ({rows}) SELECT {columns} FROM v CROSS JOIN pages p
       WHERE p.incident = v.number""",
    ("bigint",),
    ("p.id", "p.body"),
)
OF_SEVERITY = """SELECT * FROM (SELECT severity, due_at, id FROM pages
    WHERE channel = (SELECT channel FROM v) AND state = 'due' AND severity = '{severity}'
        AND due_at <= (SELECT now FROM v) AND lease_until <= (SELECT now FROM v) AND {others}
    ORDER BY due_at, id LIMIT (SELECT most FROM v)) {alias}"""
OF_OTHERS = """SUBSTR(id, LENGTH(id) - LENGTH((SELECT {busy} FROM v)) + 1)
    <> (SELECT {busy} FROM v)"""
BUSY = tuple(f"busy_{number}" for number in range(16))
"""As many as a lane can have recipients with a full share: each has an attempt under way."""
_BUSY_TYPES: tuple[Literal["text"], ...] = tuple("text" for _ in BUSY)
NOBODY = "\n"
"""No identity ends in it."""
CLAIMABLE = Bulk(
    f"WITH v (channel, now, most, {', '.join(BUSY)}) AS"
    + " ({rows}) SELECT {columns} FROM (SELECT * FROM ("
    + " UNION ALL ".join(
        OF_SEVERITY.format(
            severity=severity,
            alias=f"s{number}",
            others=" AND ".join(OF_OTHERS.format(busy=busy) for busy in BUSY),
        )
        for number, severity in enumerate(Severity)
    )
    + ") u ORDER BY severity, due_at, id LIMIT (SELECT most FROM v)) due",
    ("text", "bigint", "bigint", *_BUSY_TYPES),
    ("due.id",),
)
"""A severity at a time: each is one short walk along an index, however long the outbox is. The
identity of a page ends in its recipient (`BUSY`: those whose pages are passed over)."""
TAKEN = Bulk(
    """WITH v (id, now) AS ({rows}) SELECT {columns} FROM v CROSS JOIN pages p
       WHERE p.id = v.id AND p.state = 'due' AND p.lease_until <= v.now""",
    ("text", "bigint"),
    ("p.id", "p.body"),
    locks="p SKIP LOCKED",
)
LEASED = """SELECT id, body FROM pages WHERE state = 'due' AND lease_until > due_at
    ORDER BY id"""
FAIL = Bulk(
    """WITH v (id) AS ({rows}) UPDATE pages SET state = 'failed' FROM v WHERE pages.id = v.id""",
    ("text",),
)
_decode = msgspec.json.Decoder(Page).decode


async def add(tx: Writer, pages: Iterable[Page]) -> None:
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


async def save(tx: Writer, pages: Iterable[Page]) -> None:
    """Write pages whose fence still holds."""
    rows = [
        (p.id, p.channel, p.state, p.due_at, p.lease_until, p.token, encode(p).decode())
        for p in pages
    ]
    await tx.write(SAVE, sorted(rows))


async def renew(tx: Writer, held: Iterable[tuple[str, int]], until: int) -> None:
    """Keep what is claimed, (id, token) each, from everybody else until then."""
    await tx.write(RENEW, sorted((identity, token, until) for identity, token in held))


def ask_ids(ids: Iterable[str]) -> Ask:
    """The query for the pages with these identities."""
    return BY_ID, [(one,) for one in sorted(ids)]


def ask_incidents(numbers: Iterable[int]) -> Ask:
    """The query for every page of these incidents."""
    return OF_INCIDENTS, [(number,) for number in sorted(numbers)]


def decoded(rows: Sequence[Row]) -> list[Page]:
    """The pages that were found, without what cannot be read."""
    return readable("pages", rows, _page)[0]


def _page(row: Row) -> Page:
    return _decode(row[1])


async def of(tx: Reader, number: int) -> list[Page]:
    """The pages of an incident, in the order in which they were decided."""
    found = decoded(await tx.fetch_bulk(*ask_incidents([number])))
    return sorted(found, key=lambda page: (page.created_at, page.id))


async def last_of(tx: Reader, number: int, limit: int) -> list[Page]:
    """The last `limit` pages and updates of an incident, in the order of their decisions."""
    rows = await tx.fetch(
        "SELECT id, body FROM pages WHERE incident = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
        number,
        limit,
    )
    return decoded(rows)[::-1]


class Room(msgspec.Struct, frozen=True):
    """What a lane can take."""

    free: int
    under_way: Mapping[str, int] = {}
    """Attempts by recipient (`recipient_of`)."""
    passed_over: frozenset[str] = frozenset()
    """Recipients whose pages are not taken."""


def recipient_of(identity: str) -> str:
    """The end of a page's identity, which is its recipient: `/alice/mail`."""
    return f"/{'/'.join(identity.rsplit('/', 2)[1:])}"


async def claim(tx: Transaction, channel: str, now: int, lease_us: int, room: Room) -> list[Page]:
    """Take due pages of a channel for which there is room; nobody else sees them for `lease_us`.

    Each has a token higher than any before; the worst severity first, then the longest due, in fair
    shares for the recipients. What cannot be read has failed: nobody can send it, and the next step
    of its incident comes.
    """
    found = await _fair(tx, channel, now, room)
    rows = await tx.fetch_bulk(TAKEN, [(identity, now) for identity in found])
    pages, torn = readable("pages", rows, _page)
    ordered = sorted(pages, key=lambda page: (page.severity, page.due_at, page.id))
    until = now + lease_us
    claimed = [
        replace(page, token=page.token + 1, lease_until=until, attempts=page.attempts + 1)
        for page in ordered
    ]
    values = [(p.id, p.lease_until, p.token, encode(p).decode()) for p in claimed]
    await tx.write(CLAIM, values)
    await tx.write(FAIL, [row[:1] for row in torn])
    return claimed


async def release_leases(tx: Transaction) -> int:
    """Make pages due at once that a process had claimed which is gone; how many they were.

    Their tokens rise, so that no late verdict of that process counts. The next attempt sees that
    the last one has not ended, and marks the page as a possible duplicate.
    """
    leased, _ = readable("pages", await tx.fetch(LEASED), _page)
    values = [(p.id, 0, p.token + 1, _encoded_free(p)) for p in leased]
    await tx.write(CLAIM, values)
    return len(values)


def _encoded_free(page: Page) -> str:
    return encode(replace(page, token=page.token + 1, lease_until=0)).decode()


async def _fair(tx: Reader, channel: str, now: int, room: Room) -> list[str]:
    """Pages to take: a recipient has never more under way than there is room left for others.

    So one whose mailbox hangs takes half of a lane, two take two thirds, and there is always room
    (dynamic thresholds: Choudhury and Hahne, https://doi.org/10.1109/90.664262).
    """
    free, most, shares = room.free, room.free, Counter(room.under_way)
    chosen: list[str] = []
    while free > 0:
        full = {one for one, number in shares.items() if number >= free} | room.passed_over
        busy = [*sorted(full), *(NOBODY for _ in BUSY)][: len(BUSY)]
        rows = await tx.fetch_bulk(CLAIMABLE, [(channel, now, most, *busy)])
        new = [identity for (identity,) in rows if identity not in chosen]
        before = len(chosen)
        for identity in new:
            if free > 0 and shares[recipient_of(identity)] < free:
                chosen.append(identity)
                shares[recipient_of(identity)] += 1
                free -= 1
        if len(rows) < most or len(chosen) == before:
            break
    return chosen


async def next_due(tx: Reader, channel: str) -> int | None:
    """The instant at which the next page of a channel can be claimed; None: there is none."""
    row = await tx.fetch_one(
        """SELECT (SELECT MIN(due_at) FROM pages
                   WHERE channel = $1 AND state = 'due' AND lease_until <= due_at),
                  (SELECT MIN(lease_until) FROM pages
                   WHERE channel = $1 AND state = 'due' AND lease_until > due_at)""",
        channel,
    )
    return min((at for at in row or () if at is not None), default=None)


async def put_off(tx: Reader, now: int, limit: int) -> list[Page]:
    """Pages that have failed or are held, and are due later than `now`; the worst first."""
    rows = await tx.fetch(
        """SELECT id, body FROM pages
           WHERE state = 'due' AND due_at > $1 AND lease_until <= $1
           ORDER BY severity, due_at, id LIMIT $2""",
        now,
        limit,
    )
    return [page for page in decoded(rows) if page.attempts or page.error]


async def channels_due(tx: Reader) -> list[str]:
    """The channels, known or gone, that have pages in the outbox."""
    rows = await tx.fetch("SELECT DISTINCT channel FROM pages WHERE state = 'due'")
    return sorted(row[0] for row in rows)


async def pending(tx: Reader) -> tuple[int, int | None]:
    """(how many pages are due, when the oldest was)."""
    row = await tx.fetch_one("SELECT COUNT(*), MIN(due_at) FROM pages WHERE state = 'due'")
    return (0, None) if row is None else (row[0], row[1])
