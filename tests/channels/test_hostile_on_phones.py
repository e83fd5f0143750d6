"""What strangers wrote, on channels that show plain text: nothing links, breaks or overflows."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.fakes.ntfy import Ntfy
from tests.channels.fakes.pushover import Pushover
from tests.channels.fakes.twilio import Twilio, heard
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, straight
from tests.channels.samples import SETTINGS, VISITOR
from triaged.channels import Button, HttpRequest, Message, Notice, Program, Relayed
from triaged.channels.common.telephone.gsm7 import segments_of
from triaged.channels.contract import CHANNELS

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\u200b]")
LINKS = re.compile(r"\b[a-z]+://(?!triaged\.example\.org|runbooks\.example\.org|"
                   r"prometheus\.example\.org|grafana\.example\.org)", re.I)  # fmt: skip
BUTTONS = (Button("Acknowledge", "acknowledge", "a.12.1.1.2." + "A" * 20),)


def form_of(message: Message) -> dict[str, str]:
    assert isinstance(message, HttpRequest)
    return dict(parse_qsl(message.body.decode()))


def sms(message: Message) -> str:
    """What a phone shows of an SMS: one segment, with what to reply at its end."""
    assert isinstance(message, HttpRequest)
    twilio = Twilio()
    assert twilio.serve(message).status == 201
    text = twilio.messages[0].form["Body"]
    assert segments_of(text) == 1
    assert text.endswith(" INC-12 Reply 12a=ack 12e=escalate")
    return text


def call(message: Message) -> str:
    """What a telephone says, which still takes keys."""
    found = heard(form_of(message)["Twiml"])
    assert found.said.endswith("Press 4 to acknowledge, 1 to repeat.")
    assert "4=a.12.1.1.2." in found.action
    assert len(found.said) <= 300
    return found.said


def ntfy(message: Message) -> str:
    """What a phone shows, and no attachment."""
    assert isinstance(message, HttpRequest)
    server = Ntfy()
    assert server.serve(message).status == 200
    (shown,) = server.published
    assert "attachment" not in shown
    assert [each["url"] for each in shown["actions"]] == [shown["click"]]
    return f"{shown['title']}\n{shown['message']}"


def pushover(message: Message) -> str:
    """What a phone shows, which is no HTML."""
    assert isinstance(message, HttpRequest)
    provider = Pushover()
    assert provider.serve(message).status == 200
    (shown,) = provider.messages
    assert "html" not in shown
    return f"{shown['title']}\n{shown['message']}"


def browser(message: Message) -> str:
    """What a browser shows."""
    assert isinstance(message, HttpRequest)
    shown = msgspec.json.decode(VISITOR.read(message.body))
    return f"{shown['title']}\n{shown['body']}"


def program(message: Message) -> str:
    """The sentences that a program reads."""
    assert isinstance(message, Program)
    said = msgspec.json.decode(message.text)
    return f"{said['subject']}\n{said['text']}"


def relayed(message: Message) -> str:
    """What apprise hands on."""
    assert isinstance(message, Relayed)
    return f"{message.title}\n{message.text}"


SHOWN: dict[str, Callable[[Message], str]] = {
    "apprise": relayed,
    "exec": program,
    "ntfy": ntfy,
    "pushover": pushover,
    "twilio_sms": sms,
    "twilio_voice": call,
    "webpush": browser,
}


def page(text: str) -> Notice:
    return replace(
        straight(title=text, service=text, labels={"alertname": text}, runbook=text),
        buttons=BUTTONS,
    )


@pytest.mark.parametrize("kind", SHOWN)
def test_text_of_strangers_is_text(kind: str) -> None:
    request, settings = CHANNELS.load(kind).request, SETTINGS[kind]

    found = {text: SHOWN[kind](request(page(text), settings, NOW)) for text in HOSTILE}

    assert [text for text, shown in found.items() if CONTROLS.search(shown)] == []
    assert [shown for shown in found.values() if LINKS.search(shown)] == []
