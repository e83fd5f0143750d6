"""Authentication: callers by the digest of their token, with scopes that include one another.

A token is looked up by its SHA-256 and compared in constant time; tokens are 256 random bits, so a
slow hash would protect nothing. Those of the configuration need no store; those of the store are
read together, at most once a second, so that one revoked elsewhere is dead a second later.
"""

import asyncio
import hmac
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec
from multidict import CIMultiDictProxy

from triaged.access.tokens import Grant, digest_of, grants
from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.records import actors
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database

FRESH_US = SECOND
TOKEN_MAX = 4096
"""The longest credential that is examined; ours have 47 characters."""

ANY_SOURCE = "ingest:*"
KEY_CHARACTERS = 16
"""Characters of the hex digest that find a token: 64 bits tell all of an installation apart."""

T = TypeVar("T")
INCLUDED = {
    "admin": ("respond", "read", "report", ANY_SOURCE),
    "respond": ("read", "report"),
}
"""By scope: the scopes that it includes."""


class Caller(msgspec.Struct, frozen=True):
    """The caller: `by` goes into the timeline, `scopes` holds the included ones too."""

    by: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """True if the caller holds `scope`: admin, respond, read, report or `ingest:<source>`."""
        if scope in self.scopes:
            return True
        return scope.startswith("ingest:") and ANY_SOURCE in self.scopes


ANYBODY = Caller(actors.ANONYMOUS, frozenset({"admin", "respond", "read", "report", ANY_SOURCE}))
"""The caller of every request under `auth: none`."""

NOBODY = Caller("", frozenset())
"""The caller of a request before its guards, and of one that needs no token."""


def caller_of(name: str, scopes: Iterable[str], person: str | None) -> Caller:
    """The caller whom a token stands for."""
    held = frozenset(scopes)
    included = {extra for scope in held for extra in INCLUDED.get(scope, ())}
    return Caller(person or actors.token(name), held | included)


def credential(headers: CIMultiDictProxy[str]) -> str | None:
    """The token of an Authorization header: bearer, or the password of basic."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    rest = rest.strip()
    if not rest or len(rest) > TOKEN_MAX:
        return None
    match scheme.lower():
        case "bearer":
            return rest
        case "basic":
            return _password(rest)
        case _:
            return None


def _password(encoded: str) -> str | None:
    try:
        _, colon, password = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # neither base64 nor UTF-8
        return None
    return password if colon else None


class KnownTokens:
    """The tokens of the configuration and of the store, by digest."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._configuration: Configuration | None = None
        self._static: Mapping[str, tuple[str, Caller]] = {}
        self._stored: Mapping[str, tuple[str, Grant]] = {}
        self._read_at: int | None = None
        self._reading = asyncio.Lock()

    async def caller(self, token: str, configuration: Configuration) -> Caller | None:
        """The caller whom `token` stands for; None: nobody. Raises StoreUnavailable: unknown."""
        return await self.caller_by_digest(digest_of(token), configuration)

    async def caller_by_digest(self, digest: str, configuration: Configuration) -> Caller | None:
        """The caller whom the token with this digest stands for, likewise."""
        if configuration is not self._configuration:
            self._static = _static(configuration)
            self._configuration = configuration
        known = _find(digest, self._static)
        if known is not None:
            return known
        await self._refresh()
        grant = _find(digest, self._stored)
        if grant is None:
            return None
        if grant.expires_at is not None and grant.expires_at <= self._clock.now():
            return None
        return caller_of(grant.name, grant.scopes, grant.person)

    def forget(self) -> None:
        """Read the store's tokens anew before the next answer: one was made or revoked."""
        self._read_at = None

    async def _refresh(self) -> None:
        """Read the tokens anew once they are a second old; calls in the meantime wait for that."""
        if self._is_fresh():
            return
        async with self._reading:
            if self._is_fresh():
                return
            now = self._clock.now()
            try:
                async with self._database.reading() as tx:
                    known = await grants(tx)
            except StoreUnavailable:
                if self._read_at is None:
                    raise
                return  # nobody can revoke a token while the store is away either
            self._stored = {_key(grant.digest): (grant.digest, grant) for grant in known}
            self._read_at = now

    def _is_fresh(self) -> bool:
        return self._read_at is not None and self._clock.now() - self._read_at < FRESH_US


def _static(configuration: Configuration) -> dict[str, tuple[str, Caller]]:
    found: dict[str, tuple[str, Caller]] = {}
    for token in configuration.tokens:
        digest = digest_of(token.token.reveal())
        found[_key(digest)] = (digest, caller_of(token.name, token.scopes, token.person))
    return found


def _key(digest: str) -> str:
    return digest[:KEY_CHARACTERS]


def _find(digest: str, known: Mapping[str, tuple[str, T]]) -> T | None:
    """The entry of `digest`: found by its beginning, compared whole in constant time."""
    found = known.get(_key(digest))
    return found[1] if found is not None and hmac.compare_digest(found[0], digest) else None
