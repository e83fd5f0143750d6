"""Settings of every channel kind for the contract suite, and messages as people get them."""

from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from typing import assert_never
from urllib.parse import parse_qsl

import msgspec

from tests.channels.fakes.push_service import Visitor
from triaged.channels import (
    HttpRequest,
    Line,
    Mail,
    Message,
    Program,
    Reach,
    Relayed,
    apprise,
    console,
    discord,
    email,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pagerduty,
    pushover,
    slack,
    teams,
    telegram,
    twilio_sms,
    twilio_voice,
    webhook,
    webpush,
)
from triaged.channels import (
    exec as program,
)
from triaged.wire import Secret

SID = "AC" + "0" * 32
VISITOR = Visitor("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg")
"""The browser to which web push goes."""

SETTINGS: Mapping[str, object] = {
    "apprise": apprise.Settings(Secret("json://127.0.0.1:9/x")),
    "console": console.Settings(),
    "exec": program.Settings(("/usr/local/bin/page",)),
    "email": email.Settings(smtp="smtp://127.0.0.1:2525", sender="Triaged <triaged@example.org>"),
    "discord": discord.Settings(token=Secret("b0t"), to="123456789012345678"),
    "matrix": matrix.Settings("https://matrix.example.org", Secret("t0ken"), "!room:example.org"),
    "mattermost": mattermost.Settings("https://chat.example.org", Secret("t0ken"), "c" * 26),
    "ntfy": ntfy.Settings(to="secret-topic"),
    "opsgenie": opsgenie.Settings(Secret("a-key")),
    "pagerduty": pagerduty.Settings(Secret("k" * 32)),
    "pushover": pushover.Settings(Secret("a" * 30), "u" * 30),
    "slack": slack.Settings(Secret("xoxb-1-2-x"), "C0123456789"),
    "teams": teams.Settings(Secret("https://flow.environment.api.powerplatform.com/x?sig=s")),
    "telegram": telegram.Settings(Secret("123456:ABC-def"), "-1001234"),
    "twilio_sms": twilio_sms.Settings(
        account=SID, token=Secret("12345"), sender="+15550001111", to="+4915112345678"
    ),
    "twilio_voice": twilio_voice.Settings(
        account=SID, token=Secret("12345"), sender="+15550001111", to="+4915112345678"
    ),
    "webpush": webpush.Settings(Secret("A" * 42 + "E"), to=VISITOR.subscription),
    "webhook": webhook.Settings("https://hooks.example.org/x", Secret("s3cret")),
}

SPOKEN: Mapping[str, str] = {
    "SEV-1": "Severity 1.",
    "INC-12": "Incident 1 2.",
    "[TEST]": "This is a test.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"twilio_voice": SPOKEN}
"""What a kind says in other words."""

LINK, COMMAND = "https://triaged.example.org/act/token", "triaged incident ack INC-12"
WAYS: Mapping[str, tuple[str, ...]] = {
    "twilio_sms": ("12a=ack",),
    "twilio_voice": ("cknowledge",),
    "webpush": (LINK,),
}
"""How a kind says to acknowledge that has no room for the link and the command."""


def outgoing(message: Message) -> str:
    """What a reader sees of a message: text, headers and all that strangers had a part in.

    Of JSON it is the sentences: the incident in it is data, verbatim by contract.
    """
    match message:
        case Line(text=text):
            return text
        case Mail(message=raw):
            mail = message_from_bytes(raw, policy=policy.default)
            bodies = [part.get_content() for part in mail.walk() if not part.is_multipart()]
            return "\n".join([*(f"{k}: {v}" for k, v in mail.items()), *bodies])
        case HttpRequest(body=body, headers=headers):
            lines = [f"{name}: {value}" for name, value in headers.items()]
            if headers.get("content-encoding") == "aes128gcm":
                body = VISITOR.read(body)
            return "\n".join([*lines, *_sentences(body)])
        case Reach():
            return ""
        case Program(text=body):
            return "\n".join(_sentences(body))
        case Relayed(title=title, text=text):
            return f"{title}\n{text}"
        case _:
            assert_never(message)


def _sentences(body: bytes) -> Iterator[str]:
    """The texts in a body, JSON or a form, but for the incident as data."""
    if not body.startswith(b"{"):
        for _, text in parse_qsl(body.decode()):
            yield text
        return
    said = msgspec.json.decode(body)
    said.pop("incident", None)
    yield from _texts(said)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value.replace("\\", "").replace("\u200b", "")
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            pass
