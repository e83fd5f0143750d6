from msgspec.structs import replace

from triaged.core.records.duty.held import HeldMessage, HeldState
from triaged.core.records.severity import Severity
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import held_messages

FIRST = HeldMessage("INC-1/x/alice/mail", 1, "alice", "mail", Severity.SEV4, "", 5, 90)
SECOND = replace(FIRST, id="INC-2/x/alice/mail", incident=2, at=6)
OTHER = replace(FIRST, id="INC-1/x/bob/mail", person="bob")


async def test_messages_wait_for_their_readers_until_they_are_told(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, SECOND, OTHER])
    async with database.transaction() as tx:
        await practice.save(tx, [replace(OTHER, state=HeldState.TOLD, told_at=90)])

    async with database.reading() as tx:
        assert await held_messages.waiting(tx) == {"alice": 2}
        assert await held_messages.of(tx, "alice", waits=True) == [FIRST, SECOND]
        assert await held_messages.of(tx, "alice", waits=False, limit=1) == [SECOND]
        assert await held_messages.of(tx, "bob", waits=True) == []
        assert [row.state for row in await held_messages.of(tx, "bob", waits=False)] == ["told"]
