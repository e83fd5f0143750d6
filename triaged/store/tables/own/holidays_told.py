"""The public holidays of places as they were known last."""

from collections.abc import Mapping
from datetime import date

import msgspec

from triaged.store.database.base import Bulk, Reader, Transaction
from triaged.wire import encode

SAVE = Bulk("INSERT INTO holidays_told (place, body) {rows}", ("text", "text"))
LOCK = "holidays_told"
_decode = msgspec.json.Decoder(dict[date, str]).decode


async def last(tx: Reader) -> dict[str, dict[date, str]]:
    """By place, the name of each day."""
    rows = await tx.fetch("SELECT place, body FROM holidays_told ORDER BY place")
    return {place: _decode(body) for place, body in rows}


async def replace(tx: Transaction, known: Mapping[str, Mapping[date, str]]) -> None:
    """Keep these and no others."""
    await tx.lock_keys([LOCK])
    await tx.execute("DELETE FROM holidays_told")
    await tx.write(SAVE, sorted((place, encode(days).decode()) for place, days in known.items()))
