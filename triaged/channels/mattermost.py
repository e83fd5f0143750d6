"""`mattermost`: posts of a bot; https://developers.mattermost.com/api-documentation/.

Text of strangers is escaped, so that it neither formats nor mentions anybody.
"""

import re

import msgspec
from msgspec.structs import replace

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.call_bodies import text_at
from triaged.channels.common.chat import check_url, destination, head_of, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.markdown import cut_escaped, mattermost_escaped
from triaged.channels.common.mattermost_actions import action, answer_to, called_of
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import Callback, Called, HttpReply, Reply
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.records.model import Severity
from triaged.core.time.durations import SECOND
from triaged.errors import Malformed
from triaged.wire import Secret, encode

TEXT_MAX, HEAD_MAX = 12_000, 600
"""Characters after escaping; a server takes 16,383."""

COLOUR = {
    Severity.SEV1: "#dd2e44",
    Severity.SEV2: "#f4900c",
    Severity.SEV3: "#fdcb58",
    Severity.SEV4: "#55acee",
}

_CHANNEL = re.compile(r"[a-z0-9]{26}")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `mattermost`."""

    url: str
    """URL of the server."""
    token: Secret
    """Access token of the bot, which must be a member of the channels."""
    to: str = ""
    """Id of the channel that gets pages which go straight to it."""
    command_token: Secret | None = None
    """Token of the slash command `/triaged`, with which it is heard."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _CHANNEL.fullmatch(self.to):
            raise ValueError("to must be the id of a channel: 26 small letters and digits")


def addresses_of(text: str) -> tuple[str, ...]:
    """The id of the channel that `text` is."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The id of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The post of a notice. Raises `Malformed`."""
    body = _post(notice, settings, at)
    body["channel_id"] = destination(notice, settings.to, _CHANNEL)
    if notice.is_page and notice.page.severity is Severity.SEV1 and not notice.page.test:
        body["metadata"] = {"priority": {"priority": "urgent"}}
    return _asked(settings, "POST", "posts", encode(body))


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The edit of a post. Raises `Malformed`."""
    if not _CHANNEL.fullmatch(ref):
        raise Malformed("no_address", "the post has no identity by which it could be edited")
    return _asked(settings, "PUT", f"posts/{ref}/patch", encode(_post(notice, settings, at)))


def _post(notice: Notice, settings: Settings, at: int) -> dict[str, object]:
    """What a post has when it is made and when it is edited."""
    channel = destination(notice, settings.to, _CHANNEL)
    url = f"{notice.public_url.rstrip('/')}/callbacks/{notice.page.channel}"
    actions = [action(each, channel, url, (settings.token, at)) for each in notice.buttons]
    attachments = [{"color": COLOUR[notice.page.severity], "actions": actions}] if actions else []
    message = cut_escaped(_message(notice, at), TEXT_MAX)
    return {"message": message, "props": {"attachments": attachments}}


def _message(notice: Notice, at: int) -> str:
    """The head in bold, the link, and the text: the link comes before what may be cut."""
    link = notice.acknowledge_url
    label = "Test the link" if notice.page.test else "Acknowledge"
    ways = "" if link is None else f"[{label}]({link})\n\n"
    head = f"**{cut_escaped(mattermost_escaped(head_of(notice, at)), HEAD_MAX)}**"
    return f"{head}\n\n{ways}{mattermost_escaped(notice.text(at), link)}"


def _asked(settings: Settings, method: str, path: str, body: bytes) -> HttpRequest:
    headers = {"authorization": f"Bearer {settings.token.reveal()}"}
    if body:
        headers["content-type"] = "application/json"
    url = f"{settings.url.rstrip('/')}/api/v4/{path}"
    return HttpRequest(method, url, headers, body, attempt_s(settings.timeout))


def probe(settings: Settings) -> Reach:
    """A connection to the server."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """201 is delivered, with the id of the post; an edit is answered 200."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status in (200, 201):
        return Delivered(str(said.get("id", ""))[:100])
    found = failure(result, text_at(said, "message"))
    if isinstance(found, TryAgain) and result.status == 429 and found.after_us is None:
        return replace(found, after_us=_reset_us(result))
    return found


def _reset_us(response: HttpResponse) -> int | None:
    """The pause that the limit asks for, where the server says it in its own header."""
    seconds = response.headers.get("x-ratelimit-reset", "")
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 6
    return int(seconds) * SECOND if is_number else None


updated = verdict
"""404 is a post that was deleted, 403 one that may not be edited any more: refused."""


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What was pressed or typed. Raises `Unauthorized` and `Malformed`."""
    return called_of(callback, settings.token, settings.command_token)


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:  # noqa: ARG001 - the contract
    """The words to whoever pressed or typed; nobody else sees them."""
    return answer_to(called, reply)


def self_test(settings: Settings) -> HttpRequest:
    """The request for the bot's own account."""
    return _asked(settings, "GET", "users/me", b"")


def self_tested(result: Result) -> Verdict:
    """200 is a token of an account that is active."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 401:
        return Refused("HTTP 401: the token was revoked: make another one for the bot")
    if result.status != 200:
        return failure(result, text_at(said, "message"))
    if said.get("delete_at"):
        return Refused("the bot is disabled: enable it under Integrations, Bot Accounts")
    return Delivered() if text_at(said, "id") else Refused("this is not a Mattermost server")
