from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.fakes.twilio import ALICE, FROM, SID, TOKEN, Twilio, signed, texted
from tests.channels.notices import INCIDENT, NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels import HttpRequest, Notice
from triaged.channels.common.telephone.gsm7 import BASIC, segments_of
from triaged.channels.common.two_way import (
    DEFERRED,
    Called,
    OptedIn,
    OptedOut,
    Receipt,
    ReceiptState,
    Reply,
    Typed,
)
from triaged.channels.twilio_sms import (
    Settings,
    addresses_of,
    answer,
    callback,
    command_of,
    own_address,
    request,
    verdict,
)
from triaged.core.records.events import Delivered, Refused
from triaged.core.settings import Contact
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SETTINGS = Settings(account=SID, token=Secret(TOKEN), sender=FROM, to=ALICE)
URL = "https://triaged.example.org/callbacks/mail"


def form(sent: Notice, settings: Settings = SETTINGS) -> dict[str, str]:
    asked = request(sent, settings, NOW)
    assert isinstance(asked, HttpRequest)
    return dict(parse_qsl(asked.body.decode()))


def text(sent: Notice) -> str:
    return form(sent)["Body"]


def incoming(body: str, number: str = ALICE) -> tuple[Called, ...]:
    said = {"From": number, "To": FROM, "Body": body, "MessageSid": "SM9", "NumMedia": "0"}
    return callback(signed(URL, said), SETTINGS)


def state(status: str, error: str = "") -> tuple[Called, ...]:
    said = {"MessageSid": "SM1", "MessageStatus": status, "To": ALICE, "From": FROM}
    return callback(signed(URL, said | ({"ErrorCode": error} if error else {})), SETTINGS)


def test_page_says_what_to_reply_in_one_segment() -> None:
    found = text(straight())

    assert found == "SEV-1 checkout is down in c1 INC-12 Reply 12a=ack 12e=escalate"
    assert segments_of(found) == 1


def test_request_is_accepted() -> None:
    twilio = Twilio()

    sent = verdict(twilio.serve(request(straight(), SETTINGS, NOW)))

    assert sent == Delivered(twilio.messages[0].sid)
    assert twilio.messages[0].form == {
        "To": ALICE,
        "From": FROM,
        "Body": text(straight()),
        "StatusCallback": URL,
    }


def test_messaging_service_takes_the_place_of_a_number() -> None:
    service = "MG" + "1" * 32

    found = form(straight(), replace(SETTINGS, sender=service))

    assert found["MessagingServiceSid"] == service
    assert "From" not in found


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (straight(UPDATE), "SEV-1 acknowledged by bob: checkout is down in c1 INC-12"),
        (
            straight(replace(PAGE, possible_duplicate=True)),
            "SEV-1 checkout is down in c1 INC-12 (possible duplicate) Reply 12a=ack 12e=escalate",
        ),
        (
            straight(replace(PAGE, subject="2 alerts joined")),
            "SEV-1 2 alerts joined: checkout is down in c1 INC-12 Reply 12a=ack 12e=escalate",
        ),
        (straight_test(), "[TEST] SEV-1 contacts of alice, asked for by bob INC-12"),
        (
            replace(straight(), public_url="http://127.0.0.1:9099"),
            "SEV-1 checkout is down in c1 INC-12 Ack: triaged incident ack INC-12",
        ),
        (
            straight(replace(UPDATE, subject="update by bob", text="Rolled back.\nAll is well.")),
            "SEV-1 INC-12 update by bob: Rolled back. All is well.",
        ),
        (
            straight(title="disk_full [db-1] \u2013 90%"),
            "SEV-1 disk-full (db-1) - 90% INC-12 Reply 12a=ack 12e=escalate",
        ),
    ],
)
def test_texts(sent: Notice, expected: str) -> None:
    assert text(sent) == expected


def test_pages_that_go_together_are_named_and_acknowledged_by_one_reply() -> None:
    others = tuple(replace(INCIDENT, number=number, severity="SEV-2") for number in range(900, 909))
    found = text(replace(straight(title="x" * 400), also=others))

    assert segments_of(found) <= 3
    assert " INC-12 and SEV-2 INC-900, SEV-2 INC-901" in found
    assert found.endswith("SEV-2 INC-908 Reply aa=ack all 12a=ack the first")


def test_links_go_with_what_leads_up_to_them() -> None:
    said = "123456 is your code. Or open this:\nhttps://triaged.example.org/x Nobody asked? Ignore."
    found = text(straight(replace(UPDATE, subject="a code", text=said)))

    assert found == "SEV-1 INC-12 a code: 123456 is your code. Nobody asked? Ignore."


def test_title_of_another_script_takes_one_segment_of_70() -> None:
    found = text(straight(title="\u6ce8\u6587\u304c\u6b62\u307e\u3063\u305f" * 20))

    assert segments_of(found) == 1
    assert "\u6ce8\u6587" in found
    assert found.endswith("INC-12 Reply 12a=ack 12e=escalate")


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_whatever_a_title_holds_a_page_takes_one_segment(title: str) -> None:
    found = text(straight(title=title))

    assert segments_of(found) == 1
    assert found.endswith(" INC-12 Reply 12a=ack 12e=escalate")
    assert "://" not in found


@pytest.mark.parametrize(
    ("length", "segments"), [(100, 1), (140, 1), (142, 2), (439, 3), (440, 3), (4000, 3)]
)
def test_text_of_its_own_takes_three_segments_at_most(length: int, segments: int) -> None:
    found = text(straight(replace(UPDATE, subject="news", text="x" * length)))

    assert segments_of(found) == segments
    assert set(found) <= BASIC


def test_contact_is_a_number() -> None:
    sent = replace(straight(), contact=Contact("sms", "+15005550006"))

    assert form(sent)["To"] == "+15005550006"
    assert addresses_of("+15005550006") == ("+15005550006",)
    assert addresses_of("0151 123") == ()
    assert own_address(SETTINGS) == ALICE
    with pytest.raises(Malformed, match="has no address"):
        request(straight(), replace(SETTINGS, to=""), NOW)


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("12a", "ack INC-12"),
        ("12A ", "ack INC-12"),
        ("12 ack", "ack INC-12"),
        ("INC-12 a", "ack INC-12"),
        ("ack 12", "ack INC-12"),
        ("a12", "ack INC-12"),
        ("12e.", "escalate INC-12"),
        ("0012r", "resolve INC-12"),
        ("12t", "take INC-12"),
        ("a", "ack last"),
        ("AA", "ack all"),
        ("12x", "12x"),
        ("note INC-12 rolled back", "note INC-12 rolled back"),
        ("what is it?", "what is it?"),
    ],
)
def test_short_forms_are_commands(body: str, command: str) -> None:
    assert command_of(body) == command
    (typed,) = incoming(body)
    assert isinstance(typed, Typed)
    assert (typed.account, typed.text, typed.id) == (ALICE, command.strip(), "SM9")


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "cancel", "end", "quit"])
def test_stop_switches_the_number_off(word: str) -> None:
    assert incoming(word) == (OptedOut(ALICE, f"it has sent {word.upper()}"),)


@pytest.mark.parametrize("word", ["START", "yes", "unstop"])
def test_start_switches_it_on(word: str) -> None:
    assert incoming(word) == (OptedIn(ALICE),)


def test_stop_within_a_sentence_is_none() -> None:
    (typed,) = incoming("stop paging me")

    assert isinstance(typed, Typed)


@pytest.mark.parametrize("body", ["", " \n", "\x00"])
def test_message_without_words_says_nothing(body: str) -> None:
    assert incoming(body) == ()


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        ("accepted", "", ()),
        ("queued", "", ()),
        ("sending", "", ()),
        ("later-state", "", ()),
        ("sent", "", (Receipt("SM1", ReceiptState.SENT),)),
        ("delivered", "", (Receipt("SM1", ReceiptState.DELIVERED),)),
        ("read", "", (Receipt("SM1", ReceiptState.READ),)),
        ("failed", "30001", (Receipt("SM1", ReceiptState.FAILED, "30001"),)),
        ("undelivered", "30008", (Receipt("SM1", ReceiptState.FAILED, "30008"),)),
        ("undelivered", "", (Receipt("SM1", ReceiptState.FAILED, "no reason is given"),)),
        *[
            ("undelivered", code, (Receipt("SM1", ReceiptState.FAILED, code, True),))
            for code in ("30002", "30003", "30004", "30005", "30006", "30007", "30010")
        ],
    ],
)
def test_states_are_receipts(status: str, error: str, expected: tuple[Called, ...]) -> None:
    assert state(status, error) == expected


def test_message_after_stop_switches_the_number_off() -> None:
    _, off = state("failed", "21610")

    assert off == OptedOut(ALICE, "it has sent STOP")


@pytest.mark.parametrize("said", [{"To": FROM}, {"From": "x", "Body": "12a"}, {"From": ALICE}])
def test_what_is_neither_message_nor_state_is_malformed(said: dict[str, str]) -> None:
    with pytest.raises(Malformed, match="expected"):
        callback(signed(URL, said), SETTINGS)


def test_forged_reply_is_refused() -> None:
    with pytest.raises(Unauthorized):
        callback(signed(URL, {"From": ALICE, "Body": "12a"}, "other"), SETTINGS)


def test_answer_is_a_message_in_three_segments_at_most() -> None:
    (typed,) = incoming("12a")

    said = answer(typed, Reply("INC-12 is acknowledged by you. <b> & https://x.example"), SETTINGS)
    long = answer(typed, Reply("x" * 1000), SETTINGS)

    assert (said.status, said.content_type) == (200, "text/xml")
    assert texted(said) == "INC-12 is acknowledged by you. <b> &"
    assert segments_of(texted(long)) == 3


def test_words_that_come_later_are_a_message_of_their_own() -> None:
    twilio, late = Twilio(), Typed(ALICE, "ack INC-12", back={DEFERRED: "1"})

    said = answer(late, Reply("INC-12 is acknowledged by you."), SETTINGS)

    assert said.later is not None
    assert isinstance(verdict(twilio.serve(said.later)), Delivered)
    assert twilio.messages[0].form["To"] == ALICE
    assert twilio.messages[0].form["Body"] == "INC-12 is acknowledged by you."


def test_nothing_is_said_where_there_is_no_answer() -> None:
    (typed,) = incoming("12a")

    assert texted(answer(typed, Reply(""), SETTINGS)) == ""
    stranger = Reply("I do not know you", done=False, is_stranger=True)
    assert texted(answer(typed, stranger, SETTINGS)) == ""
    assert texted(answer(OptedOut(ALICE, ""), Reply("Bye"), SETTINGS)) == ""
    assert answer(state("sent")[0], Reply("x"), SETTINGS).status == 204
    assert texted(answer(None, Reply(""), SETTINGS)) == ""


def test_number_that_sent_stop_is_refused() -> None:
    twilio = Twilio()
    twilio.stopped.add(ALICE)

    refused = verdict(twilio.serve(request(straight(), SETTINGS, NOW)))

    assert isinstance(refused, Refused)
    assert "STOP" in refused.error
