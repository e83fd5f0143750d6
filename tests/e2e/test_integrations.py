"""A running daemon and third parties on loopback: a room, an issue, and what becomes of it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.cli.desk import CONFIG, Desk
from tests.e2e.peers import eventually, free_port, triaged
from tests.integrations.fakes.github import SECRET, TOKEN, GitHub
from triaged.channels import HttpRequest, HttpResponse


class Loopback:
    """GitHub and a maker of rooms behind one port."""

    def __init__(self) -> None:
        self.github = GitHub()
        self.rooms: list[dict[str, Any]] = []
        self.url = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> HttpResponse:
        """Answer one request of the daemon."""
        if path == "/rooms":
            self.rooms.append(json.loads(body))
            return HttpResponse(200, {}, b'{"url": "https://chat.example.org/c1", "name": "#c1"}')
        found = self.github.answer(HttpRequest(method, self.url + path, headers, body))
        assert isinstance(found, HttpResponse)
        return found


@contextmanager
def listening(loopback: Loopback) -> Iterator[None]:
    """Listen on a free port, on a thread."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = loopback.answer(self.command, self.path, headers, body)
            self.send_response(found.status)
            self.send_header("content-length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 - names of the library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    loopback.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_room_and_issue_are_made_and_a_callback_ends_the_item(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loopback, port = Loopback(), free_port()
    with listening(loopback):
        config = CONFIG + (
            f'integrations:\n  bot: {{kind: webhook, url: "{loopback.url}/rooms"}}\n'
            f'  gh: {{kind: github, repository: o/r, token: {TOKEN}, url: "{loopback.url}",'
            f' webhook_secret: "{SECRET}"}}\n'
        )
        with triaged(tmp_path, config, port):
            desk = Desk(tmp_path, port, capsys)
            desk("incident", "declare", "Checkout fails", "--severity", "SEV-2")
            eventually(lambda: desk.json("incident", "show", "1")["links"].get("room"), "a room")
            words = ("--kind", "fix", "--priority", "P1", "--owner", "alice")
            desk("action", "add", "INC-1", "Upgrade the ORM", *words)
            eventually(lambda: loopback.github.issues, "an issue")
            eventually(lambda: ref_of(desk), "the reference of the issue")

            loopback.github.now = int(4e15)  # long after our own change
            loopback.github.closes(1)
            callback = loopback.github.calls(1)
            url = f"http://127.0.0.1:{port}/callbacks/gh"
            with urlopen(Request(url, callback.body, dict(callback.headers)), timeout=10) as answer:
                taken = json.load(answer)
            item = desk.json("action", "list", "--state", "all")["actions"][0]

    assert loopback.rooms[0]["incident"]["id"] == "INC-1"
    assert len(loopback.github.issues) == 1
    assert taken == {"actions": 1}
    assert item["state"] == "done"


def ref_of(desk: Desk) -> Any:
    """The reference of the first item's issue."""
    rows = desk.json("action", "list")["actions"]
    return rows and rows[0]["tracker"]
