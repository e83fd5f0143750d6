import pytest
from msgspec.structs import replace

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.model import State
from triaged.errors import StoreError
from triaged.store.database.connect import Database
from triaged.store.tables import incidents


async def test_one_incident_is_open_for_each_key(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2"))
    second = replace(await desk.incident(), number=2)

    async def save(state: State) -> None:
        async with database.transaction() as tx:
            await incidents.save(tx, [replace(second, state=state)], clock.now())

    with pytest.raises(StoreError):
        await save(State.ACKNOWLEDGED)
    await save(State.RESOLVED)
