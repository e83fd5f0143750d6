"""A copy that was put back shares no number and no page with what it lost."""

from pathlib import Path

from tests.core.world import MONDAY
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.answers import Send
from triaged.core.records.events import PageDue, TimerFired
from triaged.core.records.practice.requests import Request
from triaged.core.time.durations import HOUR
from triaged.store.database import restoring
from triaged.store.database.backup import backup, restore
from triaged.store.database.connect import Database, open_database
from triaged.store.database.restoring import EPOCHS_SKIPPED, NUMBERS_SKIPPED
from triaged.store.tables import practice, timers
from triaged.store.tables.practice_rows import requests


async def ask_for_room(database: Database) -> None:
    """A request to a third party is due."""
    asked = Request(
        "room",
        None,
        kind="room.create",
        lane="integration/bot",
        created_at=MONDAY,
        due_at=MONDAY,
        gives_up_at=MONDAY + HOUR,
    )
    async with database.transaction() as tx:
        await practice.save(tx, [asked])


async def maybe_since(database: Database) -> int | None:
    """Since when the third party may have done what was asked."""
    async with database.reading() as tx:
        found = await requests.fetch(tx, "room")
    assert found is not None
    return found.maybe_since


async def put_back(folder: Path, clock: StillClock, *, readable: bool = True) -> Database:
    """A store with pages that are due, copied; then another incident; then the copy put back."""
    path, copy = folder / "triaged.db", folder / "copy.db"
    database = await open_database(f"sqlite:{path}", clock)
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="Before"))
    await ask_for_room(database)
    await backup(path, copy)
    await desk.handle(desk.fires(alertname="Lost"))
    await database.close()
    if not readable:
        path.write_bytes(b"overwritten by something else")
    clock.at += HOUR
    await restore(path, copy)
    return await open_database(f"sqlite:{path}", clock)


async def test_no_number_is_given_twice(tmp_path: Path, clock: StillClock) -> None:
    database = await put_back(tmp_path, clock)
    desk = Desk(database, clock)

    await desk.handle(desk.fires(alertname="After"))

    assert (await desk.incident(3)).title == "After"
    await database.close()


async def test_numbers_are_left_out_where_the_lost_store_cannot_be_read(
    tmp_path: Path, clock: StillClock
) -> None:
    database = await put_back(tmp_path, clock, readable=False)
    desk = Desk(database, clock)

    await desk.handle(desk.fires(alertname="After"))

    assert (await desk.incident(2 + NUMBERS_SKIPPED)).title == "After"
    await database.close()


async def test_pages_that_were_due_go_out_and_say_that_they_may_be_the_second(
    tmp_path: Path, clock: StillClock
) -> None:
    database = await put_back(tmp_path, clock)
    desk = Desk(database, clock)
    waiting = await desk.pages(1)

    answers = await desk.handle(*(PageDue(page) for page in waiting))

    assert [isinstance(answer, Send) for answer in answers] == [True] * len(waiting)
    assert all(page.possible_duplicate for page in waiting)
    await database.close()


async def test_requests_that_were_due_may_have_been_done_since(
    tmp_path: Path, clock: StillClock
) -> None:
    database = await put_back(tmp_path, clock)

    assert await maybe_since(database) == MONDAY
    await database.close()


async def test_steps_go_on_under_identities_that_no_provider_knows(
    tmp_path: Path, clock: StillClock
) -> None:
    database = await put_back(tmp_path, clock)
    desk = Desk(database, clock)
    async with database.reading() as tx:
        due = await timers.due(tx, clock.now(), 10)

    known = [timer for timer in due if not isinstance(timer, timers.Unknown)]
    await desk.handle(*(TimerFired(timer) for timer in known))

    epoch = 1 + EPOCHS_SKIPPED
    assert (await desk.incident(1)).escalation.epoch == epoch
    newer = {page.id.split("/")[1] for page in await desk.pages(1)}
    assert newer == {"1", str(epoch)}
    await database.close()


async def test_it_is_known_up_to_when_the_copy_knows_until_all_are_told(
    tmp_path: Path, clock: StillClock
) -> None:
    copied_at = clock.at
    database = await put_back(tmp_path, clock)

    async with database.transaction() as tx:
        before = await restoring.untold(tx)
        await restoring.told(tx)
        after = await restoring.untold(tx)

    assert (before, after) == (copied_at, None)
    await database.close()


async def test_what_pg_restore_put_back_shares_no_number_and_no_epoch_either(
    database: Database, clock: StillClock
) -> None:
    if database.name != "postgresql":
        return  # it is done to the file, above
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="Before"))
    await ask_for_room(database)
    copied_at = clock.at

    async with database.transaction() as tx:
        await restoring.set_apart_restored(tx)
        untold = await restoring.untold(tx)
    await desk.handle(desk.fires(alertname="After"))

    assert untold == copied_at
    assert await maybe_since(database) == MONDAY
    assert (await desk.incident(1)).escalation.epoch == 1 + EPOCHS_SKIPPED
    assert (await desk.incident(2 + NUMBERS_SKIPPED)).title == "After"
    pages = await desk.pages(1)
    assert {(page.epoch, page.possible_duplicate) for page in pages} == {(1 + EPOCHS_SKIPPED, True)}


async def test_only_a_database_with_a_clock_tells_the_time(database: Database) -> None:
    at = await database.now()

    assert (at is None) == (database.name == "sqlite")
    assert at is None or at > MONDAY
