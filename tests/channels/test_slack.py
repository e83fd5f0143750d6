import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels.slack import Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

SETTINGS = Settings(Secret("xoxb-1-2-x"), "C0123456789")


def test_message_is_plain_text_in_blocks_with_a_text_for_previews() -> None:
    message = request(straight(title="<!channel> & *x*"), SETTINGS, NOW)
    said = posted(message)

    assert message.url == "https://slack.com/api/chat.postMessage"
    assert said["text"] == "SEV-1 &lt;!channel&gt; &amp; *x* (INC-12)"
    kinds = [block["type"] for block in said["blocks"]]
    assert kinds == ["header", "section", "actions"]
    assert {block["text"]["type"] for block in said["blocks"][:2]} == {"plain_text"}
    assert (said["link_names"], said["unfurl_links"]) == (False, False)


def test_update_has_no_button() -> None:
    assert len(posted(request(straight(UPDATE), SETTINGS, NOW))["blocks"]) == 2


def test_limits_of_blocks_are_kept() -> None:
    labels = {f"l{n}": "v" * 5000 for n in range(60)}
    said = posted(request(straight(title="t" * 9000, labels=labels), SETTINGS, NOW))

    header, section = said["blocks"][:2]
    assert len(header["text"]["text"]) <= 150
    assert len(section["text"]["text"]) <= 3000


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (200, {"ok": True, "channel": "C1", "ts": "1.2"}, {}, Delivered("C1/1.2")),
        (200, {"ok": False, "error": "channel_not_found"}, {}, Refused("channel_not_found")),
        (200, {"ok": False, "error": "invalid_auth"}, {}, Refused("invalid_auth")),
        (
            200,
            {"ok": False, "error": "ratelimited"},
            {"retry-after": "3"},
            TryAgain("ratelimited", 3_000_000),
        ),
        (
            200,
            {"ok": False, "error": "internal_error"},
            {},
            TryAgain("internal_error", maybe_accepted=True),
        ),
        (200, {"ok": False, "error": "service_unavailable"}, {}, TryAgain("service_unavailable")),
        (429, None, {"retry-after": "30"}, TryAgain("HTTP 429", 30_000_000)),
        (503, None, {}, TryAgain("HTTP 503")),
        (200, None, {}, TryAgain("no JSON in the answer", maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, headers: dict[str, str], expected: object) -> None:
    assert verdict(answer(status, body, headers)) == expected


@pytest.mark.parametrize(
    ("text", "good"), [("C0123456789", True), ("U0123456789", True), ("#ops", True), ("ops", False)]
)
def test_channels_and_people_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good


def test_token_is_that_of_a_bot() -> None:
    with pytest.raises(ValueError, match="begins with xoxb-"):
        Settings(Secret("xoxp-1"))
