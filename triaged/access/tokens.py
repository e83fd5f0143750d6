"""API tokens: `trg_` and 32 random bytes as base64url; the store keeps their SHA-256.

This is the one place that draws random numbers.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import msgspec

from triaged.core.time.durations import parse_duration
from triaged.errors import Malformed, Problem
from triaged.store.database.base import Reader, Transaction
from triaged.store.tables.own import tokens
from triaged.wire import Instant, instant_text, instant_text_or_none
from triaged.yamlschema.values import none_of

PREFIX = "trg_"
RANDOM_BYTES = 32
FEED_TOKEN_BYTES = 16
PUBLIC_ID_CHARACTERS = 12
PUBLIC_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""60 bits in all; without i, l, o and u, which are misread."""

CODE_DIGITS = 6
"""Of a code that confirms a contact; few tries are allowed (`core/oncall/confirming.py`)."""

NAME_MAX = 100

ROLES = ("admin", "respond", "read", "report")
INGEST = "ingest:"
EVERY_SOURCE = f"{INGEST}*"
_SCOPE = re.compile(r"admin|respond|read|report|ingest:(\*|[A-Za-z0-9_.-]{1,100})")
SCOPE_WANTED = "admin, respond, read, report, ingest:<source> or ingest:*"


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def new_identity() -> str:
    """A random UUID, as Alertmanager names its silences: https://www.rfc-editor.org/rfc/rfc9562."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def new_feed_token() -> str:
    """128 random bits as text: the address of a calendar that is published."""
    return secrets.token_urlsafe(FEED_TOKEN_BYTES)


def new_public_id() -> str:
    """12 random characters: the identity of what the public reads, which tells nothing of us."""
    return "".join(secrets.choice(PUBLIC_ALPHABET) for _ in range(PUBLIC_ID_CHARACTERS))


def new_code() -> str:
    """Six random digits, which somebody types who reads them on another screen."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def digest_of(token: str) -> str:
    """The hex digest under which a token is stored. A fast hash is right for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class TokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that somebody asks for."""

    name: str
    scopes: tuple[str, ...]
    person: str | None = None
    """The person as whom the token acts; None: as the token itself."""
    expires_in: str | None = None
    """The lifetime, such as `90d`; None: the token never expires."""

    @staticmethod
    def read(wish: Mapping[str, object]) -> "TokenRequest":
        """The requested token, from the map of a request or a command line. Raises Malformed."""
        try:
            read = msgspec.convert(wish, TokenRequest)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `")
            raise Malformed("wrong_shape", message, path.rstrip("`") or "$") from None
        read.check()
        return read

    def check(self) -> None:
        """Refuse values that no token can have. Raises Malformed."""
        if not 0 < len(self.name) <= NAME_MAX or not self.name.isprintable():
            message = f"a name of 1 to {NAME_MAX} printable characters"
            raise Malformed("wrong_shape", message, "$.name")
        if not self.scopes:
            raise Malformed("wrong_shape", f"at least one of {SCOPE_WANTED}", "$.scopes")
        for index, scope in enumerate(self.scopes):
            if _SCOPE.fullmatch(scope) is None:
                message = f"{scope!r} is none of {SCOPE_WANTED}"
                raise Malformed("wrong_shape", message, f"$.scopes[{index}]")
        self.lifetime_us()

    def lifetime_us(self) -> int | None:
        """The lifetime in µs; None: for ever. Raises Malformed."""
        if self.expires_in is None:
            return None
        try:
            lifetime_us = parse_duration(self.expires_in)
        except ValueError as error:
            raise Malformed("wrong_shape", str(error), "$.expires_in") from None
        if not lifetime_us:
            raise Malformed("wrong_shape", "expected some time", "$.expires_in")
        return lifetime_us

    def dangling(self, sources: Iterable[str], people: Collection[str]) -> list[Problem]:
        """The names in the request that the configuration does not have."""
        known = (*ROLES, EVERY_SOURCE, *(f"{INGEST}{source}" for source in sources))
        found = [
            Problem(f"$.scopes[{index}]", none_of(scope, known))
            for index, scope in enumerate(self.scopes)
            if scope not in known
        ]
        if self.person is not None and self.person not in people:
            found.append(Problem("$.person", none_of(self.person, people)))
        return found


class TokenDocument(msgspec.Struct, frozen=True):
    """A token, without its secret text."""

    id: str
    name: str
    scopes: list[str]
    person: str | None
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class NewToken(TokenDocument, frozen=True):
    """A token that was just made: only this answer shows it."""

    token: str


class Grant(msgspec.Struct, frozen=True):
    """The rights of a stored token's holder."""

    digest: str
    name: str
    scopes: tuple[str, ...]
    person: str | None
    expires_at: int | None


async def grants(tx: Reader) -> list[Grant]:
    """Every token that is not revoked."""
    return [
        Grant(row.digest, row.name, row.scopes, row.person, row.expires_at)
        for row in await tokens.listing(tx)
        if row.revoked_at is None
    ]


async def create(tx: Transaction, wish: TokenRequest, now: int) -> NewToken:
    """Make a token and keep its digest; only the result holds the token itself."""
    text = PREFIX + new_secret()
    digest = digest_of(text)
    lifetime_us = wish.lifetime_us()
    row = tokens.Token(
        id=digest[:12],
        name=wish.name,
        digest=digest,
        scopes=wish.scopes,
        person=wish.person,
        created_at=now,
        expires_at=None if lifetime_us is None else now + lifetime_us,
        revoked_at=None,
    )
    await tokens.add(tx, row)
    return NewToken(**msgspec.structs.asdict(token_document(row)), token=text)


async def listing(tx: Reader) -> list[TokenDocument]:
    """Every token that was made, revoked ones too, without its secret text."""
    return [token_document(row) for row in await tokens.listing(tx)]


async def revoke(tx: Transaction, name: str, now: int) -> bool:
    """Revoke the token with this id; False when there is no valid one."""
    return await tokens.revoke(tx, name, now)


def token_document(row: tokens.Token) -> TokenDocument:
    """A token as the answers show it."""
    return TokenDocument(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        person=row.person,
        created_at=instant_text(row.created_at),
        expires_at=instant_text_or_none(row.expires_at),
        revoked_at=instant_text_or_none(row.revoked_at),
    )
