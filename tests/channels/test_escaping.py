"""What text of strangers may be in each channel, and where it is cut: 200 texts, one table."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.fakes import discord as discord_fake
from tests.channels.fakes import mattermost as mattermost_fake
from tests.channels.fakes import teams as teams_fake
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, pressable
from tests.channels.samples import SETTINGS
from triaged.channels import HttpRequest, Mail, Message, email
from triaged.channels.common.telephone.gsm7 import segments_of
from triaged.channels.contract import CHANNELS

OURS = re.compile(r"https://(?:triaged|runbooks|prometheus|grafana)\.example\.org\S*")
"""Addresses that we know, which may be links."""

Parts = tuple[list[str], int]
"""What is active in a message that should be text, and the size of what is cut."""


def body_of(message: Message) -> dict[str, Any]:
    assert isinstance(message, HttpRequest)
    if message.body.startswith(b"{"):
        found: dict[str, Any] = msgspec.json.decode(message.body)
        return found
    return dict(parse_qsl(message.body.decode(), keep_blank_values=True))


def plain(text: str) -> list[str]:
    """Control characters, and links that are not ours."""
    controls = [each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Zl")]
    known = {"\n", "\u200b", "\u200c", "\u200d", "\u2060"}
    return [each for each in controls if each not in known] + re.findall(
        r"\w+://\S*", OURS.sub("", text)
    )


def slack(message: Message) -> Parts:
    said = body_of(message)
    texts = [block["text"] for block in said["blocks"] if "text" in block]
    marks = [each["type"] for each in texts if each["type"] != "plain_text"]
    section = max(len(each["text"]) for each in texts)
    return marks + re.findall(r"[<>]|&(?!amp;|lt;|gt;)", said["text"]), section


def telegram(message: Message) -> Parts:
    said = body_of(message)
    marks = [each["type"] for each in said.get("entities", []) if each["offset"]]
    marks += [said["parse_mode"]] if "parse_mode" in said else []
    return marks + plain(said["text"]), len(said["text"].encode("utf-16-le")) // 2


def discord(message: Message) -> Parts:
    said = body_of(message)
    description = said["embeds"][0]["description"]
    assert said["allowed_mentions"] == {"parse": []}
    return discord_fake.active(OURS.sub("", description)), len(description)


def mattermost(message: Message) -> Parts:
    text = body_of(message)["message"].partition("\n")[2]
    text = text.replace("[Acknowledge](https://triaged.example.org/act/token)", "", 1)
    return mattermost_fake.active(OURS.sub("", text)), len(text)


class Tags(HTMLParser):
    """What HTML is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag}{attrs or ''}")


def matrix(message: Message) -> Parts:
    said = body_of(message)
    marks = [tag for tag in Tags(said["formatted_body"]).found if tag not in MATRIX_TAGS]
    return marks + plain(said["body"]), len(said["body"].encode())


def teams(message: Message) -> Parts:
    assert isinstance(message, HttpRequest)
    said = body_of(message)
    marks = [] if teams_fake.is_card(said) else ["no card"]
    return marks + plain(teams_fake.shown(said["attachments"][0]["content"])), len(message.body)


def sms(message: Message) -> Parts:
    text = body_of(message)["Body"]
    return re.findall(r"\w+://", text), segments_of(text)


def voice(message: Message) -> Parts:
    document = ElementTree.fromstring(body_of(message)["Twiml"])
    said = [each.text or "" for each in document.iter("Say")]
    marks = [each.tag for each in document.iter() if each.tag not in VERBS]
    return marks + re.findall(r"\w+://", " ".join(said)), max(map(len, said))


MATRIX_TAGS = ("strong", "pre", "code")
VERBS = ("Response", "Gather", "Say", "Hangup", "Redirect", "Pause")


def pushed(message: Message) -> Parts:
    text = body_of(message)["message"]
    return plain(text), len(text.encode())


def noticed(message: Message) -> Parts:
    text = body_of(message)["message"]
    return plain(text), len(text)


def mailed(message: Message) -> Parts:
    assert isinstance(message, Mail)
    mail = message_from_bytes(message.message, policy=policy.default)
    marks = [name for name in mail if name.lower() in ("bcc", "cc")]
    return marks + plain(str(mail["Subject"])), len(message.message)


TABLE: Mapping[str, tuple[Callable[[Message], Parts], int]] = {
    "slack": (slack, 2900),
    "telegram": (telegram, 4000),
    "discord": (discord, 4000),
    "mattermost": (mattermost, 16_000),
    "matrix": (matrix, 30_000),
    "teams": (teams, 20_000),
    "twilio_sms": (sms, 1),
    "twilio_voice": (voice, 300),
    "ntfy": (pushed, 4000),
    "pushover": (noticed, 1024),
    "email": (mailed, 100_000),
}
"""How each channel is read, and its limit: characters, UTF-16 units, bytes or segments."""


def made(kind: str, text: str) -> Message:
    labels = {"l": text, text[:60]: "v"}
    sent = pressable(title=text, service=text, labels=labels)
    if kind == "email":
        settings = SETTINGS[kind]
        assert isinstance(settings, email.Settings)
        return email.request(sent, replace(settings, to="a@example.org"), NOW)
    return CHANNELS.load(kind).request(sent, SETTINGS[kind], NOW)


@pytest.mark.parametrize("kind", TABLE)
def test_text_of_strangers_is_text_and_is_cut(kind: str) -> None:
    read, most = TABLE[kind]
    wrong = []

    for text in HOSTILE:
        marks, size = read(made(kind, text))
        if marks or size > most:
            wrong.append((text[:80], marks, size))

    assert wrong == []
