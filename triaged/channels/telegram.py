"""`telegram`: messages of a bot; https://core.telegram.org/bots/api#sendmessage.

The text goes without a parse mode: there is nothing in it that a stranger could use to format.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common import telegram_calls
from triaged.channels.common.chat import (
    check_secret,
    check_url,
    cut,
    cut_utf16,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import (
    Batch,
    Callback,
    Called,
    HttpReply,
    Press,
    Reply,
    Typed,
)
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import Malformed
from triaged.wire import Secret, encode

TEXT_MAX = 4000
"""UTF-16 units; the provider takes 4,096."""

ANSWER_MAX = 200
"""Characters that a phone shows of an answer to a button."""

POLL_S, BATCH_MAX = 50, 100
"""https://core.telegram.org/bots/api#getupdates"""

POLLED_MAX = 4 << 20
"""Bytes of an answer to a poll: a hundred messages."""

RETRY_MAX_S = 3600
GONE = (
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: bot was kicked from the group chat",
    "Forbidden: bot was kicked from the supergroup chat",
    "Forbidden: the group chat was deleted",
    "Bad Request: chat not found",
)
"""Chats that take nothing any more: the list of healthchecks, which has met them."""

NOT_EDITED = (
    "message to edit not found",
    "message can't be edited",
    "MESSAGE_ID_INVALID",
)
SAME = "message is not modified"
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{4,31}")
_REF = re.compile(r"(-?[0-9]{1,20})/([0-9]{1,20})")

LIMITS = Limits(all=(Rate(30),), each=(Rate(3, 3 * SECOND), Rate(20, MINUTE)))
"""https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `telegram`."""

    token: Secret
    """Token of the bot, from BotFather."""
    to: str = ""
    """Chat of pages that go straight to the channel: its number, or `@name` of a public one."""
    webhook_secret: Secret | None = None
    """Up to 256 characters `A-Za-z0-9_-` of your choice: Telegram calls `/callbacks/<channel>` and
    shows it. Without it triaged asks Telegram for what is new, and needs no address that others
    reach."""
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
        wanted = "webhook_secret must be 1 to 256 characters of A-Za-z0-9_-"
        check_secret(self.webhook_secret, r"[-_A-Za-z0-9]{1,256}\Z", wanted)
        if self.to and not _CHAT.fullmatch(self.to):
            raise ValueError("to must be the number of a chat, or @name of a public one")


def addresses_of(text: str) -> tuple[str, ...]:
    """The chat that `text` names."""
    return one_address(text, _CHAT)


def own_address(settings: Settings) -> str:
    """The chat of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice, an update as a reply to its page. Raises `Malformed`."""
    body = {"chat_id": destination(notice, settings.to, _CHAT), **_content(notice, at)}
    body["disable_notification"] = not notice.is_page
    if found := _REF.fullmatch(notice.thread):
        reply = {"message_id": int(found[2]), "allow_sending_without_reply": True}
        body |= {"reply_parameters": reply}
    return method(settings, "sendMessage", body)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The edit of a message: https://core.telegram.org/bots/api#editmessagetext."""
    found = _REF.fullmatch(ref)
    if found is None:
        raise Malformed("no_address", "the message has no number at Telegram")
    place = {"chat_id": int(found[1]), "message_id": int(found[2])}
    return method(settings, "editMessageText", {**place, **_content(notice, at)})


def method(settings: Settings, name: str, body: Mapping[str, object]) -> HttpRequest:
    """The call of a method of the API."""
    url = f"{settings.url.rstrip('/')}/bot{settings.token.reveal()}/{name}"
    headers = {"content-type": "application/json"}
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def _content(notice: Notice, at: int) -> dict[str, Any]:
    text, head = cut_utf16(notice.text(at), TEXT_MAX), head_of(notice, at)
    body: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
    if (offset := text.find(head)) >= 0:
        place = {"offset": _utf16_units(text[:offset]), "length": _utf16_units(head)}
        body["entities"] = [{"type": "bold", **place}]
    if rows := _buttons(notice):
        body["reply_markup"] = {"inline_keyboard": rows}
    return body


def _buttons(notice: Notice) -> list[list[dict[str, str]]]:
    """One below the other: a thumb at night needs room. Without buttons of ours, the link."""
    if notice.buttons:
        return [[{"text": one.label, "callback_data": one.value}] for one in notice.buttons]
    if notice.acknowledge_url is None:
        return []
    label = "Test the link" if notice.page.test else "Acknowledge"
    return [[{"text": label, "url": notice.acknowledge_url}]]


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
        return Delivered(_ref_of(said.get("result")))
    why = str(said.get("description", ""))
    if moved := moved_to(result):
        return Refused(f"the group has become a supergroup: its number is {moved} now")
    wait_s = _parameter(said, "retry_after")
    if result.status == 429 and wait_s is not None:
        return TryAgain(f"HTTP 429 {why}", max(0, min(wait_s, RETRY_MAX_S)) * 1_000_000)
    found = failure(result, why)
    if isinstance(found, Refused) and why in GONE:
        return Refused(why, gone=True)
    return found


def _ref_of(sent: object) -> str:
    """The chat and the number of a message in it, by which it is edited."""
    if not isinstance(sent, dict):
        return ""
    chat = sent.get("chat")
    place = chat.get("id") if isinstance(chat, dict) else None
    number = sent.get("message_id", "")
    return str(number) if place is None else f"{place}/{number}"


def _parameter(said: Mapping[str, Any], name: str) -> int | None:
    parameters = said.get("parameters")
    value = parameters.get(name) if isinstance(parameters, dict) else None
    return value if isinstance(value, int) else None


def moved_to(result: Result) -> str:
    """The number that a group has got as a supergroup; empty: it is no such answer."""
    if not isinstance(result, HttpResponse) or result.status == 200:
        return ""
    moved = _parameter(json_of(result), "migrate_to_chat_id")
    return "" if moved is None else str(moved)


def updated(result: Result) -> Verdict:
    """An edit that changes nothing is done; a message that is gone is refused."""
    if isinstance(result, HttpResponse) and result.status == 400:
        why = str(json_of(result).get("description", ""))
        if SAME in why:
            return Delivered()
        if any(text in why for text in NOT_EDITED):
            return Refused(why)
    return verdict(result)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What Telegram calls us with. Raises `Unauthorized`; what cannot be read says nothing."""
    telegram_calls.check_secret_token(callback, settings.webhook_secret)
    return telegram_calls.called_of(callback.body)


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """Words on the phone that pressed, which waits for them; a reply to whoever typed."""
    match called:
        case Press(back=back):
            body: dict[str, object] = {"callback_query_id": back.get("query", "")}
            if reply.text:
                body |= {"text": cut(reply.text, ANSWER_MAX), "show_alert": not reply.done}
            return HttpReply(200, later=method(settings, "answerCallbackQuery", body))
        case Typed(back=back) if reply.text and back.get("chat"):
            body = {"chat_id": back["chat"], "text": cut_utf16(reply.text, TEXT_MAX)}
            if number := back.get("message"):
                extra = {"message_id": int(number), "allow_sending_without_reply": True}
                body |= {"reply_parameters": extra}
            return HttpReply(200, later=method(settings, "sendMessage", body))
        case _:
            return HttpReply(200)


def polls(settings: Settings) -> bool:
    """Whether Telegram is asked for what is new: it cannot be while it calls us."""
    return settings.webhook_secret is None


def poll(cursor: str, settings: Settings) -> HttpRequest:
    """The next long poll."""
    body: dict[str, object] = {"timeout": POLL_S, "limit": BATCH_MAX}
    body["allowed_updates"] = list(telegram_calls.ALLOWED)
    if cursor:
        body["offset"] = int(cursor)
    asked = method(settings, "getUpdates", body)
    return msgspec.structs.replace(asked, timeout_s=POLL_S + 10, answer_max=POLLED_MAX)


def polled(cursor: str, result: Result, settings: Settings) -> Batch | Verdict:  # noqa: ARG001 - contract
    """The updates since the last poll; with the next one they are done for Telegram."""
    found = verdict(result)
    if not isinstance(found, Delivered) or not isinstance(result, HttpResponse):
        return found
    updates = json_of(result).get("result")
    every = [one for one in updates if isinstance(one, dict)] if isinstance(updates, list) else []
    called = tuple(one for update in every for one in telegram_calls.said_by(update))
    numbers = [one["update_id"] for one in every if isinstance(one.get("update_id"), int)]
    return Batch(called, str(max(numbers) + 1) if numbers else cursor)


def registered(settings: Settings) -> HttpRequest:
    """The question where Telegram calls us: https://core.telegram.org/bots/api#getwebhookinfo."""
    return method(settings, "getWebhookInfo", {})


def registration(result: Result, url: str, settings: Settings) -> HttpRequest | None:
    """What has it call us at `url`, or where it is asked nowhere; None: it is so already."""
    if not isinstance(result, HttpResponse) or json_of(result).get("ok") is not True:
        return None
    known = json_of(result).get("result")
    present = known.get("url", "") if isinstance(known, dict) else ""
    wanted = "" if settings.webhook_secret is None else url
    allowed = known.get("allowed_updates") if isinstance(known, dict) else None
    if present == wanted and (
        not wanted or sorted(allowed or ()) == sorted(telegram_calls.ALLOWED)
    ):
        return None
    if settings.webhook_secret is None:
        return method(settings, "deleteWebhook", {})
    body = {"url": url, "secret_token": settings.webhook_secret.reveal()}
    return method(settings, "setWebhook", {**body, "allowed_updates": list(telegram_calls.ALLOWED)})


def self_test(settings: Settings) -> HttpRequest:
    """Whose token it is: https://core.telegram.org/bots/api#getme."""
    return method(settings, "getMe", {})


def self_tested(result: Result) -> Verdict:
    """Whether the token is good."""
    found = verdict(result)
    if isinstance(found, Refused):
        return Refused(f"{found.error}: BotFather shows the token, and makes another one")
    return found
