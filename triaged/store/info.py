"""How much there is."""

from triaged.store.base import Transaction

TABLES = (
    "alerts",
    "observations",
    "incidents",
    "timers",
    "pages",
    "timeline",
    "quarantine",
    "tokens",
)


async def summary(tx: Transaction) -> dict[str, int]:
    """Rows by table, and the number of the schema."""
    counts: dict[str, int] = {}
    for table in TABLES:
        row = await tx.fetch_one(f"SELECT COUNT(*) FROM {table}")
        counts[table] = row[0] if row else 0
    row = await tx.fetch_one("SELECT MAX(number) FROM schema_version")
    counts["schema"] = row[0] if row else 0
    return counts
