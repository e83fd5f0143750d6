from msgspec.structs import replace

from triaged.core.oncall.people import Reached
from triaged.core.records.duty.contacts import ContactDelivery, ContactState
from triaged.core.time.durations import MINUTE, SECOND
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import contacts
from triaged.store.tables.practice_rows.contacts import ask_off

ON = ContactState("alice/mail", None, "alice", "mail", "a1", verified_at=5, verified_by="code")
OFF = replace(ON, id="alice/sms", contact="sms", off_since=7, off_reason="STOP")
WHOSE = ("alice", "sms", "a1")


async def test_a_batch_knows_the_contacts_that_are_off(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [ON, OFF])

    async with database.reading() as tx:
        assert contacts.TABLE.decoded(await tx.fetch_bulk(*ask_off(pages_somebody=True))) == [OFF]
        assert await tx.fetch_bulk(*ask_off(pages_somebody=False)) == []
        assert await contacts.every(tx) == [ON, OFF]


async def test_contact_that_is_on_again_is_off_no_more(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [OFF])
    async with database.transaction() as tx:
        await practice.save(tx, [replace(OFF, off_since=None)])

    async with database.reading() as tx:
        assert await tx.fetch_bulk(*ask_off(pages_somebody=True)) == []


async def noted(database: Database, *ends: tuple[int, str]) -> Reached:
    for at, error in ends:
        async with database.transaction() as tx:
            await contacts.note(tx, [ContactDelivery(*WHOSE, at, error)])
    async with database.reading() as tx:
        return (await contacts.reached(tx))[WHOSE]


async def test_success_and_failure_are_kept_beside_each_other(database: Database) -> None:
    found = await noted(database, (MINUTE, ""), (2 * MINUTE, "busy"), (4 * MINUTE, ""))

    assert found == Reached(4 * MINUTE, 2 * MINUTE, "busy")


async def test_a_contact_that_is_reached_often_is_written_once_a_minute(
    database: Database,
) -> None:
    found = await noted(database, (MINUTE, ""), (MINUTE + SECOND, ""), (MINUTE - SECOND, ""))

    assert found == Reached(MINUTE, None, "")


async def test_ends_of_one_batch_are_one_row(database: Database) -> None:
    ends = [ContactDelivery(*WHOSE, MINUTE, "busy"), ContactDelivery(*WHOSE, MINUTE + 1)]
    async with database.transaction() as tx:
        await contacts.note(tx, ends)

    async with database.reading() as tx:
        assert await contacts.reached(tx) == {WHOSE: Reached(MINUTE + 1, MINUTE, "busy")}
