import pytest

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels.telegram import TEXT_MAX, Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

SETTINGS = Settings(Secret("123456:ABC-def"), "-1001234")


def test_text_goes_without_a_parse_mode_and_the_head_in_bold() -> None:
    message = request(straight(), SETTINGS, NOW)
    said = posted(message)

    assert message.url == "https://api.telegram.org/bot123456:ABC-def/sendMessage"
    assert "parse_mode" not in said
    (bold,) = said["entities"]
    assert said["text"][: bold["length"]] == "SEV-1 checkout is down in c1 (INC-12)"


def test_offsets_count_as_the_provider_counts() -> None:
    said = posted(request(straight(title="🔥 down"), SETTINGS, NOW))

    head = "SEV-1 🔥 down (INC-12)"
    assert said["text"].startswith(head)
    assert said["entities"][0]["length"] == len(head) + 1, "a pair of units in UTF-16"


def test_page_has_a_button_and_an_update_is_silent() -> None:
    page, update = (posted(request(one, SETTINGS, NOW)) for one in (straight(), straight(UPDATE)))

    ((button,),) = page["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Acknowledge", "url": "https://triaged.example.org/act/token"}
    assert "reply_markup" not in update
    assert (page["disable_notification"], update["disable_notification"]) == (False, True)


def test_text_is_cut_by_units() -> None:
    sent = straight(title="🔥" * 4000, labels={f"l{n}": "🔥" * 300 for n in range(40)})
    text = posted(request(sent, SETTINGS, NOW))["text"]

    assert len(text.encode("utf-16-le")) // 2 <= TEXT_MAX


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"ok": True, "result": {"message_id": 7}}, Delivered("7")),
        (
            429,
            {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 5}},
            TryAgain("HTTP 429 Too Many Requests", 5_000_000),
        ),
        (
            403,
            {"ok": False, "description": "Forbidden: bot was blocked by the user"},
            Refused("HTTP 403 Forbidden: bot was blocked by the user"),
        ),
        (
            400,
            {"ok": False, "description": "Bad Request: chat not found"},
            Refused("HTTP 400 Bad Request: chat not found"),
        ),
        (
            400,
            {"ok": False, "parameters": {"migrate_to_chat_id": -100777}},
            Refused("the group has become a supergroup: its number is -100777 now"),
        ),
        (502, None, TryAgain("HTTP 502", None, maybe_accepted=True)),
        (200, None, Refused("HTTP 200")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


@pytest.mark.parametrize(("text", "good"), [("-1001234", True), ("@channel", True), ("bob", False)])
def test_chats_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good


@pytest.mark.parametrize(("token", "to"), [("nonsense", ""), ("1:a", "bob")])
def test_settings_with_which_nothing_could_be_sent_are_refused(token: str, to: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(Secret(token), to)
