"""Numbers of rows and bytes in the store."""

from triaged.store.database.base import Reader

TABLES = (
    "alerts",
    "observations",
    "incidents",
    "timers",
    "pages",
    "timeline",
    "quarantine",
    "backlog",
    "silences",
    "changes",
    "postmortems",
    "action_items",
    "tokens",
)


async def summary(tx: Reader) -> dict[str, int]:
    """Rows by table, and the number of the schema."""
    counts: dict[str, int] = {}
    for table in TABLES:
        row = await tx.fetch_one(f"SELECT COUNT(*) FROM {table}")
        counts[table] = row[0] if row else 0
    row = await tx.fetch_one("SELECT MAX(number) FROM schema_version")
    counts["schema"] = row[0] if row else 0
    return counts


SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


async def size_bytes(tx: Reader, database: str) -> int:
    """The bytes that the store takes, SQLite's log apart; `database` is its `name`."""
    row = await tx.fetch_one(SIZES[database])
    return row[0] if row else 0
