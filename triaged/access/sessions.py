"""Sessions: what a browser that has signed in shows instead of a token.

A session is 32 random bytes, of which the store keeps the SHA-256. It is begun by a one-time link
that an administrator makes, or by an API token, with which it ends.
"""

from collections.abc import Collection

import msgspec

from triaged.access.tokens import digest_of, new_secret
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.errors import Malformed
from triaged.store.database.base import Reader, Transaction
from triaged.store.tables.own import sessions
from triaged.store.tables.own.sessions import Session, SignInLink
from triaged.wire import Instant, instant_text
from triaged.yamlschema.values import none_of

IDLE_US = 12 * HOUR
"""A session that nobody uses for a shift's length ends."""

LIFE_US = 14 * DAY
"""However it is used, a session ends: who has left does not stay signed in for months."""

LINK_US = 10 * MINUTE
"""Time to open a link: it is copied from a terminal to a browser."""

TOUCH_US = 5 * MINUTE
"""The use of a session is written down this often, not with each request."""

SESSIONS_MAX = 20
"""Sessions of one person: a telephone, some browsers, and those that were never ended."""

LINKS_MAX = 100
"""Links that wait for their use."""

LISTED_MAX = 1000
BROWSER_MAX = 200
CODE_MAX = 200
SIGN_IN_ROLES = ("read", "respond", "admin")
TOO_MANY = "too many links wait for their use: try again in 10 min"


class LinkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sign-in link that an administrator asks for."""

    person: str
    scopes: tuple[str, ...] = ("respond",)

    def check(self, people: Collection[str]) -> None:
        """Refuse what no session can have. Raises Malformed."""
        if self.person not in people:
            raise Malformed("wrong_shape", none_of(self.person, people), "$.person")
        for index, scope in enumerate(self.scopes):
            if scope not in SIGN_IN_ROLES:
                message = none_of(scope, SIGN_IN_ROLES)
                raise Malformed("wrong_shape", message, f"$.scopes[{index}]")
        if not self.scopes:
            message = f"at least one of {', '.join(SIGN_IN_ROLES)}"
            raise Malformed("wrong_shape", message, "$.scopes")


class Grounds(msgspec.Struct, frozen=True):
    """Whom a session stands for, and what it may do."""

    by: str
    scopes: tuple[str, ...] = ()
    token: str = ""
    """Digest of the API token that says what it may do, and with which it ends."""


class SessionDocument(msgspec.Struct, frozen=True):
    """A session as it is listed: nobody signs in with what is shown of it."""

    id: str
    by: str
    """The person, or the token, as whom it acts."""
    scopes: list[str]
    """Empty: what its token may do."""
    browser: str
    created_at: Instant
    seen_at: Instant
    ends_at: Instant


def session_document(session: Session) -> SessionDocument:
    """A session as the answers show it."""
    return SessionDocument(
        id=session.id,
        by=session.by,
        scopes=list(session.scopes),
        browser=session.browser,
        created_at=instant_text(session.created_at),
        seen_at=instant_text(session.seen_at),
        ends_at=instant_text(ends_at(session)),
    )


def ends_at(session: Session) -> int:
    """When a session ends unless it is used again."""
    return min(session.created_at + LIFE_US, session.seen_at + IDLE_US)


async def make_link(tx: Transaction, wish: LinkRequest, by: str, now: int) -> str | None:
    """Make a one-time link; its code, which only this result holds. None: too many wait."""
    await sessions.prune(tx, now - LIFE_US, now - IDLE_US, now)
    if await sessions.links(tx) >= LINKS_MAX:
        return None
    code = new_secret()
    link = SignInLink(digest_of(code), wish.person, wish.scopes, by, now + LINK_US)
    await sessions.add_link(tx, link)
    return code


def link_of(public_url: str, code: str) -> str:
    """The address that a code signs in at."""
    return f"{public_url}/login/{code}"


async def find_link(tx: Reader, code: str, now: int) -> SignInLink | None:
    """The link with this code that can still be used."""
    return await sessions.link_of(tx, digest_of(code), now) if len(code) <= CODE_MAX else None


async def redeem(tx: Transaction, code: str, browser: str, now: int) -> str | None:
    """Begin a session by a link, which is used up by that; None: the link is none, or was used."""
    link = await find_link(tx, code, now)
    if link is None or not await sessions.use_link(tx, link.digest):
        return None
    return await begin(tx, Grounds(link.person, link.scopes), browser, now)


async def begin(tx: Transaction, grounds: Grounds, browser: str, now: int) -> str:
    """Begin a session; its secret, which only this result holds."""
    await sessions.prune(tx, now - LIFE_US, now - IDLE_US, now)
    secret = new_secret()
    session = Session(
        digest=digest_of(secret),
        by=grounds.by,
        scopes=grounds.scopes,
        token=grounds.token,
        browser=browser.replace("\0", "")[:BROWSER_MAX],
        created_at=now,
        seen_at=now,
    )
    await sessions.add(tx, session, SESSIONS_MAX)
    return secret
