"""`teams`: a card by a flow of Microsoft Teams ("when a Teams webhook request is received").

https://learn.microsoft.com/power-automate/teams/teams-app-create. The flow answers 202 before the
card is posted: that it was, nobody says. So no person should have this contact alone.
"""

from urllib.parse import urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import HTTP_URL, check_secret, cut_bytes, head_of
from triaged.channels.common.http_answers import failure, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Verdict
from triaged.wire import Secret, encode

TEXT_MAX = 16_000
"""Bytes; a whole card may have 28 KB, and 21 are safe."""

ENDED = ".logic.azure.com"
"""Flows at these addresses stopped on 2025-11-30."""

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
        if (urlsplit(self.flow.reveal()).hostname or "").endswith(ENDED):
            raise ValueError(f"flows at *{ENDED} stopped on 2025-11-30: copy the flow's new URL")


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The card of a notice."""
    head: dict[str, object] = {
        "type": "TextRun",
        "text": head_of(notice, at),
        "weight": "Bolder",
        "size": "Large",
    }
    lines = cut_bytes(notice.text(at), TEXT_MAX).splitlines()
    runs: list[dict[str, object]] = [head]
    runs += [{"type": "TextRun", "text": line or " "} for line in lines]
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "full"},
        "body": [_block(run) for run in runs],
    }
    if notice.acknowledge_url is not None:
        label = "Test the link" if notice.page.test else "Acknowledge"
        action = {"type": "Action.OpenUrl", "title": label, "url": notice.acknowledge_url}
        card["actions"] = [action]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    body = {"type": "message", "attachments": [attachment]}
    headers = {"content-type": "application/json"}
    return HttpRequest(
        "POST", settings.flow.reveal(), headers, encode(body), attempt_s(settings.timeout)
    )


def _block(run: dict[str, object]) -> dict[str, object]:
    """Text that is not read as Markdown."""
    return {"type": "RichTextBlock", "inlines": [run], "spacing": "None"}


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.flow.reveal())


def verdict(result: Result) -> Verdict:
    """2xx is delivered as far as anybody knows: the flow has queued the card."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    if result.status in (200, 202):
        return Delivered()
    return failure(result)
