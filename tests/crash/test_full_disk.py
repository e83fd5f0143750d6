"""A disk that somebody fills: alerts are refused, and what must not stop goes on. (M9: C1, C13)"""

import contextlib
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.crash.world import World
from tests.e2e.peers import PATIENCE_S, eventually, fetch_json

MOUNT = 'mount -t tmpfs -o size=120m none "$0" && echo mounted && exec sleep infinity'
DECLARATION = {"title": "The disk is full", "severity": "SEV-1"}
IN_IT = ("--user", "--mount", "--preserve-credentials")


class Disk:
    """A small disk of the test's own, which only it and whoever `enters` it can see."""

    def __init__(self, holder: int, place: Path) -> None:
        self.enter = ("nsenter", "--target", str(holder), *IN_IT, "--")
        self._filler = Path(f"/proc/{holder}/root{place}/filler")

    def fill(self) -> None:
        """Leave nothing free."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as filler:
            while filler.write(bytes(1 << 16)):
                pass

    def clear(self) -> None:
        """Make room again."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            if holder.stdout.readline() != b"mounted\n":
                pytest.skip("this system lets nobody mount a disk of their own")
            yield Disk(holder.pid, place)
        finally:
            holder.kill()


@pytest.fixture
def world(tmp_path: Path, disk: Disk) -> Iterator[World]:
    made = World(tmp_path, disk.enter, "disk/triaged.db")
    yield made
    made.provider.shutdown()
    made.provider.server_close()


def test_on_a_full_disk_people_are_paged_and_heard_and_then_it_recovers(
    world: World, disk: Disk
) -> None:
    process = world.start()
    world.send("before")
    assert world.accepted

    disk.fill()
    eventually(lambda: not accepts(world, "meanwhile"), "alerts are refused")
    own = eventually(lambda: incident(world, "triaged takes no alerts"), "it says so itself")
    declared = eventually(lambda: written(world, "", DECLARATION), "somebody can declare one")
    for number in ("INC-1", own["id"], declared):
        eventually(partial(paged, world, number), f"both steps of {number}")

    process.kill()
    process.wait(PATIENCE_S)
    process = world.start()
    assert not accepts(world, "still")
    eventually(lambda: written(world, f"/{declared}/acknowledge", {}), "and acknowledge it")

    disk.clear()
    eventually(lambda: accepts(world, "after"), "alerts are taken again")
    eventually(lambda: state(world, own["id"]) == "resolved", "it says so itself")
    eventually(world.accepted_are_there, "each 2xx'd alert (C1)")
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


def accepts(world: World, uid: str) -> bool:
    """Whether an alert is answered 2xx."""
    before = len(world.accepted)
    world.send(uid)
    return len(world.accepted) > before


def incident(world: World, title: str) -> dict[str, Any] | None:
    """The incident whose title begins so."""
    found: list[dict[str, Any]] = fetch_json(f"{world.url}/api/v1/incidents")["incidents"]
    return next((one for one in found if one["title"].startswith(title)), None)


def state(world: World, number: str) -> str:
    """The state of an incident."""
    return str(fetch_json(f"{world.url}/api/v1/incidents/{number}")["state"])


def written(world: World, path: str, body: object) -> str | None:
    """The id of the incident that a request changed; None where it could not be written down."""
    try:
        return str(fetch_json(f"{world.url}/api/v1/incidents{path}", body)["id"])
    except HTTPError as error:
        if error.code != 503:
            raise
        return None


def paged(world: World, number: str) -> bool:
    """Whether both steps of an incident have reached the provider."""
    keys = {key for key, _ in world.provider.ledger}
    return {f"{number}/1/1/{step}/person:alice/alice/hook" for step in (1, 2)} <= keys
