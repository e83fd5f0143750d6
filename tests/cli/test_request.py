"""The commands of requests against a running daemon, whose maker of rooms cannot be reached."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk
from tests.e2e.peers import eventually, free_port, triaged

ROOMS = """
integrations: {bot: {kind: webhook, url: "http://127.0.0.1:1/rooms"}}
call: "https://meet.example.org/{{ incident.id }}"
"""


@pytest.fixture
def declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """A daemon with an incident that was declared by hand."""
    port = free_port()
    with triaged(tmp_path, CONFIG + ROOMS, port):
        desk = Desk(tmp_path, port, capsys)
        desk("incident", "declare", "Checkout fails", "--severity", "SEV-1")
        yield desk


def test_request_is_listed_shown_and_tried_again(declared: Desk) -> None:
    desk = declared
    eventually(lambda: "connect" in desk("request", "list")[1].lower(), "a failed attempt")

    listed = desk.json("request", "list", "--state", "due", "--incident", "INC-1")["requests"]
    shown = desk("request", "show", "INC-1/room/bot")[1]
    retried = desk("request", "retry", "INC-1/room/bot")[1]
    incident = desk.json("incident", "show", "1")

    assert [each["id"] for each in listed] == ["INC-1/room/bot"]
    assert "room.create" in shown
    assert "INC-1/room/bot" in retried
    assert incident["links"]["call"] == "https://meet.example.org/inc-1"
    assert [each["request"] for each in incident["missing"]] == ["INC-1/room/bot"]
    assert "missing" in desk("incident", "show", "1")[1]


def test_retry_wants_to_know_what(declared: Desk) -> None:
    status, _, error = declared("request", "retry")

    assert status == 1
    assert "--failed" in error
    assert declared.json("request", "retry", "--failed") == {"requests": []}


def test_request_that_does_not_exist_is_said(declared: Desk) -> None:
    status, _, error = declared("request", "show", "nothing")

    assert status == 1
    assert "no such request" in error
