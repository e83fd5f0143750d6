"""API tokens: who may do what; only a token's digest is stored."""

import msgspec

from triaged.store.database.base import Reader, Transaction
from triaged.wire import encode

COLUMNS = "id, name, digest, scopes, person, created_at, expires_at, revoked_at"


class Token(msgspec.Struct, frozen=True):
    """A token that was made."""

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    person: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None


async def listing(tx: Reader) -> list[Token]:
    """All tokens, revoked ones too, the newest first."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM tokens ORDER BY created_at DESC, id")
    decode = msgspec.json.Decoder(tuple[str, ...]).decode
    return [
        Token(identity, name, digest, decode(scopes), person, *instants)
        for identity, name, digest, scopes, person, *instants in rows
    ]


async def add(tx: Transaction, token: Token) -> None:
    """Keep a new token."""
    await tx.execute(
        f"INSERT INTO tokens ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        token.id,
        token.name,
        token.digest,
        encode(token.scopes).decode(),
        token.person,
        token.created_at,
        token.expires_at,
        token.revoked_at,
    )


async def revoke(tx: Transaction, name: str, now: int) -> bool:
    """Make the token with this id useless; whether there is such a token."""
    changed = await tx.execute(
        "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2", now, name
    )
    return changed > 0
