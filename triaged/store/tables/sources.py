"""The instant at which each source was last heard."""

from collections.abc import Mapping

from triaged.store.database.base import Bulk, Reader, Writer

HEARD = Bulk(
    """INSERT INTO sources (name, heard_at) {rows}
       ON CONFLICT (name) DO UPDATE SET heard_at = excluded.heard_at
           WHERE excluded.heard_at > sources.heard_at""",
    ("text", "bigint"),
)


async def heard(tx: Reader) -> dict[str, int]:
    """Source → when it was last heard."""
    return {name: at for name, at in await tx.fetch("SELECT name, heard_at FROM sources")}  # noqa: C416 - types the pair


async def save(tx: Writer, heard_at: Mapping[str, int]) -> None:
    """Write when sources were heard."""
    await tx.write(HEARD, sorted(heard_at.items()))
