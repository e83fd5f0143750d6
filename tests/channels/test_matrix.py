import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels.matrix import Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

SETTINGS = Settings("https://matrix.example.org", Secret("t0ken"), "!room:example.org")


def test_page_is_one_transaction_however_often_it_is_sent() -> None:
    message = request(straight(), SETTINGS, NOW)

    assert message.method == "PUT"
    assert message.url == (
        "https://matrix.example.org/_matrix/client/v3/rooms/%21room%3Aexample.org"
        "/send/m.room.message/INC-12%2F1%2F1%2F2%2Fschedule%3Aprimary%2Falice%2Fmail"
    )
    assert message.url == request(straight(), SETTINGS, NOW + 1).url


def test_nobody_is_mentioned_and_an_update_is_a_notice() -> None:
    page, update = (posted(request(one, SETTINGS, NOW)) for one in (straight(), straight(UPDATE)))

    assert page["m.mentions"] == {}
    assert (page["msgtype"], update["msgtype"]) == ("m.text", "m.notice")


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (200, {"event_id": "$e"}, {}, Delivered("$e")),
        (
            403,
            {"errcode": "M_FORBIDDEN", "error": "not in the room"},
            {},
            Refused("HTTP 403 M_FORBIDDEN not in the room"),
        ),
        (
            429,
            {"errcode": "M_LIMIT_EXCEEDED", "error": "slow"},
            {"retry-after": "7"},
            TryAgain("HTTP 429 M_LIMIT_EXCEEDED slow", 7_000_000),
        ),
        (500, None, {}, TryAgain("HTTP 500")),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answer(status, body, headers)) == expected


@pytest.mark.parametrize(
    ("text", "good"),
    [("!a:example.org", True), ("#ops:example.org:8448", True), ("@bob:x", False), ("! :x", False)],
)
def test_rooms_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good
