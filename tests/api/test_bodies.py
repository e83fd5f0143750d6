"""Bodies are read within a size and a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from triaged.api.bodies import TooLarge, TooSlow, decode, read_body
from triaged.api.schemas import Note
from triaged.errors import Malformed

LIMIT = 100_000


class Reader:
    """A server that reads a body and remembers what came of it."""

    def __init__(self) -> None:
        self.read: list[object] = []
        self.app = web.Application()
        self.app.router.add_post("/", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        self.read.append(await read_body(request, LIMIT, wait_s=0.05))
        return web.Response()


async def parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10_000


async def test_a_body_comes_whole() -> None:
    reader = Reader()
    async with TestClient(TestServer(reader.app)) as client:
        for data in (b"", b"small", b"x" * LIMIT, parts(10)):
            await client.post("/", data=data)

    assert reader.read == [b"", b"small", b"x" * LIMIT, b"x" * LIMIT]


async def test_a_body_over_the_limit_is_not_read() -> None:
    reader = Reader()
    async with TestClient(TestServer(reader.app)) as client:
        for data in (b"x" * (LIMIT + 1), parts(11)):
            await client.post("/", data=data)

    assert reader.read == [TooLarge(LIMIT), TooLarge(LIMIT)]


async def test_a_body_that_does_not_come_is_given_up() -> None:
    reader = Reader()
    async with TestServer(reader.app) as server:
        answers, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        status = await answers.readline()
        writer.close()

    assert status.startswith(b"HTTP/1.1 200")
    assert reader.read == [TooSlow()]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not_json"),
        (b"[]", "wrong_shape"),
        (b'{"note": 1}', "wrong_shape"),
        (b"[" * 70 + b"]" * 70, "nested_too_deep"),
    ],
)
def test_what_is_no_such_body_is_malformed(body: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode(body, Note)

    assert caught.value.reason == reason


def test_an_empty_body_is_an_empty_object() -> None:
    assert decode(b"", Note) == Note()


def test_a_text_with_a_nul_is_refused_whatever_the_store_takes() -> None:
    with pytest.raises(Malformed, match=r"U\+0000"):
        decode(b'{"note": "a\\u0000b"}', dict)
