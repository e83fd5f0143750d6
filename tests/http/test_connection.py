"""What is no HTTP is refused as everything is, and the connection ends."""

import asyncio
import json

import pytest

from tests.api.site import TOKENS, Site
from triaged.http.connection_limits import IDLE_MAX
from triaged.http.server import Server


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length: +4\r\n",
        b"X-A: b\r\n folded: c\r\n",
    ],
)
async def test_ambiguous_framing_is_refused_and_the_connection_closed(
    site: Site, head: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    writer.write(b"POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n0\r\n\r\n")

    answer = await reader.read()
    writer.close()

    head, _, document = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == b"400"
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(document)["detail"].startswith("this is not valid HTTP/1.1: ")
    assert answer.count(b"\r\n\r\n") == 1
    counted = site.context.metrics.registry.get_sample_value(
        "triaged_requests_refused_total", {"reason": "not_http"}
    )
    assert counted == 1


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_who_wants_the_connection_closed_gets_it_closed(site: Site, version: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    head = f"POST /api/v2/alerts HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nAuthorization: Bearer {TOKENS['ingest']}\r\n"
    writer.write(f"{head}Content-Length: 2\r\n\r\n[]".encode())

    answer = await reader.read()
    writer.close()

    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/{version} 200 OK")
    assert json.loads(body) == {"accepted": 0, "incidents": []}


async def test_requests_that_come_together_are_answered_in_their_order(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    head = "POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {TOKENS['ingest']}\r\n"
    bodies = [json.dumps([{"labels": {"alertname": "A", "n": str(n)}}] * n) for n in (1, 2, 3)]
    requests = [f"{head}Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies]
    writer.write("".join(requests).encode())

    answers = [await reader.readuntil(b"}") for _ in bodies]
    writer.close()

    assert [json.loads(one.partition(b"\r\n\r\n")[2])["accepted"] for one in answers] == [1, 2, 3]


async def test_in_a_crowd_connections_that_rest_are_closed_and_none_that_asks(site: Site) -> None:
    server = site.client.server.runner.server  # type: ignore[union-attr] # it runs
    assert isinstance(server, Server)
    lines = [
        await asyncio.open_connection("127.0.0.1", site.client.port) for _ in range(IDLE_MAX + 3)
    ]
    asking, *resting = lines
    for reader, writer in resting:
        writer.write(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"healthy.\n")
    head = f"Host: localhost\r\nAuthorization: Bearer {TOKENS['ingest']}\r\nContent-Length: 2\r\n"
    asking[1].write(f"POST /webhooks/alertmanager HTTP/1.1\r\n{head}\r\n".encode())
    while not site.context.intake.requests:
        await site.ask("GET", "/-/healthy")

    site.context.connection_limits.crowd = len(lines)
    closed_of_few = server.close_unused()
    site.context.connection_limits.crowd = 0
    closed = server.close_unused()

    assert (closed_of_few, closed) == (1, 2)
    assert [await reader.read() for reader, _ in resting[:2]] == [b"", b""]
    asking[1].write(b"{}")
    assert (await asking[0].readline()).split()[1] == b"400"
    for _, writer in lines:
        writer.close()
