"""`matrix`: messages to a room; https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room.

The transaction of a page is its identity: a server that has the message does not post it again.
Reactions and replies come back by `/sync`. Rooms that are encrypted are not supported.
"""

import hashlib
import re
from html import escape
from urllib.parse import quote

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.call_bodies import text_at
from triaged.channels.common.chat import check_url, cut_bytes, destination, head_of, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.matrix_sync import POLL_S, called_of, query_of
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import Batch, Callback, Called, HttpReply, Reply, Typed
from triaged.core.records.events import Delivered, Refused, Verdict
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret, encode

TEXT_MAX, HEAD_MAX, EVENT_MAX = 30_000, 1_000, 60_000
"""Bytes; an event may have 65,536 with what the server adds."""

SYNC_MAX = 1024 * 1024
HINT = "React with 👍 or ✅ to acknowledge."
HTML = "org.matrix.custom.html"

_ROOM = re.compile(r"[!#][^\s:]{1,200}(:[^\s:]{1,200}(:[0-9]{1,5})?)?")
_USER = re.compile(r"@[^\s:]{1,200}:[^\s:]{1,200}(:[0-9]{1,5})?")
_EVENT = re.compile(r"\$[^\s]{1,254}")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `matrix`."""

    url: str
    """URL of the homeserver."""
    token: Secret
    """Access token of the account, which must be in the rooms."""
    to: str = ""
    """Room of pages that go straight to the channel, such as `!abc:example.org`."""
    user: str = ""
    """Id of the account, such as `@triaged:example.org`: with it replies are heard."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _ROOM.fullmatch(self.to):
            raise ValueError("to must be a room, such as !abc:example.org")
        if self.user and not _USER.fullmatch(self.user):
            raise ValueError("user must be the id of an account, such as @triaged:example.org")


def advice(settings: Settings) -> tuple[str, ...]:
    """A doubt about a room that is named by its alias."""
    if not settings.to.startswith("#"):
        return ()
    return ("to: servers send to the id of a room (`!…`), not to its alias: see its settings",)


def addresses_of(text: str) -> tuple[str, ...]:
    """The room that `text` names."""
    return one_address(text, _ROOM)


def own_address(settings: Settings) -> str:
    """The room of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    content = _content(notice, at)
    if _EVENT.fullmatch(notice.thread):
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": notice.thread}}
    room = destination(notice, settings.to, _ROOM)
    return _sent(settings, room, notice.page.id, content)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:
    """The edit of a message. Raises `Malformed`.

    Each edit is a transaction of its own, for one of old may say the same as the newest.
    """
    if not _EVENT.fullmatch(ref):
        raise Malformed("no_address", "the message has no identity by which it could be edited")
    new = _content(notice, at)
    content = {
        "msgtype": new["msgtype"],
        "body": f"* {cut_bytes(head_of(notice, at), HEAD_MAX)}",
        "m.mentions": {},
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": ref},
    }
    room = destination(notice, settings.to, _ROOM)
    return _sent(settings, room, f"{notice.page.id}/{at}", content)


def _content(notice: Notice, at: int) -> dict[str, object]:
    """What a message says, which is HTML, too, where there is room for both."""
    text = notice.text(at)
    head, _, rest = text.partition("\n")
    if notice.is_page and notice.buttons:
        rest = f"{HINT}\n{rest}"
    content: dict[str, object] = {
        "msgtype": "m.text" if notice.is_page else "m.notice",
        "body": cut_bytes(f"{head}\n{rest}", TEXT_MAX),
        "m.mentions": {},
    }
    marked = f"<strong>{escape(head)}</strong><pre><code>{escape(rest)}</code></pre>"
    rich = content | {"format": HTML, "formatted_body": marked}
    return rich if len(encode(rich)) <= EVENT_MAX else content


def _sent(settings: Settings, room: str, transaction: str, content: object) -> HttpRequest:
    path = f"rooms/{quote(room, safe='')}/send/m.room.message/{quote(transaction, safe='')}"
    return _asked(settings, "PUT", path, encode(content))


def _asked(settings: Settings, method: str, path: str, body: bytes = b"") -> HttpRequest:
    headers = {"authorization": f"Bearer {settings.token.reveal()}"}
    if body:
        headers["content-type"] = "application/json"
    url = f"{settings.url.rstrip('/')}/_matrix/client/v3/{path}"
    return HttpRequest(method, url, headers, body, attempt_s(settings.timeout))


def probe(settings: Settings) -> Reach:
    """A connection to the homeserver."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """200 with the event's id is delivered."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status == 200:
        return Delivered(str(said.get("event_id", ""))[:255])
    return failure(result, f"{said.get('errcode', '')} {said.get('error', '')}".strip())


def updated(result: Result) -> Verdict:
    """200 is edited; the message keeps the identity that it has."""
    found = verdict(result)
    return Delivered() if isinstance(found, Delivered) else found


def poll(cursor: str, settings: Settings) -> HttpRequest:
    """The next long poll."""
    asked = _asked(settings, "GET", f"sync?{query_of(cursor)}")
    return msgspec.structs.replace(asked, timeout_s=POLL_S + 10.0, answer_max=SYNC_MAX)


def polled(cursor: str, result: Result, settings: Settings) -> Batch | Verdict:
    """What it brought; what was said before the first poll is no news."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    following = text_at(said, "next_batch")
    if result.status != 200 or not following:
        found = verdict(result)
        return Refused("the answer is no sync") if isinstance(found, Delivered) else found
    return Batch(tuple(called_of(said, settings.user)) if cursor else (), following)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:  # noqa: ARG001 - the contract
    """Nothing: homeservers call nobody."""
    raise Unauthorized("the channel takes no calls")


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """The words to a command, as a reply to it."""
    if not isinstance(called, Typed) or not reply.text:
        return HttpReply()
    room, event = called.back.get("room", ""), called.back.get("event", "")
    if not _ROOM.fullmatch(room) or not _EVENT.fullmatch(event):
        return HttpReply()
    content = {
        "msgtype": "m.notice",
        "body": reply.text,
        "m.mentions": {},
        "m.relates_to": {"m.in_reply_to": {"event_id": event}},
    }
    transaction = hashlib.sha256(event.encode()).hexdigest()[:32]
    return HttpReply(later=_sent(settings, room, transaction, content))


def self_test(settings: Settings) -> HttpRequest:
    """Whether our room is encrypted, which only a member may ask; without one, who we are."""
    if settings.to.startswith("!"):
        path = f"rooms/{quote(settings.to, safe='')}/state/m.room.encryption"
        return _asked(settings, "GET", path)
    return _asked(settings, "GET", "account/whoami")


def self_tested(result: Result) -> Verdict:
    """404 is a room that is not encrypted; a token that is wrong is refused before."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    code = text_at(said, "errcode")
    if (result.status, code) == (404, "M_NOT_FOUND") or text_at(said, "user_id"):
        return Delivered()
    if code == "M_UNKNOWN_TOKEN":
        return Refused("HTTP 401: the access token is not valid any more: log in for another one")
    if code == "M_FORBIDDEN":
        return Refused("HTTP 403: the account is not in the room: invite it, and have it join")
    if result.status == 200:
        return Refused("the room is encrypted, where nothing can be read or sent: make another one")
    return failure(result, f"{code} {text_at(said, 'error')}".strip())
