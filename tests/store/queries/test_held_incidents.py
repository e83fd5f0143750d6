from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, Resolved
from triaged.store.database.connect import Database
from triaged.store.queries import held_incidents


async def test_whoever_has_acknowledged_holds(database: Database) -> None:
    desk = Desk(database, StillClock(), settings())
    for name in ("One", "Two", "Three"):
        await desk.handle(desk.fires(alertname=name, severity="SEV-2"))
    await desk.handle(Acknowledged(1, "alice"), Acknowledged(3, "alice"), Acknowledged(2, "bob"))
    await desk.handle(Resolved(3, "alice"))

    async with desk.database.reading() as tx:
        found = await held_incidents.by_holder(tx)

    assert found == {"alice": [1], "bob": [2]}
