"""Bodies are read within a size and a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer, TestClient

from triaged.api.actions import Note, Snooze
from triaged.errors import Malformed
from triaged.http.bodies import Stop, Stopped, TooLarge, TooSlow, decode, read_body

LIMIT = 100_000


class Reader:
    """A server that reads a body and remembers what came of it."""

    def __init__(self, wait_s: float = 0.05) -> None:
        self.wait_s = wait_s
        self.read: list[object] = []
        self.stop = Stop()
        self.asked = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.asked.set()
        self.read.append(await read_body(request, LIMIT, self.stop, self.wait_s))
        return web.Response()


def asking(reader: Reader) -> TestClient[web.BaseRequest, None]:
    return TestClient(RawTestServer(reader.answer))


async def parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10_000


async def test_a_body_comes_whole() -> None:
    reader = Reader()
    async with asking(reader) as client:
        for data in (b"", b"small", b"x" * LIMIT, parts(10)):
            await client.post("/", data=data)

    assert reader.read == [b"", b"small", b"x" * LIMIT, b"x" * LIMIT]


async def test_a_body_over_the_limit_is_not_read() -> None:
    reader = Reader()
    async with asking(reader) as client:
        for data in (b"x" * (LIMIT + 1), parts(11)):
            await client.post("/", data=data)

    assert reader.read == [TooLarge(LIMIT), TooLarge(LIMIT)]


async def test_a_body_that_does_not_come_is_given_up() -> None:
    reader = Reader()
    async with RawTestServer(reader.answer) as server:
        answers, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        status = await answers.readline()
        writer.close()

    assert status.startswith(b"HTTP/1.1 200")
    assert reader.read == [TooSlow()]


async def test_a_body_that_has_not_come_at_a_stop_is_given_up_at_once() -> None:
    reader = Reader(wait_s=1e9)
    async with RawTestServer(reader.answer) as server:
        for _ in ("under way", "new"):
            answers, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            await reader.asked.wait()
            reader.asked.clear()
            reader.stop.begin()
            await answers.readline()
            writer.close()

    assert reader.read == [Stopped(), Stopped()]
    assert not reader.stop.waits


async def test_a_stop_is_told_also_while_a_body_runs_out_of_time() -> None:
    stop = Stop()

    async def too_slow() -> None:
        async with asyncio.timeout(0) as wait:
            stop.waits.add(wait)
            try:
                await asyncio.Event().wait()
            finally:
                stop.begin()

    with pytest.raises(TimeoutError):
        await too_slow()
    assert stop.begun


async def test_a_sender_that_asks_first_is_told_to_go_on() -> None:
    reader = Reader()
    async with asking(reader) as client:
        await client.post("/", data=b"x" * 1000, expect100=True)

    assert reader.read == [b"x" * 1000]


async def test_a_sender_that_asks_first_need_not_send_what_is_refused() -> None:
    reader = Reader()
    async with RawTestServer(reader.answer) as server:
        answers, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n"
        writer.write(f"{head}Expect: 100-continue\r\n\r\n".encode())
        status = await answers.readline()
        writer.close()

    assert status.startswith(b"HTTP/1.1 200")
    assert reader.read == [TooLarge(LIMIT)]


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


@pytest.mark.parametrize(
    "until", ["9999-12-31T23:59:59-05:00", "9001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00"]
)
def test_an_instant_that_cannot_be_written_in_utc_is_malformed(until: str) -> None:
    with pytest.raises(Malformed, match=r"\$\.until: an instant of the years 1 to 9000"):
        decode(f'{{"until": "{until}"}}'.encode(), Snooze)


def test_an_empty_body_is_an_empty_object() -> None:
    assert decode(b"", Note) == Note()


def test_a_text_with_a_nul_is_refused_whatever_the_store_takes() -> None:
    with pytest.raises(Malformed, match=r"U\+0000"):
        decode(b'{"note": "a\\u0000b"}', dict)
