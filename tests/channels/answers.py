"""Answers of providers, for the tests of their verdicts."""

import json
from typing import Any

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Message


def answer(status: int, body: object = None, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer with a JSON body."""
    raw = b"" if body is None else json.dumps(body).encode()
    return HttpResponse(status, headers or {}, raw, 1_774_864_800_000_000)


def posted(message: Message) -> dict[str, Any]:
    """The JSON object that a request carries."""
    assert isinstance(message, HttpRequest)
    found = msgspec.json.decode(message.body)
    assert isinstance(found, dict)
    return found
