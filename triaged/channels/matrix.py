"""`matrix`: messages to a room; https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room.

The transaction of a page is its identity: a server that has the message does not post it again.
Rooms that are encrypted are not supported.
"""

import re
from urllib.parse import quote

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import check_url, cut_bytes, destination, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Verdict
from triaged.wire import Secret, encode

TEXT_MAX = 30_000
"""Bytes; an event may have 65,536."""

_ROOM = re.compile(r"[!#][^\s:]{1,200}(:[^\s:]{1,200}(:[0-9]{1,5})?)?")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `matrix`."""

    url: str
    """URL of the homeserver."""
    token: Secret
    """Access token of the account, which must be in the rooms."""
    to: str = ""
    """Room of pages that go straight to the channel, such as `!abc:example.org`."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _ROOM.fullmatch(self.to):
            raise ValueError("to must be a room, such as !abc:example.org")


def addresses_of(text: str) -> tuple[str, ...]:
    """The room that `text` names."""
    return one_address(text, _ROOM)


def own_address(settings: Settings) -> str:
    """The room of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    room = quote(destination(notice, settings.to, _ROOM), safe="")
    transaction = quote(notice.page.id, safe="")
    body: dict[str, object] = {
        "msgtype": "m.text" if notice.is_page else "m.notice",
        "body": cut_bytes(notice.text(at), TEXT_MAX),
        "m.mentions": {},
    }
    url = (
        f"{settings.url.rstrip('/')}/_matrix/client/v3/rooms/{room}"
        f"/send/m.room.message/{transaction}"
    )
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {settings.token.reveal()}",
    }
    return HttpRequest("PUT", url, headers, encode(body), attempt_s(settings.timeout))


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
