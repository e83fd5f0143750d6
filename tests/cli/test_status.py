"""The commands of the status page against a running daemon."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk, running
from tests.e2e.peers import eventually, fetch_json

PAGE = """
services: {checkout: {}, search: {}}
status_page: {name: Larkspur status, timezone: America/New_York}
"""


@pytest.fixture
def page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A daemon with a status page of two components."""
    with running(tmp_path, capsys, CONFIG + PAGE) as found:
        yield found


def test_a_post_is_written_previewed_published_and_read(page: Desk) -> None:
    number = page.json(
        "incident", "declare", "Down", "--severity", "SEV-3", "--service", "checkout"
    )
    words = ("--title", "Checkout Issues", "--body", "Some purchases fail.", "--next", "30m")

    draft = page.json("status", "post", "--incident", number["id"], *words)
    preview = page("status", "preview", draft["id"])[1]
    shown = page("status", "show")[1]
    published = page("status", "publish", draft["id"])[1]

    assert preview.startswith("Investigating: Checkout Issues\nSome purchases fail.\nPosted: ")
    assert "sets checkout: degraded_performance" in preview
    assert "goes to 0 subscribers: [Larkspur status] Investigating: Checkout Issues" in preview
    assert "INC-1 (SEV-3) open" in shown
    assert "state          published" in published
    eventually(
        lambda: (
            fetch_json(f"{page.url}/status.json")["description"] == "Partially Degraded Service"
        ),
        "the page",
    )
    assert "Partially Degraded Service" in page("status", "show")[1]


def test_a_published_post_is_repaired(page: Desk) -> None:
    draft = page.json("status", "post", "--title", "Search", "--body", "It is slow.", "--publish")

    edited = page("status", "post", "--edit", draft["id"], "--body", "It was slow.")[1]

    assert "It was slow." in edited
    assert "until " in edited
    assert "It is slow." in edited


def test_a_component_is_set_and_found_to_need_an_incident(page: Desk) -> None:
    before = page("status", "lint")
    set_to = page("status", "component", "search", "major_outage")[1]
    after = page("status", "lint")

    assert before == (0, "", "")
    assert "major_outage" in set_to
    assert after[0] == 1
    assert "search is major outage, and no open incident says why" in after[1]


def test_maintenance_is_planned_moved_and_cancelled(page: Desk) -> None:
    words = ("--title", "Upgrade", "--body", "Slow.", "--component", "search")
    times = ("--from", "2098-01-01T02:00:00Z", "--to", "2098-01-01T03:00:00Z")

    (planned,) = page.json("status", "maintenance", "plan", *words, *times)["maintenance"]
    page("status", "maintenance", "move", planned["id"], "--to", "2098-01-01T05:00:00Z")
    moved = page.json("status", "maintenance", "list")["maintenance"][0]["ends_at"]
    status, _, error = page("status", "maintenance", "verify", planned["id"])
    cancelled = page("status", "maintenance", "cancel", planned["id"])[1]

    assert moved == "2098-01-01T05:00:00.000000Z"
    assert (status, "has not begun" in error) == (1, True)
    assert "completed" in cancelled


def test_the_page_is_written_as_files(page: Desk) -> None:
    folder = page.folder / "www"

    out = page("status", "export", "--to", str(folder))[1]
    again = page("status", "export", "--to", str(page.folder))

    assert out == f"{folder}  13 files\n"
    assert json.loads((folder / "status.json").read_bytes())["page"]["name"] == "Larkspur status"
    assert again[0] == 1
    assert "is no copy of ours" in again[2]


def test_a_status_that_is_none_is_refused(page: Desk) -> None:
    status, _, error = page("status", "post", "--title", "x", "--component", "search=broken")

    assert status == 2
    assert "is no KEY=STATUS" in error
