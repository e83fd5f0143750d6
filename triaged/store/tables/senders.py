"""When each sender of a source was last heard."""

from collections.abc import Mapping

from triaged.store.database.base import Bulk, Reader, Writer

HEARD = Bulk(
    """INSERT INTO senders (source, sender, heard_at) {rows}
       ON CONFLICT (source, sender) DO UPDATE SET heard_at = excluded.heard_at
           WHERE excluded.heard_at > senders.heard_at""",
    ("text", "text", "bigint"),
)
Sender = tuple[str, str]
"""(source, sender)."""


async def heard(tx: Reader) -> dict[Sender, int]:
    """(source, sender) → when it was last heard."""
    rows = await tx.fetch("SELECT source, sender, heard_at FROM senders")
    return {(source, sender): at for source, sender, at in rows}


async def last_heard(tx: Reader) -> int | None:
    """When anybody was heard last; None: nobody ever was."""
    row = await tx.fetch_one("SELECT MAX(heard_at) FROM senders")
    return None if row is None else row[0]


async def save(tx: Writer, heard_at: Mapping[Sender, int]) -> None:
    """Write when senders were heard."""
    await tx.write(HEARD, sorted((*sender, at) for sender, at in heard_at.items()))
