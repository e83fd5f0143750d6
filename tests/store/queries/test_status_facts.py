"""What lints of the status page are made of: its rows, and every live incident."""

from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Resolved
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.store.database.connect import Database
from triaged.store.queries import status_facts

PAGE = StatusPage(
    name="Larkspur status",
    url="https://status.example.org",
    components=(PageComponent("checkout", "Checkout", services=("checkout",)),),
)


async def test_live_incidents_are_there_and_ended_ones_are_not(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, settings())
    for name in ("Down", "Slow"):
        await desk.handle(desk.fires(alertname=name, severity="SEV-1", service="checkout"))
    await desk.handle(Resolved(2, "alice"))

    async with database.reading() as tx:
        facts = await status_facts.facts_of(tx, PAGE, clock.now())

    assert [one.number for one in facts.incidents] == [1]
