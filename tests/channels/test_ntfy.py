import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels.ntfy import MESSAGE_MAX, Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import Severity
from triaged.core.settings import Contact
from triaged.errors import Malformed
from triaged.wire import Secret

SETTINGS = Settings(to="alerts")


def test_button_acknowledges_by_itself() -> None:
    (action,) = posted(request(straight(), SETTINGS, NOW))["actions"]

    assert action == {
        "action": "http",
        "label": "Acknowledge",
        "url": "https://triaged.example.org/act/token",
        "method": "POST",
        "clear": True,
    }


def test_update_has_no_button_and_rings_less() -> None:
    said = posted(request(straight(UPDATE), SETTINGS, NOW))

    assert "actions" not in said
    assert said["priority"] == 3


@pytest.mark.parametrize(
    ("severity", "priority"), [(Severity.SEV1, 5), (Severity.SEV2, 4), (Severity.SEV3, 3)]
)
def test_priority_is_that_of_the_severity(severity: Severity, priority: int) -> None:
    said = posted(request(straight(replace(PAGE, severity=severity)), SETTINGS, NOW))

    assert said["priority"] == priority


def test_test_of_a_contact_is_named_so() -> None:
    (action,) = posted(request(straight_test(), SETTINGS, NOW))["actions"]

    assert action["label"] == "Test the link"


def test_topic_is_the_contacts_or_the_channels() -> None:
    own = replace(straight(), contact=Contact("push", "alices"))

    assert posted(request(own, SETTINGS, NOW))["topic"] == "alices"
    assert posted(request(replace(own, contact=None), SETTINGS, NOW))["topic"] == "alerts"
    with pytest.raises(Malformed, match="cannot be reached"):
        request(replace(own, contact=Contact("push", "a/../b")), SETTINGS, NOW)
    with pytest.raises(Malformed, match="has no address"):
        request(replace(own, contact=None), Settings(), NOW)


def test_token_goes_into_the_header() -> None:
    message = request(straight(), Settings(to="a", token=Secret("tk_x")), NOW)

    assert message.headers["authorization"] == "Bearer tk_x"


def test_message_is_cut_by_bytes() -> None:
    sent = straight(title="ä" * 4000, labels={f"ö{n}": "ü" * 200 for n in range(50)})

    assert len(posted(request(sent, SETTINGS, NOW))["message"].encode()) <= MESSAGE_MAX


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"id": "x1"}, Delivered("x1")),
        (401, {"code": 40101, "error": "unauthorized"}, Refused("HTTP 401 unauthorized")),
        (403, {"code": 40301, "error": "forbidden"}, Refused("HTTP 403 forbidden")),
        (429, {"code": 42901, "error": "limit"}, TryAgain("HTTP 429 limit")),
        (
            429,
            {"code": 42908, "error": "quota"},
            TryAgain("the server's messages for today are used up", 3_600_000_000),
        ),
        (500, None, TryAgain("HTTP 500")),
        (502, None, TryAgain("HTTP 502", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


@pytest.mark.parametrize(
    ("url", "to", "timeout"),
    [
        ("ftp://x", "", "9s"),
        ("https://", "", "9s"),
        ("https://x", "a b", "9s"),
        ("https://x", "", "1m"),
    ],
)
def test_settings_with_which_nothing_could_be_sent_are_refused(
    url: str, to: str, timeout: str
) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(url, to, timeout=timeout)


def test_topics_are_addresses() -> None:
    assert addresses_of("my-topic_1") == ("my-topic_1",)
    assert addresses_of("my topic") == ()
