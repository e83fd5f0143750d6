"""Forms of a request that real senders and proxies use: each is taken."""

import asyncio
import json
import re

import pytest

from tests.api.site import TOKENS, Site

BODY = json.dumps([{"labels": {"alertname": "NodeDown"}}]).encode()
AUTH = f"Authorization: Bearer {TOKENS['prometheus']}\r\nContent-Type: application/json\r\n"
PLAIN = f"{AUTH}Content-Length: {len(BODY)}\r\n"
CHUNKED = b"%x\r\n%b\r\n0\r\nX-Checksum: 1\r\n\r\n" % (len(BODY), BODY)
V2 = "/api/v2/alerts"
STATUS = re.compile(rb"HTTP/1\.[01] (\d+)")

FORMS = {
    "http-1.0": (f"POST {V2} HTTP/1.0\r\n{PLAIN}\r\n", BODY),
    "absolute-form": (
        f"POST http://localhost{V2} HTTP/1.1\r\nHost: localhost\r\n{PLAIN}\r\n",
        BODY,
    ),
    "chunked-with-trailers": (
        f"POST {V2} HTTP/1.1\r\nHost: localhost\r\n{AUTH}Transfer-Encoding: chunked\r\n"
        "Trailer: X-Checksum\r\n\r\n",
        CHUNKED,
    ),
    "h2c-offered": (
        f"POST {V2} HTTP/1.1\r\nHost: localhost\r\n{PLAIN}Connection: Upgrade, HTTP2-Settings\r\n"
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        BODY,
    ),
    "two-slashes": (f"POST /{V2}/ HTTP/1.1\r\nHost: localhost\r\n{PLAIN}\r\n", BODY),
}


async def statuses(site: Site, sent: bytes, count: int) -> list[bytes]:
    """The statuses of so many answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    try:
        writer.write(sent)
        came = b""
        while len(found := STATUS.findall(came)) < count:
            part = await asyncio.wait_for(reader.read(65_536), 10)
            assert part, came
            came += part
        return found
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("form", FORMS)
async def test_the_form_is_taken(site: Site, form: str) -> None:
    head, body = FORMS[form]

    assert await statuses(site, head.encode() + body, 1) == [b"200"]
    assert len((await site.get("/api/v1/alerts"))["alerts"]) == 1


async def test_requests_in_a_pipeline_are_answered_in_turn(site: Site) -> None:
    one = f"POST {V2} HTTP/1.1\r\nHost: localhost\r\n{PLAIN}\r\n".encode() + BODY

    assert await statuses(site, one * 3, 3) == [b"200"] * 3
