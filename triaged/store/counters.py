"""Numbers that are handed out once."""

from triaged.store.base import Bulk, Transaction

GIVE_BACK = Bulk(
    """WITH v (name, unused) AS ({rows}) UPDATE counters SET next = next - v.unused
       FROM v WHERE counters.name = v.name""",
    ("text", "bigint"),
)


async def reserve(tx: Transaction, name: str, count: int) -> range:
    """`count` numbers that nobody else gets."""
    rows = await tx.fetch(
        "UPDATE counters SET next = next + $1 WHERE name = $2 RETURNING next", count, name
    )
    end = rows[0][0]
    return range(end - count, end)


async def give_back(tx: Transaction, name: str, count: int) -> None:
    """Return the last `count` numbers reserved in this transaction."""
    await tx.write(GIVE_BACK, [(name, count)])
