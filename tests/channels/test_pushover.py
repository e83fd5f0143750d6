from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from tests.channels.answers import answer
from tests.channels.notices import NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels import Notice
from triaged.channels.pushover import Settings, addresses_of, own_address, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import Severity
from triaged.wire import Secret

SETTINGS = Settings(Secret("a" * 30), "u" * 30)


def form(sent: Notice) -> dict[str, str]:
    return dict(parse_qsl(request(sent, SETTINGS, NOW).body.decode()))


def test_sev_1_rings_until_somebody_answers() -> None:
    said = form(straight())

    assert (said["priority"], said["retry"], said["expire"]) == ("2", "60", "3600")
    assert said["url"] == "https://triaged.example.org/act/token"


@pytest.mark.parametrize(
    ("sent", "priority"),
    [
        (straight(replace(PAGE, severity=Severity.SEV2)), "1"),
        (straight(replace(PAGE, severity=Severity.SEV3)), "0"),
        (straight(UPDATE), "0"),
        (straight_test(), "0"),
    ],
)
def test_nothing_else_rings_again(sent: Notice, priority: str) -> None:
    said = form(sent)

    assert said["priority"] == priority
    assert "retry" not in said


def test_message_and_title_are_cut() -> None:
    said = form(straight(title="t" * 5000))

    assert len(said["message"]) <= 1024
    assert len(said["title"]) <= 250


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"status": 1, "request": "r1"}, Delivered("r1")),
        (200, {"status": 1, "request": "r1", "receipt": "c1"}, Delivered("c1")),
        (
            400,
            {"status": 0, "errors": ["user identifier is invalid"]},
            Refused("HTTP 400 user identifier is invalid"),
        ),
        (
            429,
            {"status": 0, "errors": ["application is over its quota"]},
            TryAgain(
                "HTTP 429 the month's messages are used up application is over its quota",
                3_600_000_000,
            ),
        ),
        (500, None, TryAgain("HTTP 500")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


def test_keys_are_addresses() -> None:
    assert addresses_of("u" * 30) == ("u" * 30,)
    assert addresses_of("alice") == ()
    assert own_address(SETTINGS) == "u" * 30
    with pytest.raises(ValueError, match="30 letters and digits"):
        Settings(Secret("a"), "alice")
