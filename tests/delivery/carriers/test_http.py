import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.delivery.servers import cut, read_request, receiver, scripted, silence
from triaged.channels import ANSWER_MAX, HttpRequest, HttpResponse, NoAnswer
from triaged.clock import SystemClock
from triaged.delivery.carriers.http import Http


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http(SystemClock())
    yield made
    await made.close()


def post(url: str, timeout_s: float = 5.0, *, guarded: bool = False) -> HttpRequest:
    headers = {"content-type": "application/json", "idempotency-key": "INC-1/1"}
    return HttpRequest("POST", url, headers, b'{"type":"page"}', timeout_s, guarded)


async def test_request_arrives_as_it_was_made(http: Http) -> None:
    seen: list[tuple[str, str, dict[str, str], bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen.append((request.method, request.path_qs, headers, await request.read()))
        return web.Response(status=202, text="thanks", headers={"X-Request-Id": "r-1"})

    async with receiver(handler) as url:
        answer = await http.send(post(f"{url}/hook?a=b"))

    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.body, answer.headers["x-request-id"]) == (202, b"thanks", "r-1")
    method, path, headers, body = seen[0]
    assert (method, path, body) == ("POST", "/hook?a=b", b'{"type":"page"}')
    assert headers["idempotency-key"] == "INC-1/1"
    assert headers["user-agent"].startswith("triaged/")
    assert "cookie" not in headers


@pytest.mark.parametrize("status", [200, 301, 302, 307, 308, 400, 404, 429, 500, 503])
async def test_every_status_is_an_answer_and_none_is_followed(http: Http, status: int) -> None:
    hits: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere", "Retry-After": "7"})

    async with receiver(handler) as url:
        answer = await http.send(post(f"{url}/hook"))

    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.headers["retry-after"], hits) == (status, "7", ["/hook"])


async def test_cookies_are_not_kept(http: Http) -> None:
    cookies: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "a=b"})

    async with receiver(handler) as url:
        await http.send(post(url))
        await http.send(post(url))

    assert cookies == [None, None]


async def test_silence_ends_at_the_time_limit_and_may_have_been_accepted(http: Http) -> None:
    async with scripted(silence) as server:
        answer = await http.send(post(f"http://127.0.0.1:{server.port}", 0.2))

    assert answer == NoAnswer("no answer within 0.2 s", maybe_accepted=True, timed_out=True)


async def test_cut_after_the_body_may_have_been_accepted(http: Http) -> None:
    async with scripted(cut) as server:
        answer = await http.send(post(f"http://127.0.0.1:{server.port}"))

    assert isinstance(answer, NoAnswer)
    assert (answer.maybe_accepted, answer.permanent, server.connections) == (True, False, 1)


async def test_refused_connection_was_not_accepted(http: Http) -> None:
    async with scripted(silence) as server:
        port = server.port

    answer = await http.send(post(f"http://127.0.0.1:{port}/secret-path?token=x"))

    assert isinstance(answer, NoAnswer)
    assert (answer.maybe_accepted, answer.permanent) == (False, False)
    assert "secret-path" not in answer.error
    assert "token" not in answer.error


async def test_name_that_does_not_exist_was_not_accepted(http: Http) -> None:
    answer = await http.send(post("http://no-such-host.invalid/secret-path"))

    assert isinstance(answer, NoAnswer)
    assert (answer.maybe_accepted, answer.permanent) == (False, False)
    assert "secret-path" not in answer.error


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00\xff\r\n"]
)
async def test_answer_that_is_not_http_may_have_been_accepted(http: Http, reply: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(reply)
        await writer.drain()

    async with scripted(speak) as server:
        answer = await http.send(post(f"http://127.0.0.1:{server.port}/secret-path"))

    assert isinstance(answer, NoAnswer)
    assert answer.maybe_accepted
    assert "secret-path" not in answer.error


async def test_long_answer_is_cut(http: Http) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * (4 * ANSWER_MAX))

    async with receiver(handler) as url:
        answer = await http.send(post(url))

    assert isinstance(answer, HttpResponse)
    assert len(answer.body) == ANSWER_MAX


async def test_compressed_answer_is_not_unpacked(http: Http) -> None:
    async def handler(request: web.Request) -> web.Response:
        response = web.Response(body=b"\x00" * 10_000_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with receiver(handler) as url:
        answer = await http.send(post(url))

    assert isinstance(answer, HttpResponse)
    assert answer.status == 200
    assert len(answer.body) <= ANSWER_MAX


async def test_status_decides_though_the_body_never_ends(http: Http) -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        await reader.read()

    async with scripted(dribble) as server:
        answer = await http.send(post(f"http://127.0.0.1:{server.port}", 0.3))

    assert isinstance(answer, HttpResponse)
    assert answer.status == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://localhost.:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
    ],
)
async def test_guarded_request_never_reaches_this_machine(http: Http, url: str) -> None:
    async with scripted(silence) as server:
        answer = await http.send(post(url.format(port=server.port), 3.0, guarded=True))

    assert isinstance(answer, NoAnswer)
    assert not answer.maybe_accepted
    assert server.connections == 0


async def test_guarded_request_to_a_private_address_is_refused_for_good(http: Http) -> None:
    answer = await http.send(post("http://127.0.0.1:8080/", guarded=True))

    assert answer == NoAnswer(
        "Cannot connect to host 127.0.0.1:8080 ssl:default "
        "[forbidden address: 127.0.0.1 is not on the public Internet]",
        permanent=True,
    )


@pytest.mark.parametrize("url", ["http://", "http://[::1/", "nonsense"])
async def test_address_that_is_none_is_refused_for_good(http: Http, url: str) -> None:
    answer = await http.send(post(url))

    assert isinstance(answer, NoAnswer)
    assert answer.permanent


async def test_certificate_that_does_not_hold_is_refused_for_good(
    http: Http, require: Callable[[str], str], tmp_path: Path
) -> None:
    context = own_certificate(require("openssl"), tmp_path)

    server = await asyncio.start_server(silence, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        answer = await http.send(post(f"https://127.0.0.1:{port}/secret-path"))

    assert isinstance(answer, NoAnswer)
    assert (answer.maybe_accepted, answer.permanent) == (False, True)
    assert answer.error.startswith("the certificate of 127.0.0.1 does not hold")
    assert "secret-path" not in answer.error


def own_certificate(openssl: str, folder: Path) -> ssl.SSLContext:
    """A server's context whose certificate nobody has signed."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *words.split(), *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_client_works_again_after_it_was_closed(http: Http) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    async with receiver(handler) as url:
        await http.send(post(url))
        await http.close()
        answer = await http.send(post(url))

    assert isinstance(answer, HttpResponse)


async def test_answer_is_read_up_to_the_limit_of_the_request(http: Http) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * (4 * ANSWER_MAX))

    async with receiver(handler) as url:
        request = HttpRequest("GET", url, {}, b"", answer_max=3 * ANSWER_MAX)
        answer = await http.send(request)

    assert isinstance(answer, HttpResponse)
    assert len(answer.body) == 3 * ANSWER_MAX
