import pytest
from msgspec.structs import replace

from tests.channels.answers import answer as answered
from tests.channels.answers import posted
from tests.channels.fakes.telegram import CHAT, GROUP, SECRET, TOKEN, Telegram, calls
from tests.channels.notices import NOW, UPDATE, straight
from triaged.channels import Button, NoAnswer, Notice
from triaged.channels.common.two_way import Batch, Press, Reply, Typed
from triaged.channels.telegram import (
    GONE,
    TEXT_MAX,
    Settings,
    addresses_of,
    answer,
    callback,
    moved_to,
    poll,
    polled,
    polls,
    registered,
    registration,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.errors import Malformed, Unauthorized
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
    page, told = (posted(request(one, SETTINGS, NOW)) for one in (straight(), straight(UPDATE)))

    ((button,),) = page["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Acknowledge", "url": "https://triaged.example.org/act/token"}
    assert "reply_markup" not in told
    assert (page["disable_notification"], told["disable_notification"]) == (False, True)


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
            Refused("Forbidden: bot was blocked by the user", gone=True),
        ),
        (
            400,
            {"ok": False, "description": "Bad Request: chat not found"},
            Refused("Bad Request: chat not found", gone=True),
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
    assert verdict(answered(status, body)) == expected


@pytest.mark.parametrize(("text", "good"), [("-1001234", True), ("@channel", True), ("bob", False)])
def test_chats_are_addresses(text: str, good: bool) -> None:
    assert bool(addresses_of(text)) is good


@pytest.mark.parametrize(("token", "to"), [("nonsense", ""), ("1:a", "bob")])
def test_settings_with_which_nothing_could_be_sent_are_refused(token: str, to: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(Secret(token), to)


ASKED = Settings(Secret(TOKEN), str(CHAT))
CALLED = replace(ASKED, webhook_secret=Secret(SECRET))
BUTTONS = (
    Button("Acknowledge", "acknowledge", "a.12.1.1.2." + "x" * 20),
    Button("Resolve", "resolve", "r.12.1.1.2." + "x" * 20),
)
PLACE = (CHAT, 1)


def sent(peer: Telegram, notice: Notice) -> str:
    found = verdict(peer.answer(request(notice, ASKED, NOW)))
    assert isinstance(found, Delivered), found
    return found.ref


def test_buttons_carry_what_they_do_and_the_message_is_named() -> None:
    peer = Telegram()

    ref = sent(peer, replace(straight(), buttons=BUTTONS))

    assert ref == f"{CHAT}/1"
    (press,) = callback(calls(peer.press(PLACE, "Acknowledge")), CALLED)
    assert press == Press(str(CHAT), BUTTONS[0].value, ref, {"query": "4382bfdwdsb323b2d9"})


def test_update_is_a_reply_to_its_page() -> None:
    peer = Telegram()
    ref = sent(peer, straight())

    sent(peer, replace(straight(UPDATE), thread=ref))

    reply = peer.messages[CHAT, 2]["reply_parameters"]
    assert reply == {"message_id": 1, "allow_sending_without_reply": True}


def test_edit_replaces_text_and_buttons() -> None:
    peer = Telegram()
    ref = sent(peer, replace(straight(), buttons=BUTTONS))

    assert updated(peer.answer(update(straight(UPDATE), ref, ASKED, NOW))) == Delivered(ref)
    assert peer.buttons(PLACE) == []
    assert "acknowledged by bob" in peer.messages[PLACE]["text"]
    again = updated(peer.answer(update(straight(UPDATE), ref, ASKED, NOW)))
    assert again == Delivered(), "not modified is as good as modified"


def test_message_that_is_gone_cannot_be_edited() -> None:
    found = updated(Telegram().answer(update(straight(UPDATE), f"{CHAT}/9", ASKED, NOW)))

    assert found == Refused("Bad Request: message to edit not found")


@pytest.mark.parametrize("ref", ["", "7", "x/1", "1/x"])
def test_edit_of_what_has_no_number_is_malformed(ref: str) -> None:
    with pytest.raises(Malformed):
        update(straight(UPDATE), ref, ASKED, NOW)


@pytest.mark.parametrize("why", GONE)
def test_chat_that_takes_nothing_any_more_switches_its_contact_off(why: str) -> None:
    peer = Telegram()
    peer.blocked[CHAT] = why

    assert verdict(peer.answer(request(straight(), ASKED, NOW))) == Refused(why, gone=True)


def test_group_that_moved_says_where_to() -> None:
    peer = Telegram()
    peer.moved[CHAT] = GROUP

    found = peer.answer(request(straight(), ASKED, NOW))

    assert moved_to(found) == str(GROUP)
    assert isinstance(verdict(found), Refused)
    assert moved_to(NoAnswer("cut")) == ""


@pytest.mark.parametrize("secret", ["", "other", "ä"])
def test_call_without_the_secret_token_is_refused(secret: str) -> None:
    with pytest.raises(Unauthorized):
        callback(calls({"update_id": 1}, secret), CALLED)
    with pytest.raises(Unauthorized):
        callback(calls({"update_id": 1}), ASKED)


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff", b"[" * 9999, b"{}"])
def test_what_cannot_be_read_says_nothing_for_it_would_be_repeated(body: bytes) -> None:
    assert callback(replace(calls({}), body=body), CALLED) == ()


def test_press_is_always_answered_and_shortly() -> None:
    press = Press(str(CHAT), "x", "", {"query": "q1"})
    peer = Telegram()

    for reply in (Reply("x" * 900), Reply(""), Reply("no", done=False)):
        found = answer(press, reply, CALLED)
        assert (found.status, found.body) == (200, b"")
        assert found.later is not None
        assert isinstance(verdict(peer.answer(found.later)), Delivered)

    assert [body.get("show_alert") for _, body in peer.asked] == [False, None, True]


def test_command_is_answered_below_it() -> None:
    (typed,) = callback(calls(Telegram().writes("list")), CALLED)

    found = answer(typed, Reply("nothing is open"), CALLED)

    assert found.later is not None
    said = posted(found.later)
    assert (said["chat_id"], said["text"]) == (str(CHAT), "nothing is open")
    assert said["reply_parameters"]["message_id"] == 9


def test_updates_are_asked_for_once() -> None:
    peer = Telegram()
    peer.writes("list")
    peer.writes("ack INC-1")

    first = polled("", peer.answer(poll("", ASKED)), ASKED)
    assert isinstance(first, Batch)
    assert [one.text for one in first.called if isinstance(one, Typed)] == ["list", "ack INC-1"]
    assert first.cursor == "102"

    assert polled("102", peer.answer(poll("102", ASKED)), ASKED) == Batch((), "102")
    assert poll("", ASKED).timeout_s > 50


def test_poll_of_a_bot_that_is_called_is_refused() -> None:
    peer = Telegram()
    peer.webhook["url"] = "https://x"

    assert isinstance(polled("", peer.answer(poll("", ASKED)), ASKED), Refused)
    assert polls(ASKED)
    assert not polls(CALLED)


def test_webhook_is_set_only_where_it_differs() -> None:
    peer, url = Telegram(), "https://triaged.example.org/callbacks/telegram"

    change = registration(peer.answer(registered(CALLED)), url, CALLED)
    assert change is not None
    assert posted(change)["secret_token"] == SECRET
    peer.answer(change)
    assert registration(peer.answer(registered(CALLED)), url, CALLED) is None

    away = registration(peer.answer(registered(ASKED)), url, ASKED)
    assert away is not None
    peer.answer(away)
    assert peer.webhook["url"] == ""
    assert registration(peer.answer(registered(ASKED)), url, ASKED) is None
    assert registration(NoAnswer("cut"), url, CALLED) is None


def test_self_test() -> None:
    assert isinstance(self_tested(Telegram().answer(self_test(ASKED))), Delivered)
    wrong_token = replace(ASKED, token=Secret("1:x"))
    found = self_tested(Telegram().answer(self_test(wrong_token)))
    assert isinstance(found, Refused)
    assert "BotFather" in found.error
    assert "1:x" not in found.error
