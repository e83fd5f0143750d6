import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.queueing import MANY, Disk, Moody, Place
from tests.store.conftest import StillClock
from triaged.core.records.answers import Attached
from triaged.core.records.model import State
from triaged.core.time.durations import HOUR
from triaged.errors import StoreError, StoreUnavailable
from triaged.ingest import Received
from triaged.intake.backlog import (
    CHUNK_MAX,
    PACK_ALERTS_MAX,
    QUIET_US,
    READ_WAIT_ALERTS_MAX,
    YIELD_US,
    Limits,
)
from triaged.store.database.migrating import migrate
from triaged.store.tables import incidents, quarantine


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    opened = Disk(tmp_path / "triaged.db", None)
    await opened.open()
    await migrate(opened, 0)
    yield opened
    await opened.close()


@pytest.fixture
def place(disk: Disk) -> Place:
    return Place(disk)


async def test_while_little_waits_a_body_is_decided_before_it_is_answered(place: Place) -> None:
    async with place, place.turning():
        answers = await place.take(place.alerts(2))

    assert answers == [Attached(1), Attached(1)]
    assert await place.waiting() == []


async def test_behind_much_a_body_is_answered_when_it_is_on_disk(place: Place) -> None:
    async with place:
        first = await place.held_up()
        async with place.writing():
            assert await place.take(place.alerts(3)) is None
        assert await place.waiting() == [3]
        assert not first.done()

        async with place.turning():
            assert await first == [Attached(1)] * MANY

    assert await place.waiting() == []
    assert await place.stored() == MANY + 3


async def test_what_comes_later_is_decided_later(place: Place) -> None:
    async with place, place.turning():
        first = await place.held_up()
        begun = place.sent(place.alerts(1))
        over = place.sent(place.alerts(1, firing=False))
        assert [await begun, await over] == [None, None]
        assert await first is not None

    async with place.database.reading() as tx:
        found = await incidents.fetch(tx, 2)
    assert found is not None
    assert (found.state, found.resolved_by) == (State.RESOLVED, "alerts")


async def test_nothing_overtakes_what_waits(place: Place) -> None:
    async with place:
        first = await place.held_up()
        second = place.sent(place.alerts(1, "b"))
        await asyncio.sleep(0)
        place.engine.unfinished = 0  # as if the first were done, while the second still waits
        third = place.sent(place.alerts(1, "b", firing=False))
        await asyncio.sleep(0)
        place.engine.unfinished = MANY

        async with place.turning():
            assert [await second, await third] == [None, None]
            assert await first is not None


async def test_what_an_earlier_process_left_is_decided(place: Place, disk: Disk) -> None:
    async with place:
        first = await place.held_up()
        async with place.writing():
            await place.take(place.alerts(3))
        first.cancel()
    later = Place(disk)

    await later.backlog.open()
    assert (later.backlog.alerts, later.backlog.waits) == (3, True)
    async with later, later.turning():
        pass

    assert await later.stored() == 3
    assert await later.waiting() == []


async def test_bodies_share_a_pack_up_to_a_limit(place: Place) -> None:
    sizes = [PACK_ALERTS_MAX // 2, PACK_ALERTS_MAX // 2, 1, PACK_ALERTS_MAX + 5, 1]
    async with place:
        first = await place.held_up()
        senders = [place.sent(place.alerts(size, str(size))) for size in sizes]
        await asyncio.sleep(0)
        async with place.writing():
            await asyncio.wait(senders)
        first.cancel()

    assert await place.waiting() == [PACK_ALERTS_MAX, 1, PACK_ALERTS_MAX + 5, 1]


@pytest.mark.parametrize("kind", [StoreUnavailable, StoreError])
async def test_trouble_of_the_store_is_told_to_who_waits_for_the_disk(
    place: Place, disk: Disk, kind: type[StoreError]
) -> None:
    async with place:
        first = await place.held_up()
        disk.refuses = kind("the disk is full")
        async with place.writing():
            with pytest.raises(StoreUnavailable, match="the disk is full"):
                await place.take(place.alerts(3))
        async with place.turning():
            await first
            await place.quiet()
            assert await place.take(place.alerts(3)) is not None


async def test_a_body_that_cannot_be_written_costs_no_neighbour(place: Place) -> None:
    unwritable = Received("\udce9", b"[]", {}, 0)
    async with place:
        await place.held_up()
        good = [place.sent(place.alerts(1, name)) for name in "bcd"]
        await asyncio.sleep(0)
        async with place.writing():
            with pytest.raises(StoreUnavailable, match="see its log"):
                await place.backlog.keep(unwritable, 1)
        async with place.turning():
            assert [await one for one in good] == [None] * 3

    assert await place.stored() == MANY + 3


async def test_trouble_while_deciding_is_waited_for(place: Place) -> None:
    async with place:
        await place.held_up()
        place.engine.failures = [StoreUnavailable("later"), StoreUnavailable("later")]
        async with place.turning():
            assert await place.take(place.alerts(3)) is None

    assert await place.stored() == MANY + 3
    assert await place.waiting() == []


async def test_after_a_fault_of_ours_the_loop_begins_again(place: Place) -> None:
    async with place:
        await place.held_up()
        async with place.writing():
            await place.take(place.alerts(3))
        place.engine.failures = [ZeroDivisionError()]
        with pytest.raises(ZeroDivisionError):
            await place.backlog.decide()

        async with place.turning():
            pass

    assert await place.stored() == MANY + 3
    assert await place.waiting() == []


async def test_a_pack_that_cannot_be_decided_goes_to_quarantine_alone(place: Place) -> None:
    bad = StoreError("an alert that we stumble on")
    async with place:
        await place.held_up()
        # Two packs go well; then, quiet as it is by now, two go together, then the first of them.
        place.engine.failures = [None, None, bad, bad]
        sizes = [PACK_ALERTS_MAX] * 3 + [2]
        bodies = [place.sent(place.alerts(size, str(n))) for n, size in enumerate(sizes)]
        await asyncio.sleep(0)
        async with place.writing():
            await asyncio.wait(bodies)
        async with place.turning():
            pass

    async with place.database.reading() as tx:
        kept, _ = await quarantine.find(tx, None, 10)
    assert [(one.reason, one.headers) for one in kept] == [
        ("decision_failed", {"user-agent": "test"})
    ]
    assert await place.stored() == MANY + 2 * PACK_ALERTS_MAX + 2
    assert await place.waiting() == []


async def test_a_pack_that_cannot_even_be_set_aside_stays_on_disk(place: Place, disk: Disk) -> None:
    async with place:
        await place.held_up()
        place.engine.failures = [StoreError("bad"), StoreError("worse")]
        async with place.turning():
            await place.take(place.alerts(2, "b"))
    assert await place.waiting() == [2]

    later = Place(disk)
    await later.backlog.open()
    async with later, later.turning():
        pass
    assert await later.waiting() == []


async def test_senders_wait_while_too_much_waits(disk: Disk) -> None:
    async with Place(disk, Limits(waiting_bytes=1)) as place:
        first = await place.held_up()
        async with place.writing():
            await place.take(place.alerts(3))
            third = place.sent(place.alerts(4))
            await asyncio.sleep(0)
            assert await place.waiting() == [3]
            assert not third.done()
            third.cancel()
        first.cancel()


async def test_who_waits_for_the_disk_hears_of_a_stop(place: Place) -> None:
    async def told() -> None:
        with pytest.raises(StoreUnavailable, match="stopping"):
            await place.take(place.alerts(3))

    async with place, asyncio.TaskGroup() as tasks:
        first = await place.held_up()
        async with place.writing():
            tasks.create_task(told())
            await asyncio.sleep(0)
        first.cancel()


async def test_room_is_made_by_deciding(disk: Disk) -> None:
    place = Place(disk, Limits(waiting_bytes=1, write_bytes=1))
    async with place, place.turning():
        await place.held_up()
        bodies = [place.sent(place.alerts(3, name)) for name in "bcdefg"]
        assert [await body for body in bodies] == [None] * 6

    assert await place.stored() == MANY + 18


async def test_a_body_that_was_written_though_it_seemed_not_is_decided(
    place: Place, disk: Disk
) -> None:
    async with place:
        await place.held_up()
        disk.cuts = 1
        async with place.writing():
            with pytest.raises(StoreUnavailable):
                await place.take(place.alerts(3))
        async with place.turning():
            pass

    assert (place.backlog.alerts, place.backlog.waits) == (0, False)
    assert await place.stored() == MANY + 3


async def test_much_is_decided_in_large_chunks_when_nothing_comes(place: Place) -> None:
    async with place:
        first = await place.held_up()
        bodies = [place.sent(place.alerts(PACK_ALERTS_MAX, str(n))) for n in range(20)]
        await asyncio.sleep(0)
        async with place.writing():
            await asyncio.wait(bodies)
        async with place.turning():
            await first

    assert max(place.engine.batches) == CHUNK_MAX


async def test_readers_see_what_was_accepted_before(place: Place) -> None:
    async with place, place.turning():
        await place.held_up()
        await place.take(place.alerts(3))
        await place.backlog.settled()

        assert await place.stored() == MANY + 3


async def test_readers_wait_for_a_bounded_time(disk: Disk) -> None:
    async with Place(disk, Limits(read_wait_s=0)) as place:
        first = await place.held_up()
        async with place.writing():
            await place.take(place.alerts(3))
            await place.backlog.settled()
        assert place.backlog.waits
        first.cancel()


async def test_readers_do_not_wait_for_much(disk: Disk) -> None:
    async with Place(disk, Limits(read_wait_s=1e9)) as place:
        first = await place.held_up()
        async with place.writing():
            await place.take(place.alerts(READ_WAIT_ALERTS_MAX + 1))
            await place.backlog.settled()
        assert place.backlog.waits
        first.cancel()


async def test_readers_do_not_wait_for_what_was_not_written(disk: Disk) -> None:
    async with Place(disk, Limits(read_wait_s=1e9)) as place:
        first = await place.held_up()
        disk.refuses = StoreUnavailable("the disk is full")
        async with place.writing():
            with pytest.raises(StoreUnavailable):
                await place.take(place.alerts(3))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(place.backlog.settled())
            await asyncio.sleep(0)
            async with place.turning():
                await first
        await place.backlog.settled()


async def test_it_is_seen_whether_what_waits_gets_on(disk: Disk) -> None:
    clock = StillClock()
    async with Place(disk, clock=clock) as place:
        clock.at += HOUR
        await place.held_up()
        async with place.writing():
            await place.take(place.alerts(3))
        assert (place.backlog.waits, place.backlog.turned_at) == (True, clock.at)

        later = clock.at = clock.at + HOUR
        async with place.turning():
            pass
        assert not place.backlog.waits
        assert place.backlog.turned_at >= later


async def test_people_go_before_what_waits(place: Place) -> None:
    async with place:
        await place.held_up()
        async with place.writing():
            for name in ("b", "c", "d"):
                await place.take(place.alerts(PACK_ALERTS_MAX, name))
        place.engine.urgent += 1  # somebody has just pressed a button
        async with place.turning():
            pass

    _, *chunks = place.engine.batches
    assert chunks == [PACK_ALERTS_MAX] * 3


class Watched(StillClock):
    """While time passes buttons are pressed, and the thread is busy for a share of it."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.engine: Moody | None = None
        self._share = share

    async def sleep_until(self, at: int) -> None:
        self.effort += round((at - self.at) * self._share)
        await super().sleep_until(at)
        if self.engine is not None:
            self.engine.urgent += 1


@pytest.mark.parametrize(("share", "wait_us"), [(1.0, YIELD_US), (0.5, YIELD_US), (0.4, QUIET_US)])
async def test_what_waits_gives_way_for_as_long_as_others_need(
    disk: Disk, share: float, wait_us: int
) -> None:
    clock = Watched(share)
    began = clock.now()
    async with Place(disk, clock=clock) as place:
        clock.engine = place.engine
        await place.held_up()
        async with place.writing():
            for name in ("b", "c", "d"):
                await place.take(place.alerts(PACK_ALERTS_MAX, name))
        place.engine.pressed = 1
        async with place.turning():
            pass

    assert clock.now() - began == 3 * wait_us
