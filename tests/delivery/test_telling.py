"""What is read before something is said: less of it without a store, and then it still goes out."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.channels.notices import PAGE, UPDATE
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.world import KEY, people, world
from triaged.core.records.answers import Send
from triaged.core.records.model import Page, Recipient
from triaged.core.records.two_way import PostedMessage
from triaged.delivery.render import Telling
from triaged.delivery.telling import told_of
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Reader, Transaction
from triaged.store.database.connect import Database
from triaged.store.tables import incidents, practice

POSTED = PostedMessage(PAGE.id, 1, "slack", "", "C1/1", 10, edited=True)


class Away(Database):
    """A store that cannot be read."""

    def __init__(self, real: Database) -> None:
        self._real = real

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """Nothing can be read."""
        raise StoreUnavailable("it is away")
        yield  # type: ignore[unreachable]  # that makes it a context manager

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """As the real one."""
        return self._real.transaction()

    async def close(self) -> None:
        """The real one is closed by others."""


async def told(folder: Path, page: Page, *posted: PostedMessage, away: bool = False) -> Telling:
    settings = replace(people("slack"), edited=frozenset({"slack"}))
    async with world(folder, HandClock(MONDAY), settings) as w:
        await w.fires()
        async with w.database.transaction() as tx:
            await practice.save(tx, posted)
            incident = await incidents.fetch(tx, 1)
        assert incident is not None
        page = replace(page, incident=1, channel="slack", recipient=Recipient("alice", "slack"))
        store = Away(w.database) if away else w.database
        return await told_of([Send(page, incident)], Telling(settings, KEY), w.engine, store)


async def test_update_answers_to_the_newest_page_that_went_to_the_same_place(
    tmp_path: Path,
) -> None:
    newer = replace(POSTED, id="p2", ref="C1/2", posted_at=20)
    elsewhere = replace(POSTED, id="p3", ref="C1/3", destination="C9", posted_at=30)
    update = replace(POSTED, id="p4", ref="C1/4", edited=False, posted_at=40)

    telling = await told(tmp_path, UPDATE, POSTED, newer, elsewhere, update)

    assert telling.thread == "C1/2"


async def test_page_answers_to_nothing(tmp_path: Path) -> None:
    assert (await told(tmp_path, PAGE, POSTED)).thread == ""


async def test_without_a_store_it_says_less(tmp_path: Path) -> None:
    telling = await told(tmp_path, UPDATE, POSTED, away=True)

    assert telling == Telling(telling.settings, KEY)
