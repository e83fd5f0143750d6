"""What is refused is counted and logged, and the log holds no token."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.api.site import Site
from triaged.process import logs

CANARY = "trg_" + "c" * 43


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_no_token_reaches_the_log_the_metrics_or_an_answer(
    site: Site, logged: io.StringIO
) -> None:
    answers = [
        await site.ask("POST", f"/webhooks/legacy?token={CANARY}", None, data=b"{"),
        await site.ask("GET", f"/api/v1/incidents?token={CANARY}", None),
        await site.ask("GET", "/api/v1/incidents", CANARY),
        await site.ask("GET", f"/act/{CANARY}", None),
        await site.ask("GET", f"/nowhere/{CANARY}?token={CANARY}", CANARY),
    ]
    metrics = await (await site.ask("GET", "/metrics")).text()

    texts = [await answer.text() for answer in answers] + [logged.getvalue(), metrics]

    assert [text for text in texts if "ccccc" in text] == []


async def test_a_refusal_says_why_and_who(site: Site, logged: io.StringIO) -> None:
    await site.ask("GET", "/api/v1/incidents", None)

    (line,) = [json.loads(text) for text in logged.getvalue().splitlines()]
    assert (line["event"], line["reason"], line["status"], line["client"]) == (
        "request.refused",
        "unauthorized",
        401,
        "127.0.0.1",
    )


async def test_a_refusal_is_counted(site: Site) -> None:
    await site.ask("GET", "/api/v1/incidents", None)
    await site.ask("GET", "/api/v1/tokens", "read")

    registry = site.context.metrics.registry
    for reason in ("unauthorized", "forbidden"):
        counted = registry.get_sample_value("triaged_requests_refused_total", {"reason": reason})
        assert counted == 1


async def test_a_broken_header_does_not_reach_the_log(site: Site, logged: io.StringIO) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    writer.write(
        f"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {CANARY}\x01\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()

    assert answer.split(b" ")[1] == b"400"
    assert "ccccc" not in logged.getvalue()
