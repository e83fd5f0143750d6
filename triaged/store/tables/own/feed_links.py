"""Addresses of calendars that triaged publishes: only digests of their tokens are stored."""

from typing import Literal

import msgspec

from triaged.store.database.base import Reader, Row, Transaction
from triaged.wire import encode

LinkKind = Literal["schedule", "person"]
COLUMNS = "digest, kind, target, made_by, made_at, used_at, agent"
AGENT_MAX = 100
ID_CHARACTERS = 12
LINKS_MAX = 1_000
"""A calendar for each person and schedule of a large company, and some for walls."""

_sent = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode


class FeedLink(msgspec.Struct, frozen=True):
    """The address of one calendar."""

    digest: str
    kind: LinkKind
    target: str
    """The schedule, or the person."""
    made_by: str
    made_at: int
    used_at: int | None = None
    """When it was fetched last, to the minute; None: it never was."""
    agent: str = ""
    """What the program that fetched it last says of itself."""

    @property
    def id(self) -> str:
        """The name by which it is listed and revoked; it opens nothing."""
        return self.digest[:ID_CHARACTERS]


async def add(tx: Transaction, link: FeedLink) -> bool:
    """Add a link; False: there are as many as there may be."""
    await tx.lock_keys(["feed_links"])
    row = await tx.fetch_one("SELECT COUNT(*) FROM feed_links")
    if row is not None and row[0] >= LINKS_MAX:
        return False
    await tx.execute(
        f"""INSERT INTO feed_links ({COLUMNS}, sent)
            VALUES ($1, $2, $3, $4, $5, NULL, '', '{{}}')""",
        link.digest,
        link.kind,
        link.target,
        link.made_by,
        link.made_at,
    )
    return True


async def fetch(tx: Reader, digest: str) -> FeedLink | None:
    """The link with this digest; None: there is none, or it was revoked."""
    row = await tx.fetch_one(f"SELECT {COLUMNS} FROM feed_links WHERE digest = $1", digest)
    return None if row is None else _link(row)


async def listing(tx: Reader) -> list[FeedLink]:
    """All links, the last made first."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM feed_links ORDER BY made_at DESC, digest")
    return [_link(row) for row in rows]


async def revoke(tx: Transaction, identity: str) -> bool:
    """Remove the link with this name; False: there is none."""
    row = await tx.fetch_one(
        f"DELETE FROM feed_links WHERE substr(digest, 1, {ID_CHARACTERS}) = $1 RETURNING digest",
        identity,
    )
    return row is not None


async def used(tx: Transaction, digest: str, at: int, agent: str) -> None:
    """Note that a calendar was fetched."""
    await tx.execute(
        "UPDATE feed_links SET used_at = $2, agent = $3 WHERE digest = $1",
        digest,
        at,
        agent[:AGENT_MAX],
    )


async def sent(tx: Transaction, digest: str) -> dict[str, tuple[int, int]]:
    """By UID, the end and the sequence number of each shift as it was served last.

    Until the transaction ends, nobody else reads them here.
    """
    await tx.lock_keys([f"feed_link {digest}"])
    row = await tx.fetch_one("SELECT sent FROM feed_links WHERE digest = $1", digest)
    return {} if row is None else _sent(row[0])


async def save_sent(tx: Transaction, digest: str, numbers: dict[str, tuple[int, int]]) -> None:
    """Keep what is served from now on."""
    body = encode(numbers).decode()
    await tx.execute("UPDATE feed_links SET sent = $2 WHERE digest = $1", digest, body)


def _link(row: Row) -> FeedLink:
    digest, kind, target, made_by, made_at, used_at, agent = row
    return FeedLink(digest, kind, target, made_by, made_at, used_at, agent)
