"""Settings of every channel kind for the contract suite, and messages as people get them."""

from collections.abc import Mapping
from email import message_from_bytes, policy
from typing import assert_never

import msgspec

from triaged.channels import HttpRequest, Line, Mail, Message, Reach, console, email, webhook
from triaged.wire import Secret

SETTINGS: Mapping[str, object] = {
    "console": console.Settings(),
    "email": email.Settings(smtp="smtp://127.0.0.1:2525", sender="Triaged <triaged@example.org>"),
    "webhook": webhook.Settings("https://hooks.example.org/x", Secret("s3cret")),
}


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
            said = msgspec.json.decode(body)
            lines = [f"{name}: {value}" for name, value in headers.items()]
            return "\n".join([*lines, said["subject"], said["text"]])
        case Reach():
            return ""
        case _:
            assert_never(message)
