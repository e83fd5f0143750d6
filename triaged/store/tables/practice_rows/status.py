"""The status page: components, public incidents, posts, maintenance, subscribers, mailings."""

from collections.abc import Collection

from triaged.core.practice.status.public_page import INCIDENTS_MAX, PageRows
from triaged.core.records.practice.status import (
    Component,
    Mailing,
    Maintenance,
    Post,
    PostState,
    PublicIncident,
    Subscriber,
    SubscriberState,
)
from triaged.store.database.base import Ask, Bulk, Reader, Transaction
from triaged.store.database.listing import Where
from triaged.store.tables.practice_rows.row_table import Column, RowTable

COMPONENTS = RowTable(Component, "status_components")
INCIDENTS = RowTable(
    PublicIncident,
    "status_incidents",
    Column("created_at", "bigint", lambda row: row.created_at),
    Column("promised_at", "bigint", lambda row: row.promised_at),
    in_hand="promised_at IS NOT NULL",
)
POSTS = RowTable(
    Post,
    "status_posts",
    Column("thread", "text", lambda row: row.thread),
    Column("state", "text", lambda row: row.state),
    Column("drafted_at", "bigint", lambda row: row.drafted_at),
)
MAINTENANCE = RowTable(
    Maintenance,
    "status_maintenance",
    Column("starts_at", "bigint", lambda row: row.starts_at),
    Column("due_at", "bigint", lambda row: row.due_at),
)
SUBSCRIBERS = RowTable(
    Subscriber,
    "status_subscribers",
    Column("state", "text", lambda row: row.state),
    Column("domain", "text", lambda row: row.domain),
    Column("token", "text", lambda row: row.token),
    Column("created_at", "bigint", lambda row: row.created_at),
    Column("delete_at", "bigint", lambda row: row.delete_at),
)
MAILINGS = RowTable(
    Mailing,
    "status_mailings",
    Column("created_at", "bigint", lambda row: row.created_at),
    Column("ended_at", "bigint", lambda row: row.ended_at),
)
TABLES = (COMPONENTS, INCIDENTS, POSTS, MAINTENANCE, SUBSCRIBERS, MAILINGS)

PUBLISHED_OF = Bulk(
    """WITH v (thread) AS ({rows}) SELECT {columns} FROM v CROSS JOIN status_posts p
       WHERE p.thread = v.thread AND p.state = 'published'""",
    ("text",),
    ("p.body",),
)
DOMAIN_BOUNCES = """SELECT COUNT(*) FROM status_subscribers WHERE domain = $1 AND state = $2
    AND NOT EXISTS (SELECT 1 FROM status_subscribers WHERE domain = $1 AND state = $3)"""


async def page_rows(tx: Reader) -> PageRows:
    """Everything that is public: the newest incidents and maintenance, with their posts."""
    components = await tx.fetch("SELECT body FROM status_components")
    newest = f"LIMIT {INCIDENTS_MAX}"
    incidents = await tx.fetch(
        f"SELECT body FROM status_incidents ORDER BY created_at DESC, id {newest}"
    )
    maintenance = await tx.fetch(
        f"SELECT body FROM status_maintenance ORDER BY starts_at DESC, id {newest}"
    )
    found = INCIDENTS.decoded(incidents)
    planned = MAINTENANCE.decoded(maintenance)
    posts = POSTS.decoded(await tx.fetch_bulk(*_ask_posts([row.id for row in (*found, *planned)])))
    return PageRows(
        components={row.id: row for row in COMPONENTS.decoded(components)},
        incidents={row.id: row for row in found},
        maintenance={row.id: row for row in planned},
        posts={row.id: row for row in posts},
    )


def _ask_posts(threads: Collection[str]) -> Ask:
    return PUBLISHED_OF, [(thread,) for thread in sorted(threads)]


async def post(tx: Reader, identity: str) -> Post | None:
    """The post with this identity."""
    row = await tx.fetch_one("SELECT body FROM status_posts WHERE id = $1", identity)
    return None if row is None else POSTS.decoded([row])[0]


async def thread(tx: Reader, identity: str) -> PublicIncident | Maintenance | None:
    """The public incident or maintenance with this identity."""
    row = await tx.fetch_one("SELECT body FROM status_incidents WHERE id = $1", identity)
    if row is not None:
        return INCIDENTS.decoded([row])[0]
    row = await tx.fetch_one("SELECT body FROM status_maintenance WHERE id = $1", identity)
    return None if row is None else MAINTENANCE.decoded([row])[0]


async def open_thread_of(tx: Reader, number: int) -> PublicIncident | None:
    """The newest public incident that is about an incident of triaged."""
    row = await tx.fetch_one(
        "SELECT body FROM status_incidents WHERE incident = $1 ORDER BY created_at DESC LIMIT 1",
        number,
    )
    return None if row is None else INCIDENTS.decoded([row])[0]


async def posts(
    tx: Reader, state: str | None, cursor: str | None, limit: int
) -> tuple[list[Post], str | None]:
    """Posts, the newest first, and the cursor of those that follow."""
    asked = Where("drafted_at", ("id",), cursor, limit)
    if state is not None:
        asked.add("state = {}", state)
    rows = await tx.fetch(f"SELECT body FROM status_posts {asked.sql()}", *asked.arguments)
    return asked.page(POSTS.decoded(rows), lambda row: (row.drafted_at, row.id))


async def maintenance_due(tx: Reader, now: int, limit: int) -> list[Maintenance]:
    """The maintenance for which the clock has something to do."""
    rows = await tx.fetch(
        "SELECT body FROM status_maintenance WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
        now,
        limit,
    )
    return MAINTENANCE.decoded(rows)


async def mailings(tx: Reader, limit: int) -> list[Mailing]:
    """The mailings that are under way, the oldest first."""
    rows = await tx.fetch(
        """SELECT body FROM status_mailings WHERE ended_at IS NULL
           ORDER BY created_at, id LIMIT $1""",
        limit,
    )
    return MAILINGS.decoded(rows)


async def active_after(tx: Reader, after: str, limit: int) -> list[str]:
    """The next confirmed subscribers after one, by identity."""
    rows = await tx.fetch(
        "SELECT id FROM status_subscribers WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3",
        SubscriberState.ACTIVE,
        after,
        limit,
    )
    return [row[0] for row in rows]


async def subscriber(tx: Reader, identity: str) -> Subscriber | None:
    """The subscriber with this identity."""
    row = await tx.fetch_one("SELECT body FROM status_subscribers WHERE id = $1", identity)
    return None if row is None else SUBSCRIBERS.decoded([row])[0]


async def subscriber_of_token(tx: Reader, digest: str) -> Subscriber | None:
    """The subscriber whose token has this digest."""
    row = await tx.fetch_one("SELECT body FROM status_subscribers WHERE token = $1", digest)
    return None if row is None else SUBSCRIBERS.decoded([row])[0]


async def subscribers(
    tx: Reader, state: str | None, cursor: str | None, limit: int
) -> tuple[list[Subscriber], str | None]:
    """Subscribers, the newest first, and the cursor of those that follow."""
    asked = Where("created_at", ("id",), cursor, limit)
    if state is not None:
        asked.add("state = {}", state)
    rows = await tx.fetch(f"SELECT body FROM status_subscribers {asked.sql()}", *asked.arguments)
    return asked.page(SUBSCRIBERS.decoded(rows), lambda row: (row.created_at, row.id))


async def counts(tx: Reader) -> dict[str, int]:
    """How many subscribers there are, by state."""
    return dict(await tx.fetch("SELECT state, COUNT(*) FROM status_subscribers GROUP BY state"))


async def domain_bounces(tx: Reader, domain: str) -> int:
    """How many addresses of a domain bounced; none where anybody there has confirmed."""
    states = (SubscriberState.BOUNCED, SubscriberState.ACTIVE)
    row = await tx.fetch_one(DOMAIN_BOUNCES, domain, *states)
    return 0 if row is None else int(row[0])


async def forget(tx: Transaction, now: int, limit: int) -> int:
    """Delete what is kept no longer: subscribers who did not confirm or left; discarded drafts."""
    return await tx.execute(
        """DELETE FROM status_subscribers WHERE id IN (
               SELECT id FROM status_subscribers WHERE delete_at <= $1 LIMIT $2)""",
        now,
        limit,
    )


async def forget_threads(tx: Transaction, before: int) -> None:
    """Delete what belongs to no incident of triaged and began before an instant, with its posts."""
    await tx.execute(
        "DELETE FROM status_maintenance WHERE due_at IS NULL AND starts_at < $1", before
    )
    await tx.execute(
        "DELETE FROM status_incidents WHERE incident IS NULL AND created_at < $1", before
    )
    await tx.execute(
        """DELETE FROM status_posts WHERE incident IS NULL AND drafted_at < $1
           AND NOT EXISTS (SELECT 1 FROM status_incidents i WHERE i.id = status_posts.thread)
           AND NOT EXISTS (SELECT 1 FROM status_maintenance m WHERE m.id = status_posts.thread)""",
        before,
    )


async def forget_old(tx: Transaction, before: int) -> None:
    """Delete mailings and discarded drafts from before an instant."""
    await tx.execute("DELETE FROM status_mailings WHERE ended_at < $1", before)
    await tx.execute(
        "DELETE FROM status_posts WHERE state = $1 AND drafted_at < $2",
        PostState.DISCARDED,
        before,
    )
