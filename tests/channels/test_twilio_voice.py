from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.fakes.twilio import ALICE, FROM, SID, TOKEN, Heard, Twilio, heard, signed
from tests.channels.notices import NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels import Button, HttpRequest, Notice
from triaged.channels.common.telephone.spoken import SPOKEN_MAX
from triaged.channels.common.two_way import (
    Called,
    Handshake,
    Press,
    Receipt,
    ReceiptState,
    Reply,
    Typed,
)
from triaged.channels.twilio_voice import (
    TIMES,
    TWIML_MAX,
    Settings,
    addresses_of,
    answer,
    callback,
    own_address,
    request,
    verdict,
)
from triaged.core.records.events import Delivered
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SETTINGS = Settings(account=SID, token=Secret(TOKEN), sender=FROM, to=ALICE)
URL = "https://triaged.example.org/callbacks/mail"
BUTTONS = (
    Button("Acknowledge", "acknowledge", "ack." + "A" * 44),
    Button("Escalate", "escalate", "esc." + "E" * 44),
    Button("Resolve", "resolve", "res." + "R" * 44),
)
MENU = "Press 4 to acknowledge, 5 to escalate, 6 to resolve, 1 to repeat."


def page(title: str = "checkout is down in c1") -> Notice:
    return replace(straight(title=title), buttons=BUTTONS)


def form(sent: Notice, one: Settings = SETTINGS) -> dict[str, str]:
    asked = request(sent, one, NOW)
    assert isinstance(asked, HttpRequest)
    return dict(parse_qsl(asked.body.decode()))


def call(sent: Notice) -> Heard:
    return heard(form(sent)["Twiml"])


def pressed(digits: str, action: str) -> Called:
    """What becomes of a key, pressed where the document said."""
    said = {"CallSid": "CA1", "To": ALICE, "From": FROM, "CallStatus": "in-progress"}
    (found,) = callback(signed(action, said | {"Digits": digits}), SETTINGS)
    return found


def ended(status: str, **more: str) -> tuple[Called, ...]:
    said = {"CallSid": "CA1", "CallStatus": status, "To": ALICE, **more}
    return callback(signed(URL, said), SETTINGS)


def test_page_is_spoken_with_what_each_key_does() -> None:
    found = call(page())

    assert found.said == f"Severity 1. checkout is down in c1. Incident 1 2. {MENU}"
    assert found.action.startswith(f"{URL}?")
    assert not found.is_over


def test_request_is_accepted() -> None:
    twilio = Twilio()

    sent = verdict(twilio.serve(request(page(), SETTINGS, NOW)))

    assert sent == Delivered(twilio.calls[0].sid)
    asked = twilio.calls[0].form
    assert (asked["To"], asked["From"], asked["Timeout"]) == (ALICE, FROM, "30")
    assert asked["StatusCallback"] == URL
    assert "MachineDetection" not in asked


@pytest.mark.parametrize(
    ("key", "value"),
    [("4", BUTTONS[0].value), ("5", BUTTONS[1].value), ("6", BUTTONS[2].value)],
)
def test_key_presses_its_button(key: str, value: str) -> None:
    assert pressed(key, call(page()).action) == Press(ALICE, value, "CA1")


def test_page_is_repeated_on_1_on_silence_and_on_other_keys_until_it_was_said_three_times() -> None:
    found = call(page())

    for key in ("1", "", "9", "#")[: TIMES - 1]:
        again = pressed(key, found.action)
        assert isinstance(again, Handshake)
        assert (again.content_type, heard(again.body).said) == ("text/xml", found.said)
        found = heard(again.body)
        assert pressed("4", found.action) == Press(ALICE, BUTTONS[0].value, "CA1")
    last = pressed("1", found.action)

    assert isinstance(last, Handshake)
    assert heard(last.body) == Heard("Goodbye. Nothing was changed.", "", is_over=True)


def test_star_ends_the_call_and_changes_nothing() -> None:
    found = pressed("*", call(page()).action)

    assert isinstance(found, Handshake)
    assert heard(found.body).is_over


def test_key_without_a_button_does_nothing() -> None:
    only = replace(page(), buttons=BUTTONS[:1])

    assert call(only).said.endswith("Press 4 to acknowledge, 1 to repeat.")
    assert isinstance(pressed("6", call(only).action), Handshake)


def test_who_holds_the_rest_takes_over_with_4() -> None:
    held = replace(page(), buttons=(Button("Take over", "take_over", "t.1"), BUTTONS[2]))

    assert "Press 4 to take it over, 6 to resolve, 1 to repeat." in call(held).said
    assert pressed("4", call(held).action) == Press(ALICE, "t.1", "CA1")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            straight(UPDATE),
            "Severity 1. acknowledged by bob. checkout is down in c1. Incident 1 2.",
        ),
        (
            straight_test(),
            "This is a test. Severity 1. contacts of alice, asked for by bob. Incident 1 2.",
        ),
        (
            replace(page(), public_url="http://127.0.0.1:9099"),
            "Severity 1. checkout is down in c1. Incident 1 2. Acknowledge it at your computer.",
        ),
        (
            straight(replace(PAGE, possible_duplicate=True)),
            "Severity 1. checkout is down in c1. Incident 1 2. This is a possible duplicate."
            " Acknowledge it at your computer.",
        ),
    ],
)
def test_words_of_calls_without_keys(sent: Notice, expected: str) -> None:
    assert call(sent) == Heard(expected, "", is_over=True)


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_whatever_a_title_holds_the_call_is_short_and_can_be_carried_out(title: str) -> None:
    made = form(page(title=title))["Twiml"]

    assert len(made) <= TWIML_MAX
    found = heard(made)
    assert len(found.said) <= SPOKEN_MAX
    assert found.said.endswith(MENU)
    assert "//" not in found.said
    assert pressed("4", found.action) == Press(ALICE, BUTTONS[0].value, "CA1")


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_call_that_nobody_took_has_failed(status: str) -> None:
    (found,) = ended(status)

    assert isinstance(found, Receipt)
    assert (found.ref, found.state, found.is_permanent) == ("CA1", ReceiptState.FAILED, False)


def test_reason_of_a_failed_call_is_told() -> None:
    (found,) = ended("failed", ErrorCode="21211")

    assert isinstance(found, Receipt)
    assert "no telephone number" in found.error
    assert found.is_permanent


def test_completed_call_is_delivered_and_acknowledges_nothing() -> None:
    assert ended("completed") == (Receipt("CA1", ReceiptState.DELIVERED),)


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "odd"])
def test_call_under_way_says_nothing(status: str) -> None:
    assert ended(status) == ()


def test_call_to_our_number_is_ended() -> None:
    assert ended("ringing", Direction="inbound") == ()
    assert heard(answer(None, Reply(""), SETTINGS)).is_over


def test_answer_is_spoken_and_ends_the_call() -> None:
    press = pressed("4", call(page()).action)

    said = answer(press, Reply("INC-12 is acknowledged by you. https://x.example"), SETTINGS)

    assert said.content_type == "text/xml"
    assert heard(said) == Heard("incident 1 2 is acknowledged by you.", "", is_over=True)


def test_answers_to_the_rest() -> None:
    again = pressed("1", call(page()).action)
    assert isinstance(again, Handshake)

    assert answer(again, Reply(""), SETTINGS).body == again.body
    assert answer(ended("completed")[0], Reply(""), SETTINGS).status == 204


def test_key_is_verified_with_the_address_that_holds_the_buttons() -> None:
    action = call(page()).action
    said = {"CallSid": "CA1", "To": ALICE, "Digits": "4"}
    sent = signed(action, said)

    with pytest.raises(Unauthorized):
        callback(replace(sent, url=action.replace("ack.", "res.")), SETTINGS)
    with pytest.raises(Malformed):
        callback(signed(action, {"Digits": "4"}), SETTINGS)


def test_times_that_no_document_has_end_the_call() -> None:
    for time in ("0", "99", "x", "-1"):
        found = pressed("1", f"{URL}?4=v&say=a&time={time}")
        assert isinstance(found, Handshake)
        assert heard(found.body).is_over


@pytest.mark.parametrize(
    "change", [{"ring": 4}, {"ring": 61}, {"language": "<x>"}, {"sender": "MG" + "1" * 32}]
)
def test_settings_with_which_nobody_could_be_called_are_refused(change: dict[str, Any]) -> None:
    given: dict[str, Any] = {"account": SID, "token": Secret(TOKEN), "sender": FROM}

    with pytest.raises(ValueError, match="must be"):
        Settings(**{**given, **change})


def test_numbers_are_addresses() -> None:
    assert addresses_of(ALICE) == (ALICE,)
    assert addresses_of("alice") == ()
    assert own_address(SETTINGS) == ALICE


def test_call_about_several_incidents_acknowledges_all_of_them() -> None:
    others = tuple(replace(page().incident, number=number) for number in (13, 14))
    found = call(replace(page(), also=others))
    said = {"CallSid": "CA1", "To": ALICE, "Digits": "4"}

    assert found.said == (
        "Severity 1. checkout is down in c1. Incident 1 2. And 2 more."
        " Press 4 to acknowledge all, 1 to repeat."
    )
    assert callback(signed(found.action, said), SETTINGS) == (
        Press(ALICE, BUTTONS[0].value, "CA1"),
        Typed(ALICE, "ack INC-13", id="CA1/13"),
        Typed(ALICE, "ack INC-14", id="CA1/14"),
    )
    assert isinstance(pressed("1", found.action), Handshake)
