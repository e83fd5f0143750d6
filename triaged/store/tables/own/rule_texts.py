"""The texts of the rule files that were loaded last without an error."""

from collections.abc import Mapping

import msgspec

from triaged.store.database.base import Bulk, Reader, Transaction

SAVE = Bulk(
    "INSERT INTO rule_texts (path, text, loaded_at) {rows}",
    ("text", "bytea", "bigint"),
)
LOCK = "rule_texts"


class RuleText(msgspec.Struct, frozen=True):
    """A rule file as it was loaded at an instant (µs)."""

    path: str
    text: bytes
    loaded_at: int


async def every(tx: Reader) -> list[RuleText]:
    """All texts, by path."""
    rows = await tx.fetch("SELECT path, text, loaded_at FROM rule_texts ORDER BY path")
    return [RuleText(path, bytes(text), loaded_at) for path, text, loaded_at in rows]


async def replace(tx: Transaction, texts: Mapping[str, bytes], loaded_at: int) -> None:
    """Keep these texts, by path, and no others."""
    await tx.lock_keys([LOCK])
    await tx.execute("DELETE FROM rule_texts")
    rows = [(path, text, loaded_at) for path, text in texts.items()]
    await tx.write(SAVE, sorted(rows))
