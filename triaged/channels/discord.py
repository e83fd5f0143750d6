"""`discord`: messages of a bot, or by a webhook's URL.

https://docs.discord.com/developers/resources/message#create-message and, for webhooks,
https://docs.discord.com/developers/resources/webhook#execute-webhook. No message mentions anybody.
"""

import hashlib
import re

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import (
    HTTP_URL,
    check_secret,
    check_url,
    cut,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.markdown import escaped
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, TryAgain, Verdict
from triaged.core.records.model import Severity
from triaged.core.time.durations import SECOND
from triaged.wire import Secret, encode

DESCRIPTION_MAX, CONTENT_MAX, NONCE_MAX = 4000, 1900, 25
COLOUR = {
    Severity.SEV1: 0xDD2E44,
    Severity.SEV2: 0xF4900C,
    Severity.SEV3: 0xFDCB58,
    Severity.SEV4: 0x55ACEE,
}
RETRY_MAX_S = 3600.0
WEBHOOK = "webhook"
"""The address of whatever goes by a webhook, whose URL names the channel."""

_CHANNEL = re.compile(r"[0-9]{15,20}|webhook")

LIMITS = Limits(all=(Rate(50),), each=(Rate(5, 5 * SECOND),))
"""https://docs.discord.com/developers/topics/rate-limits"""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `discord`: a bot's `token`, or the `webhook` of one channel."""

    token: Secret | None = None
    """Token of the bot, which may send in the channels."""
    webhook: Secret | None = None
    """URL of a webhook, in place of a bot."""
    to: str = ""
    """Id of the channel that gets pages which go straight to it; with `token`."""
    url: str = "https://discord.com/api/v10"
    """URL of the API."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if (self.token is None) is (self.webhook is None):
            raise ValueError("either token or webhook must be there, and not both")
        check_secret(self.webhook, HTTP_URL, "webhook must be the URL of a webhook")
        if self.to and not _CHANNEL.fullmatch(self.to):
            raise ValueError("to must be the id of a channel: 15 to 20 digits")


def addresses_of(text: str) -> tuple[str, ...]:
    """The id of the channel that `text` is."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The id of the channel itself; a webhook has its channel in the URL."""
    return settings.to or (WEBHOOK if settings.webhook is not None else "")


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    link = notice.acknowledge_url
    label = "Test the link" if notice.page.test else "Acknowledge"
    ways = "" if link is None else f"\n{label}: {link}"
    embed = {
        "description": cut(escaped(notice.text(at), link), DESCRIPTION_MAX),
        "color": COLOUR[notice.page.severity],
    }
    body: dict[str, object] = {
        "content": cut(f"**{escaped(head_of(notice, at))}**", CONTENT_MAX - len(ways)) + ways,
        "embeds": [embed],
        "allowed_mentions": {"parse": []},
    }
    headers = {"content-type": "application/json"}
    if settings.webhook is not None:
        mark = "&" if "?" in settings.webhook.reveal() else "?"
        url = f"{settings.webhook.reveal()}{mark}wait=true"
    else:
        digest = hashlib.sha256(f"{notice.page.id}".encode()).hexdigest()
        body |= {"nonce": digest[:NONCE_MAX], "enforce_nonce": True}
        channel = destination(notice, settings.to, _CHANNEL)
        url = f"{settings.url.rstrip('/')}/channels/{channel}/messages"
        headers["authorization"] = f"Bot {settings.token.reveal() if settings.token else ''}"
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.webhook.reveal() if settings.webhook is not None else settings.url)


def verdict(result: Result) -> Verdict:
    """200 with the message is delivered; 429 says how many seconds to wait."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200:
        return Delivered(str(said.get("id", ""))[:100])
    why = str(said.get("message", ""))
    wait_s = said.get("retry_after")
    if result.status == 429 and isinstance(wait_s, int | float):
        return TryAgain(f"HTTP 429 {why}", int(min(max(wait_s, 0.0), RETRY_MAX_S) * 1_000_000))
    return failure(result, why)
