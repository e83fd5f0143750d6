"""Sessions of browsers: the cookie, whom it stands for, and the user that a proxy names.

A browser sends both by itself, whoever made the page that asks; so they count for a request that
changes something only if that comes from a page of ours (https://www.w3.org/TR/fetch-metadata/).
"""

from collections import OrderedDict
from http.cookies import SimpleCookie

import msgspec
import structlog
from aiohttp import web

from triaged.access.sessions import TOUCH_US, ends_at
from triaged.access.tokens import digest_of
from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.http import origins
from triaged.http.auth import Caller, KnownTokens, caller_of
from triaged.store.database.base import Database
from triaged.store.tables.own import sessions
from triaged.store.tables.own.sessions import Session

SECURE_COOKIE = "__Host-triaged"
"""https://www.rfc-editor.org/rfc/rfc6265bis: only this very host sets it, and only over TLS."""

LOCAL_COOKIE = "triaged_session"
"""On this machine without TLS, where a browser refuses the other one."""

SECRET_MAX = 100
FRESH_US = SECOND
"""A session that was ended elsewhere is dead a second later."""

REMEMBERED_MAX = 1000
COOKIE_LIFE_S = 14 * 86_400

log = structlog.get_logger()


class _Read(msgspec.Struct, frozen=True):
    session: Session | None
    at: int


class KnownSessions:
    """The sessions that were asked for lately, each read anew once it is a second old."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read: OrderedDict[str, _Read] = OrderedDict()

    async def of(self, secret: str) -> Session | None:
        """The session of a cookie; None: there is none, or it is over. Raises StoreUnavailable."""
        digest = digest_of(secret)
        session = await self._fetch(digest)
        now = self._clock.now()
        if session is None or ends_at(session) <= now:
            return None
        if session.seen_at + TOUCH_US <= now:
            await self._touch(session, now)
        return session

    def forget(self) -> None:
        """Read every session anew before the next answer: one was begun or ended."""
        self._read.clear()

    async def _fetch(self, digest: str) -> Session | None:
        now, known = self._clock.now(), self._read.get(digest)
        if known is not None and now - known.at < FRESH_US:
            return known.session
        async with self._database.reading() as tx:
            session = await sessions.fetch(tx, digest)
        self._read[digest] = _Read(session, now)
        while len(self._read) > REMEMBERED_MAX:
            self._read.popitem(last=False)
        return session

    async def _touch(self, session: Session, now: int) -> None:
        """Write down that it is used; without a store to write to, the next request does."""
        try:
            async with self._database.transaction() as tx:
                await sessions.touch(tx, session.digest, now)
        except StoreUnavailable:
            log.warning("session.touch_failed", session=session.id)
            return
        self._read.pop(session.digest, None)


async def session_caller(
    session: Session, tokens: KnownTokens, configuration: Configuration
) -> Caller | None:
    """The caller whom a session stands for; None: its token or its person is gone."""
    if session.token:
        return await tokens.caller_by_digest(session.token, configuration)
    if session.by not in configuration.settings.people:
        return None
    return caller_of(session.by, session.scopes, session.by)


def proxy_caller(request: web.BaseRequest, configuration: Configuration) -> Caller | None:
    """The user whom a trusted proxy names in the header that `auth_proxy` says; None: nobody."""
    wanted = configuration.auth_proxy
    if wanted is None or not origins.is_from_proxy(request, configuration.trusted_proxies):
        return None
    name = request.headers.get(wanted.header, "").strip()
    if not name:
        return None
    groups = request.headers.get(wanted.groups, "") if wanted.groups else ""
    names = [group.strip() for group in groups.split(",")]
    held = {wanted.roles[name] for name in names if name in wanted.roles}
    scopes = held or ({wanted.role} if wanted.role != "none" else set())
    if not scopes:
        return None
    person = name if name in configuration.settings.people else None
    return caller_of(name, scopes if person else ("read",), person)


def secret_of(request: web.BaseRequest) -> str | None:
    """The secret in the session's cookie; None: there is none."""
    for cookie in request.headers.getall("Cookie", []):
        for pair in cookie.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == cookie_name(request) and 0 < len(value) <= SECRET_MAX:
                return value
    return None


def cookie_name(request: web.BaseRequest) -> str:
    """The name of the session's cookie, as this request can have it."""
    return LOCAL_COOKIE if is_plain_local(request) else SECURE_COOKIE


def is_plain_local(request: web.BaseRequest) -> bool:
    """True if a browser on this machine asks without TLS."""
    is_tls = request.transport is not None and request.transport.get_extra_info("sslcontext")
    return not is_tls and origins.is_loopback_host(request.host)


def set_cookie(request: web.BaseRequest, secret: str) -> str:
    """The header that gives a browser its session; an empty secret takes it away."""
    cookie: SimpleCookie = SimpleCookie()
    name = cookie_name(request)
    cookie[name] = secret
    morsel = cookie[name]
    morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
    morsel["max-age"] = COOKIE_LIFE_S if secret else 0
    if name == SECURE_COOKIE:
        morsel["secure"] = True
    return morsel.OutputString()
