"""Destinations that have another address now, by their provider's word."""

from triaged.store.database.base import Reader, Transaction


async def keep(tx: Transaction, channel: str, address: str, moved_to: str, at: int) -> None:
    """Remember where a destination is now."""
    await tx.execute(
        """INSERT INTO moved_addresses (channel, address, moved_to, at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (channel, address) DO UPDATE
           SET moved_to = excluded.moved_to, at = excluded.at
           WHERE excluded.at >= moved_addresses.at""",
        channel,
        address,
        moved_to,
        at,
    )


async def moved_to(tx: Reader, channel: str, address: str) -> str:
    """The address of now; empty: it has not moved."""
    row = await tx.fetch_one(
        "SELECT moved_to FROM moved_addresses WHERE channel = $1 AND address = $2",
        channel,
        address,
    )
    return "" if row is None else str(row[0])
