"""A fake provider behind a real web server on loopback."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.delivery.servers import receiver
from triaged.channels import HttpRequest, HttpResponse, Result


@asynccontextmanager
async def served(answer: Callable[[HttpRequest], Result]) -> AsyncIterator[str]:
    """The address at which `answer` answers."""

    async def handle(asked: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        found = answer(HttpRequest(asked.method, str(asked.url), headers, await asked.read()))
        assert isinstance(found, HttpResponse)
        return web.Response(status=found.status, headers=dict(found.headers), body=found.body)

    async with receiver(handle) as url:
        yield url
