"""What a webhook comes to, whatever the provider does, from the request to the verdict."""

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW, notice
from tests.conftest import ROOT
from tests.delivery.clocks import HandClock
from tests.delivery.mailserver import certificate, server_context
from tests.delivery.servers import Script, read_request, scripted
from triaged.channels import HttpRequest
from triaged.channels.webhook import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import SECOND
from triaged.delivery.carriers.http import Http

SHORT_S = 0.2
IN_30_S = b"Mon, 30 Mar 2026 10:00:30 GMT"
"""Half a minute after `NOW`."""


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """A client whose clock stands still."""
    client = Http(HandClock(NOW))
    yield client
    await client.close()


def post(url: str, timeout_s: float = 5.0) -> HttpRequest:
    """A page for the receiver at `url`."""
    return replace(request(notice(), Settings(url), NOW), timeout_s=timeout_s)


async def outcome(http: Http, script: Script, timeout_s: float = 5.0) -> Verdict:
    """The verdict on a page for a receiver that plays `script`."""
    async with scripted(script) as server:
        answer = await http.send(post(f"http://127.0.0.1:{server.port}/", timeout_s))
    return verdict(answer)


def answers(head: bytes, body: bytes = b"") -> Script:
    """Read the request, send this, and wait until the client goes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        length = b"" if b"ength:" in head else b"Content-Length: %d\r\n" % len(body)
        writer.write(b"HTTP/1.1 " + head + b"\r\n" + length + b"\r\n" + body)
        await reader.read()

    return script


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"200 OK", Delivered),
        (b"202 Accepted", Delivered),
        (b"204 No Content", Delivered),
        (b"301 Moved\r\nLocation: http://127.0.0.1:1/", Refused),
        (b"307 Moved\r\nLocation: http://127.0.0.1:1/", Refused),
        (b"400 Bad Request", Refused),
        (b"401 Unauthorized", Refused),
        (b"404 Not Found", Refused),
        (b"410 Gone", Refused),
        (b"413 Too Large", Refused),
        (b"408 Timeout", TryAgain),
        (b"425 Too Early", TryAgain),
        (b"429 Too Many", TryAgain),
        (b"500 Broken", TryAgain),
        (b"503 Busy", TryAgain),
    ],
)
async def test_status_decides(http: Http, head: bytes, expected: type) -> None:
    assert isinstance(await outcome(http, answers(head)), expected)


@pytest.mark.parametrize(
    ("wish", "after_us"),
    [(b"7", 7 * SECOND), (IN_30_S, 30 * SECOND), (b"soon", None), (b"-1", None), (b"", None)],
)
async def test_wish_for_a_pause_is_read(http: Http, wish: bytes, after_us: int | None) -> None:
    said = await outcome(http, answers(b"429 Too Many\r\nRetry-After: " + wish))

    assert isinstance(said, TryAgain)
    assert (said.after_us, said.maybe_accepted) == (after_us, False)


@pytest.mark.parametrize("status", [b"502 Bad Gateway", b"504 Gateway Timeout"])
async def test_gateway_may_have_passed_it_on(http: Http, status: bytes) -> None:
    said = await outcome(http, answers(status))

    assert isinstance(said, TryAgain)
    assert said.maybe_accepted


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nX-Half: "])
async def test_hang_before_the_end_of_the_headers_may_have_it(http: Http, sent: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(sent)
        await reader.read()

    said = await outcome(http, script, SHORT_S)

    assert isinstance(said, TryAgain)
    assert (said.maybe_accepted, said.timed_out) == (True, True)


@pytest.mark.parametrize("part", [b"", b"half"])
async def test_hang_in_the_body_of_an_answer_changes_nothing(http: Http, part: bytes) -> None:
    script = answers(b"200 OK\r\nContent-Length: 100", part)

    assert isinstance(await outcome(http, script, SHORT_S), Delivered)


async def test_close_without_an_answer_may_have_it(http: Http) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.transport.abort()

    said = await outcome(http, script)

    assert isinstance(said, TryAgain)
    assert (said.maybe_accepted, said.timed_out) == (True, False)


async def test_close_in_the_body_of_an_answer_changes_nothing(http: Http) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    assert isinstance(await outcome(http, script), Delivered)


async def test_answer_that_is_not_http_is_tried_again(http: Http) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await reader.read()

    said = await outcome(http, script)

    assert isinstance(said, TryAgain)
    assert said.maybe_accepted


async def test_no_connection_is_tried_again_and_has_not_arrived(http: Http) -> None:
    async with scripted(answers(b"200 OK")) as server:
        port = server.port

    said = verdict(await http.send(post(f"http://127.0.0.1:{port}/")))

    assert isinstance(said, TryAgain)
    assert not said.maybe_accepted


@pytest.mark.parametrize("days", [2, -1], ids=["self-signed", "expired"])
async def test_certificate_that_does_not_hold_is_refused(
    http: Http, require: Any, tmp_path: Path, days: int
) -> None:
    context = server_context(certificate(require("openssl"), tmp_path, days=days))

    said = verdict(await over_tls(http, context))

    assert isinstance(said, Refused)
    assert "certificate" in said.error


ELSEWHERE = """
import asyncio, sys
from tests.delivery.test_http_contract import post
from triaged.clock import SystemClock
from triaged.delivery.carriers.http import Http

async def main():
    http = Http(SystemClock())
    print(repr(await http.send(post(sys.argv[1]))))
    await http.close()

asyncio.run(main())
"""
"""A process of its own: which authorities are trusted is read once, at its start."""


@pytest.mark.parametrize(
    ("host", "said"),
    [("127.0.0.1", "HttpResponse(status=200"), ("192.0.2.1", "IP address mismatch")],
    ids=["right name", "wrong name"],
)
async def test_trusted_certificate_must_be_of_the_receivers_name(
    require: Any, tmp_path: Path, host: str, said: str
) -> None:
    made = certificate(require("openssl"), tmp_path, host=host)
    script = answers(b"200 OK")
    server = await asyncio.start_server(script, "127.0.0.1", 0, ssl=server_context(made))
    environment = {**os.environ, "SSL_CERT_FILE": str(made), "PYTHONPATH": str(ROOT)}

    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", ELSEWHERE, url), stdout=asyncio.subprocess.PIPE, env=environment
        )
        shown, _ = await process.communicate()

    assert said in shown.decode()
    assert ("permanent=True" in shown.decode()) == (host == "192.0.2.1")


async def over_tls(http: Http, context: ssl.SSLContext) -> Any:
    """What a page comes to whose receiver has this TLS."""

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await http.send(post(f"https://127.0.0.1:{port}/"))
