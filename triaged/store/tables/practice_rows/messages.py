"""Messages that providers keep, which are edited, answered and reported on."""

from triaged.core.records.two_way import PostedMessage, TakenCall
from triaged.store.database.base import Bulk, Reader
from triaged.store.tables.practice_rows.row_table import Column, RowTable

NEWEST_MAX = 50
"""Messages of an incident on a channel that are edited: those before them say already that there
is a newer one."""

TABLE = RowTable(
    PostedMessage,
    "messages",
    Column("channel", "text", lambda message: message.channel),
    Column("ref", "text", lambda message: message.ref),
    Column("posted_at", "bigint", lambda message: message.posted_at),
)
CALLS = RowTable(TakenCall, "taken_calls", Column("at", "bigint", lambda call: call.at))
"""Calls of providers that were taken: each once."""

BY_REF = Bulk(
    """WITH v (channel, ref) AS ({rows}) SELECT {columns} FROM v CROSS JOIN messages r
       WHERE r.channel = v.channel AND r.ref = v.ref""",
    ("text", "text"),
    ("r.body",),
    order="r.posted_at, r.id",
)


async def of_channel(tx: Reader, incident: int, channel: str) -> list[PostedMessage]:
    """The messages about an incident on a channel, the newest first."""
    rows = await tx.fetch(
        """SELECT body FROM messages WHERE incident = $1 AND channel = $2
           ORDER BY posted_at DESC, id DESC LIMIT $3""",
        incident,
        channel,
        NEWEST_MAX,
    )
    return TABLE.decoded(rows)


async def of_open(tx: Reader, channel: str, since: int, limit: int) -> list[str]:
    """What a channel's provider calls the messages of open incidents, the newest first."""
    rows = await tx.fetch(
        """SELECT ref, MAX(posted_at) AS at FROM messages
           WHERE incident IN (SELECT number FROM incidents WHERE state = 'open')
             AND channel = $1 AND posted_at > $2
           GROUP BY ref ORDER BY at DESC, ref LIMIT $3""",
        channel,
        since,
        limit,
    )
    return [str(ref) for ref, _ in rows]


async def of_ref(tx: Reader, channel: str, ref: str) -> list[PostedMessage]:
    """What a provider calls so, the oldest first: one message may stand for several pages."""
    return TABLE.decoded(await tx.fetch_bulk(BY_REF, [(channel, ref)]))
