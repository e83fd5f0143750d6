"""Rooms: signed JSON goes out, an address comes back."""

import hmac

import msgspec
import pytest

from tests.integrations.fakes.peer import NOW
from tests.integrations.samples import SETTINGS
from triaged.channels import HttpRequest, HttpResponse
from triaged.core.records.events import Refused
from triaged.core.records.practice.requests import Done
from triaged.integrations import CreateRoom, Ended, webhook

ORDER = CreateRoom("INC-12/room", {"id": "INC-12", "title": "Checkout failures"})


def create(answer: HttpResponse) -> tuple[HttpRequest, Ended]:
    settings = SETTINGS["webhook"]
    assert isinstance(settings, webhook.Settings)
    exchange = webhook.create_room(ORDER, settings, NOW)
    request = next(exchange)
    with pytest.raises(StopIteration) as end:
        exchange.send(answer)
    return request, end.value.value


def test_request_is_signed_and_says_what_it_is() -> None:
    request, _ = create(HttpResponse(500, {}, b""))

    seconds = request.headers["x-triaged-timestamp"]
    signed = seconds.encode() + b"." + request.body
    wanted = hmac.digest(b"s3cret", signed, "sha256").hex()
    assert request.headers["x-triaged-signature"] == f"v1={wanted}"
    assert request.headers["idempotency-key"] == "INC-12/room"
    assert msgspec.json.decode(request.body) == {
        "type": "room.create",
        "id": "INC-12/room",
        "incident": ORDER.incident,
    }


def test_answer_names_the_room() -> None:
    body = b'{"url": "https://chat.example.org/c/inc-12", "name": "#inc-12-checkout"}'

    _, end = create(HttpResponse(200, {}, body))

    assert end == Done({"url": "https://chat.example.org/c/inc-12", "name": "#inc-12-checkout"})


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "/relative", "https://a\\nb"])
def test_address_that_nobody_should_open_is_refused(url: str) -> None:
    _, end = create(HttpResponse(200, {}, f'{{"url": "{url}"}}'.encode()))

    assert isinstance(end, Refused)
