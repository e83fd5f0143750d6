"""`discord`: messages of a bot, or by a webhook's URL.

https://docs.discord.com/developers/resources/message#create-message and, for webhooks,
https://docs.discord.com/developers/resources/webhook#execute-webhook. No message mentions anybody.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from triaged.channels import (
    Button,
    HttpRequest,
    HttpResponse,
    Notice,
    Reach,
    Result,
    Verb,
    attempt_s,
)
from triaged.channels.common import ed25519
from triaged.channels.common.call_bodies import text_at
from triaged.channels.common.chat import (
    HTTP_URL,
    check_secret,
    check_url,
    cut,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.discord_interactions import answer_to, called_of
from triaged.channels.common.http_answers import (
    ERROR_MAX,
    failure,
    json_of,
    no_response,
    retry_after_us,
)
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.markdown import cut_escaped, discord_escaped
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import Callback, Called, HttpReply, Reply
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.records.model import Severity, State
from triaged.core.response.retrying import RETRY_MAX_US
from triaged.core.text.wording import clean
from triaged.core.time.durations import SECOND
from triaged.errors import Malformed
from triaged.wire import Secret, encode

DESCRIPTION_MAX, CONTENT_MAX, HEAD_MAX, NONCE_MAX = 4000, 1900, 600, 25
"""Characters; a description may have 4,096 and the content 2,000."""

COLOUR = {
    Severity.SEV1: 0xDD2E44,
    Severity.SEV2: 0xF4900C,
    Severity.SEV3: 0xFDCB58,
    Severity.SEV4: 0x55ACEE,
}
COLOUR_OF_STATE = {
    State.ACKNOWLEDGED: 0x3D5A80,
    State.RESOLVED: 0x78B159,
    State.CLOSED: 0x78B159,
    State.MERGED: 0x99AAB5,
}
"""Of a message that says what has become of the incident."""

ROW, BUTTON = 1, 2
"""Types of components: https://docs.discord.com/developers/components/reference"""

BLUE, GREY, GREEN, RED = 1, 2, 3, 4
STYLE: Mapping[Verb, int] = {
    "acknowledge": BLUE,
    "take_over": BLUE,
    "escalate": RED,
    "resolve": GREEN,
}
BUTTONS_MAX, LABEL_MAX = 5, 80
"""Of a row, and characters of a button."""

RETRY_MAX_S = 3600.0
WEBHOOK = "webhook"
"""The address of whatever goes by a webhook, whose URL names the channel."""

_CHANNEL = re.compile(r"[0-9]{15,20}|webhook")
_REF = re.compile(r"[0-9]{15,20}/[0-9]{15,20}")

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
    public_key: str = ""
    """Public key of the application: with it pages have buttons, and `/triaged` is heard. It needs
    the extra `crypto`."""
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
        if self.public_key and self.token is None:
            raise ValueError("public_key goes with token: messages by webhook have no buttons")
        if self.public_key and (problem := ed25519.problem_of(self.public_key)) is not None:
            raise ValueError(f"public_key {problem}")

    @property
    def has_buttons(self) -> bool:
        """True if presses of buttons could be heard."""
        return bool(self.public_key)


def addresses_of(text: str) -> tuple[str, ...]:
    """The id of the channel that `text` is."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The id of the channel itself; a webhook has its channel in the URL."""
    return settings.to or (WEBHOOK if settings.webhook is not None else "")


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    body = _message(notice, settings, at)
    if settings.webhook is not None:
        parts = urlsplit(settings.webhook.reveal())
        query = f"{parts.query}&wait=true" if parts.query else "wait=true"
        return _asked(settings, "POST", parts._replace(query=query).geturl(), body)
    digest = hashlib.sha256(f"{notice.page.id}".encode()).hexdigest()
    body |= {"nonce": digest[:NONCE_MAX], "enforce_nonce": True}
    channel = destination(notice, settings.to, _CHANNEL)
    if _REF.fullmatch(notice.thread):
        page = {"message_id": notice.thread.rpartition("/")[2], "fail_if_not_exists": False}
        body["message_reference"] = page
    return _asked(settings, "POST", f"{_api(settings)}/channels/{channel}/messages", body)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The edit of a message. Raises `Malformed`."""
    if not _REF.fullmatch(ref):
        raise Malformed("no_address", "the message has no identity by which it could be edited")
    channel, _, message = ref.rpartition("/")
    body = _message(notice, settings, at)
    if settings.webhook is not None:
        parts = urlsplit(settings.webhook.reveal())
        url = parts._replace(path=f"{parts.path.rstrip('/')}/messages/{message}").geturl()
    else:
        url = f"{_api(settings)}/channels/{channel}/messages/{message}"
    return _asked(settings, "PATCH", url, body)


def _message(notice: Notice, settings: Settings, at: int) -> dict[str, object]:
    """What a message has when it is sent and when it is edited."""
    link = notice.acknowledge_url
    label = "Test the link" if notice.page.test else "Acknowledge"
    ways = "" if link is None else f"\n{label}: {link}"
    news = "" if notice.is_page else f"\n{discord_escaped(notice.page.subject)}"
    head = f"**{cut_escaped(discord_escaped(head_of(notice, at)), HEAD_MAX)}**"
    state = COLOUR_OF_STATE.get(notice.incident.state)
    colour = state if state is not None and not notice.is_page else COLOUR[notice.page.severity]
    text = cut_escaped(discord_escaped(notice.text(at), link), DESCRIPTION_MAX)
    body: dict[str, object] = {
        "content": cut_escaped(f"{head}{news}", CONTENT_MAX - len(ways)) + ways,
        "embeds": [{"description": text, "color": colour}],
        "allowed_mentions": {"parse": []},
    }
    if settings.has_buttons:
        rows = [_row(notice.buttons)] if notice.buttons else []
        body["components"] = rows
    return body


def _row(buttons: tuple[Button, ...]) -> dict[str, object]:
    """Buttons beside one another."""
    return {
        "type": ROW,
        "components": [
            {
                "type": BUTTON,
                "style": STYLE.get(button.verb, GREY),
                "label": cut(button.label, LABEL_MAX),
                "custom_id": button.value,
            }
            for button in buttons[:BUTTONS_MAX]
        ],
    }


def _api(settings: Settings) -> str:
    return settings.url.rstrip("/")


def _asked(settings: Settings, method: str, url: str, body: dict[str, object]) -> HttpRequest:
    headers = {"content-type": "application/json", **_authorization(settings)}
    return HttpRequest(method, url, headers, encode(body), attempt_s(settings.timeout))


def _authorization(settings: Settings) -> dict[str, str]:
    """Nothing for a webhook, whose URL is the secret."""
    token = settings.token
    return {} if token is None else {"authorization": f"Bot {token.reveal()}"}


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.webhook.reveal() if settings.webhook is not None else settings.url)


def verdict(result: Result) -> Verdict:
    """200 with the message is delivered; 429 says how many seconds to wait.

    401 is nobody's success until the token is another: an address with 10,000 of them in ten
    minutes is banned, so the channel is left alone for a minute at a time.
    https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
    """
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200:
        channel, message = text_at(said, "channel_id"), text_at(said, "id")
        return Delivered(f"{channel}/{message}"[:100] if channel else message[:100])
    if result.status == 401:
        return TryAgain("HTTP 401: Discord does not take the token", RETRY_MAX_US)
    why = text_at(said, "message")
    if result.status == 429:
        return TryAgain(f"HTTP 429 {clean(why, ERROR_MAX)}".rstrip(), _wait_us(result, said))
    return failure(result, why)


def _wait_us(response: HttpResponse, said: dict[str, Any]) -> int | None:
    """The pause that is asked for: in the body to the millisecond, in the headers in seconds."""
    wait_s = said.get("retry_after")
    if isinstance(wait_s, int | float) and not isinstance(wait_s, bool):
        return round(min(max(wait_s, 0.0), RETRY_MAX_S) * SECOND)
    return retry_after_us(response)


updated = verdict
"""404 is a message that was deleted, 403 one that is not ours: refused."""


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What an interaction says. Raises `Unauthorized` and `Malformed`."""
    return called_of(callback, settings.public_key)


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """The words to whoever pressed or typed; nobody else sees them."""
    return answer_to(called, reply, _api(settings))


def self_test(settings: Settings) -> HttpRequest:
    """The request for ourselves: who the bot is, or where the webhook posts."""
    hook = settings.webhook
    url = f"{_api(settings)}/users/@me" if hook is None else hook.reveal()
    return HttpRequest("GET", url, _authorization(settings), b"", attempt_s(settings.timeout))


def self_tested(result: Result) -> Verdict:
    """200 is a token, or a webhook, that works."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200 and text_at(said, "id"):
        return Delivered()
    if result.status == 401:
        return Refused("HTTP 401: the token is not that of the bot: Bot, Reset Token, makes one")
    if result.status == 404:
        return Refused("HTTP 404: the webhook was deleted: make another one")
    return failure(result, text_at(said, "message"))
