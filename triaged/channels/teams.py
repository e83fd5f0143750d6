"""`teams`: a card by a flow of Microsoft Teams ("when a Teams webhook request is received").

https://learn.microsoft.com/power-automate/teams/teams-app-create. The flow answers 202 before the
card is posted: that it was, nobody says. So no person should have this contact alone. A card
cannot be edited, and has no buttons that act: the link acknowledges.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import ELLIPSIS, HTTP_URL, check_secret, cut_bytes, head_of
from triaged.channels.common.http_answers import failure, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Verdict
from triaged.wire import Secret, encode

CARD_MAX, HEAD_MAX = 20_000, 1_000
"""Bytes; a message may have 28 KB, of which the flow takes some for itself."""

ENDED = ".logic.azure.com"
"""Flows at these addresses stopped on 2025-11-30; logic apps are there still."""


NOT_ALONE = "Teams says that it will post a card, and nobody says that it did"

LIMITS = Limits(all=(Rate(4),))
"""More than four requests in a second are refused."""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `teams`."""

    flow: Secret
    """URL of the flow. It is a secret: whoever knows it can post."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_secret(self.flow, HTTP_URL, "flow must be the URL of a flow")
        attempt_s(self.timeout)


def advice(settings: Settings) -> tuple[str, ...]:
    """A doubt about a flow at an address of old."""
    if not (urlsplit(settings.flow.reveal()).hostname or "").endswith(ENDED):
        return ()
    stopped = f"flows at *{ENDED} stopped on 2025-11-30: copy the address that the flow has now"
    return (f"flow: {stopped} (*.environment.api.powerplatform.com)",)


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The card of a notice."""
    head = cut_bytes(head_of(notice, at), HEAD_MAX)
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "full"},
        "body": [_block({"text": head, "weight": "Bolder", "size": "Large"})],
    }
    if notice.acknowledge_url is not None:
        label = "Test the link" if notice.page.test else "Acknowledge"
        action = {"type": "Action.OpenUrl", "title": label, "url": notice.acknowledge_url}
        card["actions"] = [action]
    card["body"] += _lines(notice.text(at), CARD_MAX - len(encode(_message(card))))
    headers = {"content-type": "application/json"}
    body = encode(_message(card))
    return HttpRequest("POST", settings.flow.reveal(), headers, body, attempt_s(settings.timeout))


def _message(card: dict[str, Any]) -> dict[str, object]:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _lines(text: str, most: int) -> Iterator[dict[str, object]]:
    """The lines of a text as blocks of at most `most` bytes together."""
    last = _block({"text": ELLIPSIS})
    left = most - len(encode(last)) - 1
    for line in text.splitlines():
        block = _block({"text": line or " "})
        left -= len(encode(block)) + 1
        if left < 0:
            yield last
            return
        yield block


def _block(run: dict[str, object]) -> dict[str, object]:
    """Text that is not read as Markdown."""
    inlines = [{"type": "TextRun", **run}]
    return {"type": "RichTextBlock", "inlines": inlines, "spacing": "None"}


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.flow.reveal())


def verdict(result: Result) -> Verdict:
    """2xx is delivered as far as anybody knows: the flow has queued the card."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    if result.status in (200, 202):
        return Delivered(is_unconfirmed=True)
    return failure(result)
