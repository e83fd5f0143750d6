"""The schedules by which people were last told who is on call."""

from collections.abc import Mapping

import msgspec

from triaged.core.time.oncall import Schedule
from triaged.store.database.base import Bulk, Reader, Transaction
from triaged.wire import encode

SAVE = Bulk("INSERT INTO schedules_told (name, told_at, body) {rows}", ("text", "bigint", "text"))
LOCK = "schedules_told"
_decode = msgspec.json.Decoder(Schedule).decode


class Told(msgspec.Struct, frozen=True):
    """The schedules of an instant (µs), by name."""

    schedules: dict[str, Schedule]
    told_at: int


async def last(tx: Reader) -> Told | None:
    """The schedules that were kept last; None: none were, or another version has written them."""
    rows = await tx.fetch("SELECT name, told_at, body FROM schedules_told ORDER BY name")
    try:
        found = {name: _decode(body) for name, _, body in rows}
    except msgspec.MsgspecError:
        return None
    return Told(found, max(at for _, at, _ in rows)) if rows else None


async def replace(tx: Transaction, schedules: Mapping[str, Schedule], told_at: int) -> None:
    """Keep these schedules and no others."""
    await tx.lock_keys([LOCK])
    await tx.execute("DELETE FROM schedules_told")
    rows = [(name, told_at, encode(each).decode()) for name, each in schedules.items()]
    await tx.write(SAVE, sorted(rows))
