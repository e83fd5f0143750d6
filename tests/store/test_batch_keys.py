"""The keys that a batch locks because an expectation may change: also that of a further source."""

from collections.abc import Sequence

from msgspec.structs import replace

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from tests.store.scene import SETTINGS, WATCHDOG
from triaged.core.records.events import AlertReceived, Event, SettingsLoaded
from triaged.core.records.expectations import key_of, of_source
from triaged.core.view import key_text
from triaged.store.batch_locks import lock_keys
from triaged.store.database.connect import Database
from triaged.store.needs.batch import Needs

FIRST, FURTHER = WATCHDOG.name, of_source(WATCHDOG.name, "b")


async def locked(database: Database, events: Sequence[Event]) -> set[str]:
    async with database.transaction() as tx:
        return await lock_keys(tx, events, Needs(events, {}), SETTINGS, set())


async def met(desk: Desk) -> AlertReceived:
    """The watchdog fires; its first watch is that of the source `am`."""
    await desk.handle(SettingsLoaded(started=True))
    alert = desk.fires(alertname="Watchdog")
    await desk.handle(alert)
    return alert


async def test_an_alert_of_a_further_source_locks_the_watch_of_that_source(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, SETTINGS)
    alert = await met(desk)
    of_b = AlertReceived(replace(alert.alert, source="b"), clock.now())

    keys = await locked(database, [of_b])

    assert {key_text(key_of(FIRST)), key_text(key_of(FURTHER))} <= keys


async def test_a_repeat_soon_after_locks_no_watch(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, SETTINGS)
    alert = await met(desk)

    keys = await locked(database, [alert])

    assert key_text(key_of(FIRST)) not in keys
