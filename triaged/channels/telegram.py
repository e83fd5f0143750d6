"""`telegram`: messages of a bot; https://core.telegram.org/bots/api#sendmessage.

The text goes without a parse mode: there is nothing in it that a stranger could use to format.
"""

import re

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import (
    check_secret,
    check_url,
    cut_utf16,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import MINUTE, SECOND
from triaged.wire import Secret, encode

TEXT_MAX = 4000
"""UTF-16 units; the provider takes 4,096."""

RETRY_MAX_S = 3600
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{4,31}")

LIMITS = Limits(all=(Rate(30),), each=(Rate(3, 3 * SECOND), Rate(20, MINUTE)))
"""https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `telegram`."""

    token: Secret
    """Token of the bot, from BotFather."""
    to: str = ""
    """Chat of pages that go straight to the channel: its number, or `@name` of a public one."""
    url: str = "https://api.telegram.org"
    """URL of the API."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        wanted = "token must be that of a bot, such as 123456:ABC…"
        check_secret(self.token, r"[0-9]+:[-_A-Za-z0-9]+\Z", wanted)
        if self.to and not _CHAT.fullmatch(self.to):
            raise ValueError("to must be the number of a chat, or @name of a public one")


def addresses_of(text: str) -> tuple[str, ...]:
    """The chat that `text` names."""
    return one_address(text, _CHAT)


def own_address(settings: Settings) -> str:
    """The chat of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    head = head_of(notice, at)
    body: dict[str, object] = {
        "chat_id": destination(notice, settings.to, _CHAT),
        "text": cut_utf16(notice.text(at), TEXT_MAX),
        "link_preview_options": {"is_disabled": True},
        "disable_notification": not notice.is_page,
    }
    text = str(body["text"])
    if text.startswith(head):
        body["entities"] = [{"type": "bold", "offset": 0, "length": _utf16_units(head)}]
    if notice.acknowledge_url is not None:
        label = "Test the link" if notice.page.test else "Acknowledge"
        button = {"text": label, "url": notice.acknowledge_url}
        body["reply_markup"] = {"inline_keyboard": [[button]]}
    url = f"{settings.url.rstrip('/')}/bot{settings.token.reveal()}/sendMessage"
    headers = {"content-type": "application/json"}
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """`ok` is delivered; 429 says when to try again; a chat that is gone is a refusal."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200 and said.get("ok") is True:
        sent = said.get("result")
        return Delivered(str(sent.get("message_id", "")) if isinstance(sent, dict) else "")
    why = str(said.get("description", ""))
    parameters = said.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    moved = parameters.get("migrate_to_chat_id")
    if isinstance(moved, int):
        return Refused(f"the group has become a supergroup: its number is {moved} now")
    wait_s = parameters.get("retry_after")
    if result.status == 429 and isinstance(wait_s, int):
        return TryAgain(f"HTTP 429 {why}", max(0, min(wait_s, RETRY_MAX_S)) * 1_000_000)
    return failure(result, why)
