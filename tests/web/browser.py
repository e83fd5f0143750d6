"""A real Chromium without a window, driven over its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

import asyncio
import contextlib
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

START_S = 30
ANSWER_S = 20
UNTIL_MS = 10_000


class Tab:
    """One page."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0
        self.events: list[dict[str, Any]] = []

    async def do(self, method: str, **parameters: object) -> dict[str, Any]:
        """The result of a command."""
        self._last += 1
        wanted = self._last
        await self._socket.send_json({"id": wanted, "method": method, "params": parameters})
        while True:
            message = await self._next()
            if message.get("id") == wanted:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_S):
            message: dict[str, Any] = await self._socket.receive_json()
        return message

    async def loaded(self) -> None:
        """Return when a page has loaded since the last call."""
        async with asyncio.timeout(ANSWER_S):
            while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
                self.events.append(await self._next())
        self.events = [
            event for event in self.events if event.get("method") != "Page.loadEventFired"
        ]

    async def go(self, url: str) -> None:
        """Load a page."""
        await self.do("Page.navigate", url=url)
        await self.loaded()

    async def until(self, expression: str) -> None:
        """Return when an expression becomes true in the page."""
        script = f"""new Promise((done) => {{
            const look = () => ({expression}) ? done(true) : requestAnimationFrame(look);
            setTimeout(() => done(false), {UNTIL_MS});
            look();
        }})"""
        answer = await self.do("Runtime.evaluate", expression=script, awaitPromise=True)
        assert answer["result"].get("value") is True, f"never so: {expression}"

    async def press(self, key: str) -> None:
        """Press a key, and let it go."""
        code, text = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, "")}.get(key, (0, key))
        for kind in ("keyDown", "keyUp"):
            await self.do(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                text=text,
                windowsVirtualKeyCode=code,
            )

    async def sign_in(self, root: str, cookie: str) -> None:
        """Have the cookie of a session, `name=value`."""
        name, _, value = cookie.partition("=")
        await self.do("Network.setCookie", name=name, value=value, url=root)

    async def value(self, expression: str) -> Any:
        """What an expression says in the page."""
        answer = await self.do("Runtime.evaluate", expression=expression, userGesture=True)
        return answer["result"].get("value")

    async def look(self, width: int, height: int, scheme: str, *, mobile: bool = True) -> None:
        """Be a phone of this size, or a window, whose owner likes this colour scheme."""
        await self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if mobile else 1,
            mobile=mobile,
        )
        await self.do(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    async def picture(self) -> bytes:
        """What is seen, as PNG."""
        return b64decode((await self.do("Page.captureScreenshot", format="png"))["data"])

    @property
    def complaints(self) -> list[str]:
        """What the browser itself objected to: violations of the policy among them."""
        entries = [event for event in self.events if event.get("method") == "Log.entryAdded"]
        return [event["params"]["entry"]["text"] for event in entries]


@contextlib.asynccontextmanager
async def browsing(chromium: str, profile: Path) -> AsyncIterator[Tab]:
    """A tab of a browser that ends with the block."""
    running = await asyncio.create_subprocess_exec(
        chromium,
        "--headless",
        "--no-sandbox",  # in a container as root it cannot have one
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",  # it asks nobody but the page under test
        "--disable-component-update",
        "--disable-sync",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert running.stderr is not None
        async with asyncio.timeout(START_S):
            while b"DevTools listening on ws://" not in (line := await running.stderr.readline()):
                assert line, "Chromium has ended"
        address = line.decode().split("ws://")[1].split("/")[0]
        async with ClientSession() as session:
            async with session.get(f"http://{address}/json/list") as answer:
                page = next(one for one in await answer.json() if one["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Log", "Runtime", "Network"):
                    await tab.do(f"{domain}.enable")
                yield tab
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.communicate()
