"""A disk that others fill: alerts are refused in time, and what must not stop has a reserve."""

from pathlib import Path

import pytest

from triaged.store.database.disk_space import FREE_MIN_BYTES, RESERVE_BYTES, DiskReserve, free_bytes

ENOUGH = FREE_MIN_BYTES + RESERVE_BYTES


class Disk:
    """A disk of which a test says how much is free besides the reserve."""

    def __init__(self, folder: Path, free: int) -> None:
        self.path = folder / "triaged.db"
        self.reserve = folder / "triaged.db.reserve"
        self.free = free

    def free_in(self, folder: Path) -> int:
        """What is free now."""
        assert folder == self.path.parent
        held = self.reserve.stat().st_size if self.reserve.exists() else 0
        return self.free - held


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path, ENOUGH)


@pytest.fixture
def room(disk: Disk) -> DiskReserve:
    return DiskReserve(disk.path, disk.free_in)


def test_with_room_some_is_held_back(disk: Disk, room: DiskReserve) -> None:
    room.look()
    room.look()

    assert not room.nearly_full
    assert disk.reserve.stat().st_blocks * 512 >= RESERVE_BYTES


def test_a_disk_that_fills_is_low_before_it_is_full(disk: Disk, room: DiskReserve) -> None:
    room.look()

    disk.free -= 1
    room.look()

    assert room.nearly_full
    assert disk.reserve.exists()


def test_a_little_room_is_not_yet_enough_again(disk: Disk, room: DiskReserve) -> None:
    room.look()
    disk.free -= 1
    room.look()

    lows = []
    for more in (RESERVE_BYTES, 1):
        disk.free += more
        room.look()
        lows.append(room.nearly_full)

    assert lows == [True, False]


def test_a_full_disk_gets_what_was_held_back(disk: Disk, room: DiskReserve) -> None:
    room.look()
    disk.free = 0

    room.give()
    room.look()

    assert room.nearly_full
    assert not disk.reserve.exists()


def test_when_there_is_room_again_it_is_held_back_again(disk: Disk, room: DiskReserve) -> None:
    room.give()

    room.look()

    assert not room.nearly_full
    assert disk.reserve.exists()


def test_what_a_crash_left_of_the_reserve_is_made_whole(disk: Disk, room: DiskReserve) -> None:
    disk.reserve.write_bytes(b"x")
    disk.free += 1

    room.look()

    assert disk.reserve.stat().st_size == RESERVE_BYTES


def test_a_restart_does_not_need_more_room_than_going_on(disk: Disk, room: DiskReserve) -> None:
    room.look()

    after = DiskReserve(disk.path, disk.free_in)
    after.let_go()
    after.look()

    assert not after.nearly_full


def test_where_nobody_can_tell_alerts_are_taken(disk: Disk) -> None:
    def nobody_knows(folder: Path) -> int:
        raise OSError(5, "Input/output error")

    room = DiskReserve(disk.path, nobody_knows)
    room.look()

    assert not room.nearly_full


def test_what_is_free_is_what_the_system_says(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
