"""Sessions of the console and one-time links: who has signed in; only digests are stored."""

import msgspec

from triaged.store.database.base import Reader, Row, Transaction
from triaged.wire import encode

COLUMNS = "digest, actor, scopes, token, browser, created_at, seen_at"
_scopes = msgspec.json.Decoder(tuple[str, ...]).decode


class Session(msgspec.Struct, frozen=True):
    """A browser in which somebody has signed in."""

    digest: str
    by: str
    """The person, or the token, as whom it acts."""
    scopes: tuple[str, ...]
    """What it may do; empty: what its token may do."""
    token: str
    """Digest of the API token that it was begun with, and with which it ends; empty: a link."""
    browser: str
    """What the browser says of itself."""
    created_at: int
    seen_at: int

    @property
    def id(self) -> str:
        """The name by which it is listed and ended; nobody signs in with it."""
        return self.digest[:12]


class SignInLink(msgspec.Struct, frozen=True):
    """A link that begins one session."""

    digest: str
    person: str
    scopes: tuple[str, ...]
    made_by: str
    expires_at: int


async def fetch(tx: Reader, digest: str) -> Session | None:
    """The session with this digest."""
    row = await tx.fetch_one(f"SELECT {COLUMNS} FROM sessions WHERE digest = $1", digest)
    return None if row is None else _session(row)


async def listing(tx: Reader, by: str | None, limit: int) -> list[Session]:
    """Sessions, the last begun first; with `by`, those that act as they do."""
    rows = await tx.fetch(
        f"""SELECT {COLUMNS} FROM sessions WHERE actor = $1 OR $2 = 1
            ORDER BY created_at DESC, digest LIMIT $3""",
        by or "",
        int(by is None),
        limit,
    )
    return [_session(row) for row in rows]


async def add(tx: Transaction, session: Session, most: int) -> None:
    """Keep a new session; of those that act as the same, the oldest beyond `most` end."""
    await tx.execute(
        f"INSERT INTO sessions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        session.digest,
        session.by,
        encode(session.scopes).decode(),
        session.token,
        session.browser,
        session.created_at,
        session.seen_at,
    )
    await tx.execute(
        """DELETE FROM sessions WHERE actor = $1 AND token = $2 AND digest NOT IN (
               SELECT digest FROM sessions WHERE actor = $1 AND token = $2
               ORDER BY created_at DESC, digest LIMIT $3)""",
        session.by,
        session.token,
        most,
    )


async def touch(tx: Transaction, digest: str, now: int) -> None:
    """Note that a session is used."""
    await tx.execute(
        "UPDATE sessions SET seen_at = $1 WHERE digest = $2 AND seen_at < $1", now, digest
    )


async def end(tx: Transaction, digest: str) -> bool:
    """End a session; whether there was one."""
    return await tx.execute("DELETE FROM sessions WHERE digest = $1", digest) > 0


async def end_named(tx: Transaction, name: str, by: str | None) -> bool:
    """End the session that is listed as `name`; with `by`, only one that acts as they do."""
    return (
        await tx.execute(
            """DELETE FROM sessions WHERE SUBSTR(digest, 1, 12) = $1
                   AND (actor = $2 OR $3 = 1)""",
            name,
            by or "",
            int(by is None),
        )
        > 0
    )


async def prune(tx: Transaction, created_before: int, seen_before: int, now: int) -> None:
    """Forget the sessions and the links that are over."""
    await tx.execute(
        "DELETE FROM sessions WHERE created_at <= $1 OR seen_at <= $2", created_before, seen_before
    )
    await tx.execute("DELETE FROM sign_in_links WHERE expires_at <= $1", now)


async def add_link(tx: Transaction, link: SignInLink) -> None:
    """Keep a new link."""
    await tx.execute(
        """INSERT INTO sign_in_links (digest, person, scopes, made_by, expires_at)
           VALUES ($1, $2, $3, $4, $5)""",
        link.digest,
        link.person,
        encode(link.scopes).decode(),
        link.made_by,
        link.expires_at,
    )


async def link_of(tx: Reader, digest: str, now: int) -> SignInLink | None:
    """The link with this digest that can still be used."""
    row = await tx.fetch_one(
        """SELECT digest, person, scopes, made_by, expires_at FROM sign_in_links
           WHERE digest = $1 AND expires_at > $2""",
        digest,
        now,
    )
    return None if row is None else SignInLink(row[0], row[1], _scopes(row[2]), row[3], row[4])


async def use_link(tx: Transaction, digest: str) -> bool:
    """Use a link up; False: somebody was faster."""
    return await tx.execute("DELETE FROM sign_in_links WHERE digest = $1", digest) > 0


async def links(tx: Reader) -> int:
    """How many links there are."""
    row = await tx.fetch_one("SELECT COUNT(*) FROM sign_in_links")
    return 0 if row is None else int(row[0])


def _session(row: Row) -> Session:
    digest, actor, scopes, token, browser, created_at, seen_at = row
    return Session(digest, actor, _scopes(scopes), token, browser, created_at, seen_at)
