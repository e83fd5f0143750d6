"""A real Prometheus fires; what the real amtool has silenced reaches nobody until that ends."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import require
from tests.e2e.peers import eventually, fetch_json
from tests.e2e.test_paging import World


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def amtool(world: World, *words: str) -> str:
    """What amtool prints; it must succeed."""
    command = [require("amtool"), f"--alertmanager.url=http://127.0.0.1:{world.port}", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_what_amtool_silences_is_mailed_when_the_silence_ends(
    tmp_path: Path, stack: ExitStack
) -> None:
    world = World(tmp_path, stack, target="10m")
    add = ("silence", "add", "-a", "bob", "-c", "moving", "-d", "1h", 'alertname=~"Checkout.*"')
    identity = amtool(world, *add).strip()
    world.prometheus(world.port)
    eventually(lambda: fetch_json(world.api)["incidents"], "an incident")
    eventually(lambda: "page.held" in world.kinds(), "a held page")
    muted_by, hidden = world.incident()["muted_by"], amtool(world, "alert", "query")
    before = world.mailbox.to("alice@")

    amtool(world, "silence", "expire", identity)
    page = eventually(lambda: world.mailbox.to("alice@"), "a page to alice")[0]

    assert muted_by == [f"silence:{identity}"]
    assert "CheckoutDown" not in hidden
    assert before == []
    assert "SEV-1" in page["Subject"]
    assert world.incident()["muted_by"] is None
    assert world.incident()["escalation"]["epoch"] == 2
    assert {"incident.muted", "incident.unmuted"} <= set(world.kinds())
