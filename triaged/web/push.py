"""`/push`: the page on which a browser subscribes to push messages, and the worker that shows them.

https://www.w3.org/TR/push-api/, https://www.w3.org/TR/service-workers/
"""

from functools import cache
from pathlib import Path

import msgspec
from aiohttp import web
from msgspec.structs import replace

from triaged.channels import webpush
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.published import File, answer_with, file_of
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import page, screen

WORKER = Path(__file__).parent / "_push" / "worker.js"
POLICY = "default-src 'none'; connect-src 'self'"
"""A worker has the policy of its own file: it may ask us, to acknowledge, and nobody else."""

KIND = "text/javascript; charset=utf-8"


class Sender(msgspec.Struct, frozen=True):
    """A channel to which a browser can subscribe."""

    name: str
    key: str
    """Its public key."""


@screen("/push", Scope.READ)
async def show(call: Call) -> web.Response:
    """The page on which a browser subscribes to push messages."""
    channels = [
        Sender(name, webpush.public_key_of(channel.settings))
        for name, channel in call.context.configuration.channels.items()
        if isinstance(channel.settings, webpush.Settings)
    ]
    return await page(call, "push.html", frame_of(call), channels=channels)


@route("GET", "/push/worker.js", Scope.PUBLIC)
async def worker(call: Call) -> web.Response:
    """The script that shows push messages; browsers ask for it again by themselves."""
    return answer_with(call.request, _worker())


@cache
def _worker() -> File:
    file = file_of(WORKER.read_bytes(), KIND)
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return replace(file, headers={**file.headers, **headers})
