"""Matrix through a real daemon: a real client reacts and replies, and the message is edited."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio
from aiohttp import web

from tests.channels.fakes.matrix import ALICE, ALICES, ROOM, TOKEN, US, Matrix
from tests.delivery.servers import receiver
from tests.e2e.peers import PATIENCE_S, fetch_json, free_port, running
from triaged.channels import HttpRequest
from triaged.clock import SystemClock

CLOCK = SystemClock()
LOOK_US = 50_000
CONFIG = """
listen: 127.0.0.1:{port}
public_url: http://127.0.0.1:{port}
auth: none
store: sqlite:triaged.db
rules: []
channels:
  console: {{kind: console}}
  matrix: {{kind: matrix, url: "{url}", token: {token}, user: "{us}"}}
people:
  alice:
    name: Alice
    contacts: {{room: {{channel: matrix, to: "{room}", account: "{alice}"}}}}
  bob: {{name: Bob, contacts: {{desk: {{channel: console}}}}}}
policies:
  default: {{steps: [{{notify: ["person:alice"]}}], catch_all: person:bob}}
"""


@asynccontextmanager
async def homeserver(peer: Matrix) -> AsyncIterator[str]:
    """The address of the fake, whose polls wait as those of a server do."""

    async def handle(asked: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        since = asked.query.get("since")
        for _ in range(20):
            if since != f"s{len(peer.events)}":
                break
            await CLOCK.sleep_until(CLOCK.now() + LOOK_US)
        request = HttpRequest(asked.method, str(asked.url), headers, await asked.read())
        found = peer.serve(request)
        return web.Response(status=found.status, headers=dict(found.headers), body=found.body)

    async with receiver(handle) as url:
        yield url


class World:
    """A daemon, a homeserver, and Alice's client."""

    def __init__(self, peer: Matrix, url: str, client: nio.AsyncClient) -> None:
        self.peer, self._url, self.client = peer, url, client

    async def declare(self) -> str:
        """The id of a new incident."""
        body = {"title": "Checkout is down", "severity": "SEV-1"}
        url = f"{self._url}/api/v1/incidents"
        return str((await asyncio.to_thread(fetch_json, url, body))["id"])

    async def incident(self, number: str) -> Any:
        """The incident now."""
        return await asyncio.to_thread(fetch_json, f"{self._url}/api/v1/incidents/{number}")

    async def page(self, number: str) -> str:
        """The identity of the page in the room."""
        await self.until(lambda: any(number in body for body in self.bodies()))
        return next(
            str(event["event_id"])
            for event in self.peer.events
            if number in event["content"].get("body", "")
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await CLOCK.sleep_until(CLOCK.now() + LOOK_US)

    def bodies(self) -> list[str]:
        """What clients show."""
        return [str(said.get("body", "")) for said in self.peer.shown()]

    async def react(self, event: str, key: str) -> None:
        """Alice reacts."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        await self.client.room_send(ROOM, "m.reaction", {"m.relates_to": relation})

    async def reply(self, event: str, text: str) -> None:
        """Alice replies, and mentions whom she replies to."""
        content = {
            "msgtype": "m.text",
            "body": text,
            "m.mentions": {"user_ids": [US]},
            "m.relates_to": {"m.in_reply_to": {"event_id": event}},
        }
        await self.client.room_send(ROOM, "m.room.message", content)


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """A world in which Alice is paged in a room."""
    port, peer = free_port(), Matrix(lambda: CLOCK.now() // 1000)
    async with homeserver(peer) as url:
        config = CONFIG.format(port=port, url=url, token=TOKEN, us=US, room=ROOM, alice=ALICE)
        (folder / "config.yaml").write_text(config)
        command = [sys.executable, "-m", "triaged", "serve", "--config", f"{folder}/config.yaml"]
        client = nio.AsyncClient(url, ALICE, device_id="D")
        client.access_token = ALICES
        daemon = running(command, f"http://127.0.0.1:{port}/-/ready", folder / "triaged.log")
        await asyncio.to_thread(daemon.__enter__)
        try:
            yield World(peer, f"http://127.0.0.1:{port}", client)
        finally:
            await client.close()
            await asyncio.to_thread(daemon.__exit__, None, None, None)


async def test_reaction_acknowledges_and_a_reply_resolves(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        number = await w.declare()
        page = await w.page(number)

        await w.react(page, "🎉")
        await w.react(page, "👍🏽")
        await w.until(lambda: any("acknowledged by Alice" in body for body in w.bodies()))
        held = await w.incident(number)
        await w.reply(page, "resolve rolled back")
        await w.until(lambda: any("resolved by Alice" in body for body in w.bodies()))
        await w.react(page, "✅")
        await w.reply(page, "note it was the new release")
        await w.until(lambda: any("the note is on" in body for body in w.bodies()))

        assert held["acknowledged_by"] == "alice"
        assert (await w.incident(number))["state"] == "resolved", "a late reaction opens nothing"
