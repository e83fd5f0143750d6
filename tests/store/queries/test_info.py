from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.store.database.connect import Database
from triaged.store.database.migrating import migrations
from triaged.store.queries import info


async def test_rows_and_room_are_counted(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="A"), desk.fires(alertname="B"))

    async with database.reading() as tx:
        rows = await info.summary(tx)
        size_bytes = await info.size_bytes(tx, database.name)

    assert (rows["alerts"], rows["incidents"], rows["quarantine"]) == (2, 2, 0)
    assert rows["schema"] == migrations()[-1].number
    assert size_bytes > 4096
