"""`slack`: messages of a bot; https://docs.slack.dev/reference/methods/chat.postMessage.

Slack answers 200 to nearly everything, and says in the body what became of it.
"""

import re
from collections.abc import Mapping

import msgspec

from triaged.channels import Button, HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common import slack_calls
from triaged.channels.common.chat import (
    check_secret,
    check_url,
    cut,
    cut_counted,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.http_answers import failure, json_of, no_response, retry_after_us
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import (
    DEFERRED,
    Callback,
    Called,
    HttpReply,
    Press,
    Reply,
    Typed,
)
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import SECOND
from triaged.errors import Malformed
from triaged.wire import Secret, encode

HEADER_MAX, SECTION_MAX, LABEL_MAX = 150, 2900, 75
BLOCKS_MAX = 10_000
"""Characters of all blocks: from some 13,000 on they are `msg_blocks_too_long`, though no block
breaks a limit of its own."""

TEXT_MAX = 4000
LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TRY_AGAIN = frozenset({"service_unavailable", "request_timeout", "team_added_to_org"})
MAYBE_SENT = frozenset({"internal_error", "fatal_error"})
"""It may have been done in part."""

FORM_REFUSED = frozenset({"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "no_text"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""What keeps a message from being edited, whatever is tried."""

HINTS: Mapping[str, str] = {
    "channel_not_found": "there is no such channel, or the bot cannot see it",
    "not_in_channel": "invite the bot to the channel",
    "is_archived": "the channel is archived",
    "invalid_auth": "the token is wrong",
    "not_authed": "the token is missing",
    "token_revoked": "the token was revoked: install the app again",
    "account_inactive": "the bot or its workspace was deleted",
    "missing_scope": "add the scope to the app, and install it again",
    "restricted_action": "the workspace does not let the bot post there",
    "cannot_dm_bot": "`to` is a bot",
    "user_not_found": "there is no such user",
}
"""What to do about a refusal."""

DEAD = frozenset({"channel_not_found", "is_archived", "user_not_found", "cannot_dm_bot"})
"""Destinations that take nothing any more."""

SCOPES = ("chat:write",)
"""What a page cannot do without; `commands`, `pins:read` and others are for more."""

_CHANNEL = re.compile(r"[CDGUW][A-Z0-9]{5,20}|#[a-z0-9_-]{1,80}")
_REF = re.compile(r"([CDGUW][A-Z0-9]{5,20})/([0-9]+\.[0-9]+)")

LIMITS = Limits(each=(Rate(3, 3 * SECOND),))
"""One message a second in a channel, and short bursts: https://docs.slack.dev/apis/web-api/rate-limits/"""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `slack`."""

    token: Secret
    """Token of the bot, `xoxb-…`, with the scope `chat:write`; it must be in the channels."""
    to: str = ""
    """Channel of pages that go straight to it: its id, or `#name`."""
    signing_secret: Secret | None = None
    """Secret of the app by which Slack signs what it calls `/callbacks/<channel>` with: buttons,
    `/triaged`, events. Without it pages have a link and no buttons."""
    url: str = "https://slack.com/api"
    """URL of the API."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        check_secret(self.token, "xoxb-", "token must be that of a bot: it begins with xoxb-")
        if self.to and not _CHANNEL.fullmatch(self.to):
            raise ValueError("to must be the id of a channel or user, or #name")


def addresses_of(text: str) -> tuple[str, ...]:
    """The channel or user that `text` names."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The channel that gets pages straight."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice, an update below the page that it belongs to. Raises `Malformed`."""
    body: dict[str, object] = {"channel": destination(notice, settings.to, _CHANNEL)}
    if found := _REF.fullmatch(notice.thread):
        body |= {"channel": found[1], "thread_ts": found[2]}
    body |= _content(notice, settings, at)
    body |= {"link_names": False, "unfurl_links": False, "unfurl_media": False}
    return method(settings, "chat.postMessage", body)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The edit of a message: https://docs.slack.dev/reference/methods/chat.update."""
    found = _REF.fullmatch(ref)
    if found is None:
        raise Malformed("no_address", "the message has no name at Slack")
    body = {"channel": found[1], "ts": found[2], **_content(notice, settings, at)}
    return method(settings, "chat.update", body)


def method(settings: Settings, name: str, body: Mapping[str, object]) -> HttpRequest:
    """The call of a method of the API by the bot."""
    headers = {
        "content-type": "application/json; charset=utf-8",
        "authorization": f"Bearer {settings.token.reveal()}",
    }
    url = f"{settings.url.rstrip('/')}/{name}"
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def _content(notice: Notice, settings: Settings, at: int) -> dict[str, object]:
    """Text for previews and screen readers, and blocks; a plain message is text alone."""
    head = head_of(notice, at) if notice.is_page else notice.subject()
    if notice.plain:
        return {"text": cut(escaped(notice.text(at)), TEXT_MAX)}
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(head, HEADER_MAX)},
        {"type": "section", "text": _plain(notice.text(at), SECTION_MAX)},
    ]
    if elements := _elements(notice, settings):
        blocks.append({"type": "actions", "elements": elements})
    return {"text": cut(escaped(head), TEXT_MAX), "blocks": blocks}


def _elements(notice: Notice, settings: Settings) -> list[dict[str, object]]:
    """Buttons that call us; without a way to call us, the link."""
    if notice.buttons and settings.signing_secret is not None:
        return [_button(button) for button in notice.buttons]
    if notice.acknowledge_url is None:
        return []
    label = "Test the link" if notice.page.test else "Acknowledge"
    text = _plain(label, LABEL_MAX)
    url = notice.acknowledge_url
    return [{"type": "button", "text": text, "url": url, "action_id": "open"}]


def _button(button: Button) -> dict[str, object]:
    style = {"style": "primary"} if button.verb == "acknowledge" else {}
    return {
        "type": "button",
        "text": _plain(button.label, LABEL_MAX),
        "action_id": f"{slack_calls.ACTION}{button.verb}",
        "value": button.value,
        **style,
    }


def _plain(text: str, most: int) -> dict[str, object]:
    """Text in which nothing is active."""
    return {"type": "plain_text", "text": cut_counted(text, most), "emoji": False}


def escaped(text: str) -> str:
    """Text of which Slack makes neither a mention nor a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """`ok` is delivered, with channel and `ts`; errors by their names."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200:
        return failure(result, str(said.get("error", "")))
    if said.get("ok") is True:
        return Delivered(f"{said.get('channel', '')}/{said.get('ts', '')}"[:100])
    error = error_of(said)
    if error in LATER:
        return TryAgain(error, retry_after_us(result))
    if error in TRY_AGAIN | MAYBE_SENT or not said:
        return TryAgain(error, maybe_accepted=error in MAYBE_SENT or not said)
    return Refused(f"{error}: {HINTS[error]}" if error in HINTS else error, gone=error in DEAD)


def error_of(said: Mapping[str, object]) -> str:
    """Slack's name for what is wrong."""
    return str(said.get("error", "no JSON in the answer"))[:100]


def wants_plain(result: Result) -> bool:
    """Whether Slack refuses the form of the message."""
    if not isinstance(result, HttpResponse):
        return False
    return json_of(result).get("error") in FORM_REFUSED


def updated(result: Result) -> Verdict:
    """An edit that Slack does not know the message of is refused; anything else as ever."""
    return verdict(result)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What Slack calls us with. Raises `Unauthorized`, `Malformed`."""
    slack_calls.check_signature(callback, settings.signing_secret)
    return slack_calls.called_of(callback)


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """Words for whoever pressed or typed, and nobody else."""
    words: dict[str, object] = {"response_type": "ephemeral", "text": escaped(reply.text)}
    match called:
        case Typed(back=back) if back.get("slash") and reply.text:
            if DEFERRED in back:
                return HttpReply(200, later=_respond(back.get("response_url", ""), words))
            return HttpReply(200, encode(words))
        case Typed(back=back) if reply.text and back.get("channel"):
            body = {**back, "text": escaped(reply.text)}
            body = {name: value for name, value in body.items() if value}
            return HttpReply(200, later=method(settings, "chat.postEphemeral", body))
        case Press(back=back) if reply.text:
            words |= {"replace_original": False}
            return HttpReply(200, later=_respond(back.get("response_url", ""), words))
        case _:
            return HttpReply(200)


def _respond(url: str, words: Mapping[str, object]) -> HttpRequest | None:
    """The request by `response_url`, which is good for five words in half an hour."""
    if not url.startswith(("https://", "http://")):
        return None
    return HttpRequest("POST", url, {"content-type": "application/json"}, encode(words))


def self_test(settings: Settings) -> HttpRequest:
    """Whose token it is: https://docs.slack.dev/reference/methods/auth.test."""
    return method(settings, "auth.test", {})


def self_tested(result: Result) -> Verdict:
    """Whether the token is good, and may post."""
    found = verdict(result)
    if not isinstance(found, Delivered) or not isinstance(result, HttpResponse):
        return found
    granted = {each.strip() for each in result.headers.get("x-oauth-scopes", "").split(",")}
    lacking = [scope for scope in SCOPES if scope not in granted]
    if lacking and granted != {""}:
        return Refused(f"the token lacks the scope {', '.join(lacking)}: {HINTS['missing_scope']}")
    said = json_of(result)
    return Delivered(f"{said.get('user', '')} in {said.get('team', '')}"[:100])
