"""What alerts say of an incident and who was paged, as far as a page shows it."""

import pytest
from msgspec.structs import replace

from tests.channels.notices import PAGE
from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.text.facts import ALERTS_SHOWN, PAGES_READ, Evidence
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import evidence
from triaged.store.tables import pages


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    """The engine on a store."""
    return Desk(database, clock, settings())


async def test_what_fires_comes_first_and_there_are_few(desk: Desk) -> None:
    for pod in "abcdefgh":
        await desk.handle(desk.fires(service="cart", pod=pod))
    await desk.handle(desk.ends(service="cart", pod="a"))

    async with desk.database.reading() as tx:
        found = await evidence.of_incident(tx, 1)
        none = await evidence.of_incident(tx, 2)

    assert [one.labels["pod"] for one in found.alerts] == ["b", "c", "d", "e", "f"]
    assert len(found.alerts) == ALERTS_SHOWN
    assert none == Evidence()


async def test_the_last_pages_come_in_order(desk: Desk) -> None:
    await desk.handle(desk.fires(service="cart"))
    many = [
        replace(PAGE, id=f"INC-1/{at}/alice/mail", incident=1, created_at=desk.clock.at + at)
        for at in range(MINUTE, MINUTE + 2 * PAGES_READ)
    ]
    async with desk.database.transaction() as tx:
        await pages.add(tx, many)

    async with desk.database.reading() as tx:
        found = await evidence.of_incident(tx, 1)

    assert [page.id for page in found.pages] == [page.id for page in many[PAGES_READ:]]
