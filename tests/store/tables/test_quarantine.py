from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import BodyQuarantined
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.tables import quarantine

BODY = b'{"a": "\x00\xff"'


async def test_the_same_body_is_kept_once_and_counted(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    first_at = clock.now()
    broken = BodyQuarantined("am", "not_json", "d\0etail", BODY, {"h": "v"}, first_at)
    await desk.handle(broken, broken)
    clock.at += MINUTE
    await desk.handle(BodyQuarantined("am", "not_json", "again", BODY, {}, clock.now()))
    await desk.handle(BodyQuarantined("am", "not_json", "other", b"[", {}, first_at))

    async with database.reading() as tx:
        found, after = await quarantine.find(tx, None, 10)

    assert after is None
    assert [(k.body, k.count, k.detail) for k in found] == [
        (BODY, 3, "detail"),
        (b"[", 1, "other"),
    ]
    assert (found[0].received_at, found[0].last_at) == (first_at, clock.now())
    assert found[0].headers == {"h": "v"}


async def test_a_body_can_be_dropped(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock)
    await desk.handle(BodyQuarantined("am", "not_json", "no", BODY, {}, clock.now()))
    identity = quarantine.quarantine_id("am", "not_json", BODY)

    async with database.transaction() as tx:
        dropped = [await quarantine.drop(tx, identity), await quarantine.drop(tx, identity)]

    assert dropped == [True, False]
    async with database.reading() as tx:
        assert await quarantine.fetch(tx, identity) is None
