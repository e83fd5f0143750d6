"""Discord and Mattermost through a real daemon: a press in one is seen in both.

The fakes are called by the daemon, and call back as their servers do, signed or sealed.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from msgspec.structs import replace

from tests.channels.fakes import discord as discord_fake
from tests.channels.fakes import mattermost as mattermost_fake
from tests.channels.fakes.discord import Discord, interaction, pressed
from tests.channels.fakes.mattermost import Mattermost, typed
from tests.e2e.peers import eventually, fetch_json, free_port, running
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback, HttpReply
from triaged.clock import SystemClock

PUBLIC = "https://triaged.example.org"
STRANGER = "999999999999999999"
CONFIG = """
listen: 127.0.0.1:{port}
public_url: {public}
auth: none
store: sqlite:triaged.db
rules: []
channels:
  console: {{kind: console}}
  discord: {{kind: discord, token: {bot}, public_key: "{key}", url: "{discord}/api/v10"}}
  chat: {{kind: mattermost, url: "{mattermost}", token: {token}, command_token: {command}}}
people:
  alice:
    name: Alice
    contacts:
      discord: {{channel: discord, to: "{discord_channel}", account: "{discord_user}"}}
      chat: {{channel: chat, to: {channel}, account: {user}}}
  bob: {{name: Bob, contacts: {{desk: {{channel: console}}}}}}
policies:
  default: {{steps: [{{notify: ["person:alice"]}}], catch_all: person:bob}}
"""


class Served(ThreadingHTTPServer):
    """A fake behind HTTP."""

    serve: Callable[[HttpRequest], HttpResponse]


class Handler(BaseHTTPRequestHandler):
    """Hands requests to the fake."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = HttpRequest(self.command, f"http://x{self.path}", headers, body)
        answer = cast("Served", self.server).serve(asked)
        self.send_response(answer.status)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(serve: Callable[[HttpRequest], HttpResponse]) -> Iterator[str]:
    """The address of a fake."""
    with Served(("127.0.0.1", 0), Handler) as server:
        server.serve = serve
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class World:
    """A daemon, Discord and Mattermost; Alice is in both."""

    def __init__(self, port: int) -> None:
        self.discord, self.mattermost = Discord(), Mattermost()
        self.url = f"http://127.0.0.1:{port}"

    def declare(self) -> str:
        """The id of a new incident."""
        body = {"title": "Checkout is down", "severity": "SEV-1"}
        return str(fetch_json(f"{self.url}/api/v1/incidents", body)["id"])

    def incident(self, number: str) -> Any:
        """The incident now."""
        return fetch_json(f"{self.url}/api/v1/incidents/{number}")

    def message(self) -> dict[str, Any]:
        """The page in Discord; empty: not yet."""
        return next(iter(self.discord.messages.values()), {})

    def post(self) -> dict[str, Any]:
        """The page in Mattermost; empty: not yet."""
        return next(iter(self.mattermost.posts.values()), {})

    def call(self, channel: str, callback: Callback) -> HttpReply:
        """The answer to a call of a provider."""
        address = f"{self.url}/callbacks/{channel}"
        request = Request(address, callback.body, dict(callback.headers))
        try:
            with urlopen(request, timeout=10) as answer:
                return HttpReply(answer.status, answer.read())
        except HTTPError as error:
            return HttpReply(error.code, error.read())

    def press(self, said: dict[str, Any]) -> str:
        """What somebody is told who presses a button in Discord."""
        return discord_fake.told(self.call("discord", interaction(said, now())))

    def press_there(self, callback: Callback) -> str:
        """What somebody is told who presses a button in Mattermost."""
        return mattermost_fake.told(self.call("chat", callback))

    def seen(self, words: str, *labels: str) -> bool:
        """True if both messages say this, and have these buttons."""
        message, post = self.message(), self.post()
        both = (message["content"], post["message"].replace("\\", ""))
        return all(words in text for text in both) and [
            [button["label"] for row in message["components"] for button in row["components"]],
            [each["name"] for one in post["props"]["attachments"] for each in one["actions"]],
        ] == [list(labels), list(labels)]


def now() -> int:
    """The time in µs."""
    return SystemClock().now()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world in which Alice is paged in Discord and in Mattermost at once."""
    port = free_port()
    w = World(port)
    with serving(w.discord.serve) as discord, serving(w.mattermost.serve) as mattermost:
        config = CONFIG.format(
            port=port,
            public=PUBLIC,
            bot=discord_fake.TOKEN,
            key=discord_fake.PUBLIC_KEY,
            discord=discord,
            discord_channel=discord_fake.CHANNEL,
            discord_user=discord_fake.ALICE,
            mattermost=mattermost,
            token=mattermost_fake.TOKEN,
            command=mattermost_fake.COMMAND_TOKEN,
            channel=mattermost_fake.CHANNEL,
            user=mattermost_fake.ALICE,
        )
        (folder / "config.yaml").write_text(config)
        command = [sys.executable, "-m", "triaged", "serve", "--config", f"{folder}/config.yaml"]
        with running(command, f"{w.url}/-/ready", folder / "triaged.log"):
            yield w


def test_press_in_one_chat_is_seen_in_both_and_presses_after_it_are_harmless(
    tmp_path: Path,
) -> None:
    with world(tmp_path) as w:
        number = w.declare()
        eventually(lambda: w.message() and w.post(), "the pages")
        first = pressed(w.message(), "Acknowledge")
        first_there = mattermost_fake.pressed(w.post(), "Acknowledge", now())

        forged = w.call("discord", replace(interaction(first, now()), body=b'{"type":3}'))
        stranger = w.press(pressed(w.message(), "Acknowledge", STRANGER))
        assert forged.status == 401
        assert "I do not know you" in stranger
        assert w.incident(number)["state"] == "open"

        assert "acknowledged by Alice" in w.press(first)
        assert w.incident(number)["acknowledged_by"] == "alice"
        acknowledged = ("acknowledged by Alice", "Take over", "Give back", "Resolve")
        eventually(lambda: w.seen(*acknowledged), "the edits")

        for again in (w.press(first), w.press_there(first_there)):
            assert "acknowledged by Alice" in again
        assert w.incident(number)["state"] == "acknowledged"

        resolve = mattermost_fake.pressed(w.post(), "Resolve", now())
        assert "resolved by Alice" in w.press_there(resolve)
        eventually(lambda: w.seen("resolved by Alice"), "the edits")
        for late in (w.press(first), w.press_there(first_there), w.press_there(resolve)):
            assert "resolved by Alice" in late
        assert w.incident(number)["state"] == "resolved", "an old button opens nothing"


def test_command_in_a_chat_is_done_and_answered(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        number = w.declare()
        eventually(lambda: w.message() and w.post(), "the pages")
        options = [{"name": "command", "type": 3, "value": f"note {number} rolled back"}]
        command = {
            **pressed(w.message(), "Escalate"),
            "type": 2,
            "id": "777777777777777777",
            "data": {"name": "triaged", "options": options},
        }

        noted = w.press(command)
        again = w.press(command)
        taken = w.press_there(typed(f"ack {number}", now()))
        wrong = w.call("chat", typed(f"resolve {number}", now(), token="other"))

        assert number in noted
        assert again
        assert f"{number}: acknowledged by Alice" in taken
        assert wrong.status == 401
        found = fetch_json(f"{w.url}/api/v1/incidents/{number}/timeline")
        assert str(found).count("rolled back") == 1, "a call that comes twice is done once"
