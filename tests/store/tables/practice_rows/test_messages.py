"""Messages that providers have: by incident and channel, and by the provider's name for them."""

from msgspec.structs import replace

from tests.channels.notices import INCIDENT
from triaged.core.records.model import State
from triaged.core.records.two_way import PostedMessage
from triaged.store.database.connect import Database
from triaged.store.tables import incidents, practice
from triaged.store.tables.practice_rows import messages

FIRST = PostedMessage("p1", 1, "slack", "C1", "C1/1", 10, edited=True)
SECOND = replace(FIRST, id="p2", ref="C1/2", posted_at=20)
OTHERS = (
    replace(FIRST, id="p3", channel="telegram", ref="C1/1"),
    replace(FIRST, id="p4", incident=2, ref="C1/4"),
)


async def test_messages_of_a_channel_come_newest_first(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, SECOND, *OTHERS])

    async with database.reading() as tx:
        assert await messages.of_channel(tx, 1, "slack") == [SECOND, FIRST]


async def test_message_is_found_by_what_its_provider_calls_it(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, SECOND, *OTHERS])

    async with database.reading() as tx:
        assert await messages.of_ref(tx, "slack", "C1/1") == [FIRST]
        assert await messages.of_ref(tx, "slack", "C1/9") == []


async def test_messages_of_open_incidents_are_found_newest_first(database: Database) -> None:
    shared = replace(FIRST, id="p5", ref="C1/2", posted_at=15)
    held = replace(INCIDENT, number=2, key=(("a", "b"),), state=State.ACKNOWLEDGED)
    async with database.transaction() as tx:
        await incidents.save(tx, [replace(INCIDENT, number=1), held], 1)
        await practice.save(tx, [FIRST, SECOND, shared, *OTHERS])

    async with database.reading() as tx:
        assert await messages.of_open(tx, "slack", 0, 10) == ["C1/2", "C1/1"]
        assert await messages.of_open(tx, "slack", 0, 1) == ["C1/2"]
        assert await messages.of_open(tx, "slack", 10, 10) == ["C1/2"]
        assert await messages.of_open(tx, "telegram", 0, 10) == ["C1/1"]


async def test_message_that_stands_for_two_pages_is_found_for_both(database: Database) -> None:
    again = replace(SECOND, ref="C1/1")
    async with database.transaction() as tx:
        await practice.save(tx, [again, FIRST])

    async with database.reading() as tx:
        assert await messages.of_ref(tx, "slack", "C1/1") == [FIRST, again]


async def test_what_was_posted_anew_is_found_by_its_new_name(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST])
    async with database.transaction() as tx:
        await practice.save(tx, [replace(FIRST, ref="C1/7", rendered="hash")])

    async with database.reading() as tx:
        assert await messages.of_ref(tx, "slack", "C1/1") == []
        assert [each.rendered for each in await messages.of_ref(tx, "slack", "C1/7")] == ["hash"]
