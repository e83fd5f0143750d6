"""Keys that live and die with the store."""

from triaged.store.database.base import Transaction


async def ensure(tx: Transaction, name: str, made: str) -> str:
    """The secret of this name; `made` becomes it where there is none yet."""
    await tx.execute(
        "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        name,
        made,
    )
    row = await tx.fetch_one("SELECT value FROM secrets WHERE name = $1", name)
    assert row is not None, "it was there or has just been made"
    value: str = row[0]
    return value
