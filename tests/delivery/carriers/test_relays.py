"""The library `apprise` itself, against a receiver on loopback."""

import json
from typing import Any

import pytest
from aiohttp import web

from tests.delivery.servers import receiver, scripted, silence
from triaged.channels import NoAnswer, Relayed, Taken
from triaged.delivery.carriers.relays import Relays
from triaged.wire import Secret


def message(url: str, timeout_s: float = 20.0) -> Relayed:
    return Relayed(Secret(url), "SEV-1 INC-12", "Checkout is <down> & *out*\n", True, timeout_s)


async def test_message_arrives_as_it_is() -> None:
    got: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(json.loads(await request.text()))
        return web.Response()

    relays = Relays()
    async with receiver(take) as url:
        result = await relays.send(message(f"json{url.removeprefix('http')}/x"))
    relays.close()

    assert result == Taken(ok=True)
    assert got[0]["title"] == "SEV-1 INC-12"
    assert got[0]["message"].strip() == "Checkout is <down> & *out*"
    assert got[0]["type"] == "failure"


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_status_of_a_refusal_is_told_and_no_address_logged(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status)

    relays = Relays()
    async with receiver(refuse) as url:
        result = await relays.send(message(f"json{url.removeprefix('http')}/s3cret"))
    relays.close()

    assert result == Taken(ok=False, status=status)
    assert "s3cret" not in caplog.text


async def test_service_that_hangs_is_not_waited_for() -> None:
    relays = Relays()
    async with scripted(silence) as server:
        url = f"json://127.0.0.1:{server.port}/x?rto=0.5"
        result = await relays.send(message(url, timeout_s=0.05))
    relays.close()

    assert isinstance(result, NoAnswer)
    assert (result.timed_out, result.maybe_accepted) == (True, True)


async def test_url_of_no_service_is_refused_without_being_told() -> None:
    relays = Relays()

    result = await relays.send(message("nonesuch://s3cret"))
    relays.close()

    assert result == NoAnswer("apprise knows no service of the channel's url", permanent=True)
