import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels.discord import Settings, addresses_of, own_address, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

BOT = Settings(token=Secret("b0t"), to="123456789012345678")
HOOK = Settings(webhook=Secret("https://discord.com/api/webhooks/1/secret"))


def test_bot_sends_each_page_once() -> None:
    message = request(straight(), BOT, NOW)
    said = posted(message)

    assert message.url == "https://discord.com/api/v10/channels/123456789012345678/messages"
    assert message.headers["authorization"] == "Bot b0t"
    assert said["enforce_nonce"] is True
    assert len(said["nonce"]) == 25
    assert said["nonce"] == posted(request(straight(), BOT, NOW + 1))["nonce"]
    assert said["nonce"] != posted(request(straight(UPDATE), BOT, NOW))["nonce"]


def test_webhook_waits_until_the_message_is_saved() -> None:
    message = request(straight(), HOOK, NOW)

    assert message.url == "https://discord.com/api/webhooks/1/secret?wait=true"
    assert "nonce" not in posted(message)


@pytest.mark.parametrize("settings", [BOT, HOOK])
def test_no_message_mentions_or_formats(settings: Settings) -> None:
    said = posted(request(straight(title="@everyone **x** <@1>"), settings, NOW))

    assert said["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in said["content"]
    assert r"\*\*x\*\*" in said["content"]


def test_sizes_are_kept() -> None:
    labels = {f"l{n}": "*" * 500 for n in range(40)}
    said = posted(request(straight(title="*" * 5000, labels=labels), BOT, NOW))

    assert len(said["content"]) <= 2000
    assert len(said["embeds"][0]["description"]) <= 4096


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"id": "m1"}, Delivered("m1")),
        (401, {"message": "401: Unauthorized"}, Refused("HTTP 401 401: Unauthorized")),
        (404, {"message": "Unknown Channel"}, Refused("HTTP 404 Unknown Channel")),
        (
            429,
            {"message": "You are being rate limited.", "retry_after": 1.5},
            TryAgain("HTTP 429 You are being rate limited.", 1_500_000),
        ),
        (204, None, Refused("HTTP 204")),
        (500, None, TryAgain("HTTP 500")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


def test_settings_are_a_bot_or_a_webhook() -> None:
    with pytest.raises(ValueError, match="either token or webhook"):
        Settings()
    with pytest.raises(ValueError, match="15 to 20 digits"):
        Settings(token=Secret("b"), to="general")
    assert addresses_of("123456789012345678") == ("123456789012345678",)
    assert addresses_of(own_address(HOOK)) == ("webhook",)
