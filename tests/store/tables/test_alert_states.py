from itertools import product

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.store.database.connect import Database
from triaged.store.tables import alert_states
from triaged.store.tables.alert_states import FLAGS


async def test_each_flag_of_an_alert_is_read_as_it_was_written(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(desk.fires(severity="SEV-2", pod="a"))
    written = list(product((0, 1), repeat=len(FLAGS)))
    found = []

    for values in written:
        async with database.transaction() as tx:
            columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(FLAGS, 1))
            await tx.execute(f"UPDATE alerts SET {columns}", *values)
            found += await alert_states.states(tx, [("am", "alertname=Down/pod=a")])

    assert [tuple(getattr(state, name) for name in FLAGS) for state in found] == written
