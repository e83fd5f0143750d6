"""A flow of Microsoft Teams, as its documentation said in November 2026.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook,
https://adaptivecards.io/explorer/. The flow answers before the card is posted, and drops what it
cannot post without a word.
"""

from typing import Any

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse

MESSAGE_MAX = 28 * 1024
TEXT_RUN = {"type", "text", "weight", "size"}


class Teams:
    """One flow."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request: queued."""
        if len(asked.body) <= MESSAGE_MAX:
            said = msgspec.json.decode(asked.body)
            if is_card(said):
                self.posted.append(said["attachments"][0]["content"])
        return answer(202)


def is_card(said: dict[str, Any]) -> bool:
    """True if Teams can show it."""
    if said.get("type") != "message" or len(said.get("attachments", [])) != 1:
        return False
    (attachment,) = said["attachments"]
    card = attachment["content"]
    return (
        attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        and (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
        and all(_is_block(block) for block in card["body"])
        and all(
            action["type"] == "Action.OpenUrl" and action["url"].startswith("https://")
            for action in card.get("actions", [])
        )
    )


def _is_block(block: dict[str, Any]) -> bool:
    return block["type"] == "RichTextBlock" and all(
        run["type"] == "TextRun" and run["text"] and run.keys() <= TEXT_RUN
        for run in block["inlines"]
    )


def shown(card: dict[str, Any]) -> str:
    """The text of a card: a `TextRun` has no marks."""
    return "\n".join(run["text"] for block in card["body"] for run in block["inlines"])
