"""`webhook`: signed JSON to a program of yours, which makes a room in your chat and names it.

The signature is that of the channel `webhook`: docs/guide/integrations.md says what is sent.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from triaged.channels import HttpRequest, attempt_s
from triaged.channels.webhook import signature
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.core.text.wording import clean, link
from triaged.core.time.durations import SECOND
from triaged.integrations import CreateRoom, Exchange
from triaged.integrations.common.json_http import checked_url, read
from triaged.wire import Secret, encode

EVERY_US = SECOND // 10
"""Ten a second: declarations are rare."""

NAME_MAX = 80
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Settings(msgspec.Struct, frozen=True):
    """Keys of an integration of kind `webhook`."""

    url: str
    """Address to which the incident is sent by POST, and which answers `{"url": …, "name": …}`."""
    secret: Secret | None = None
    """Key with which each body is signed. Unset: no signature."""
    headers: Mapping[str, Secret] = {}
    """Further headers of the request, such as `authorization`."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""
    public_only: bool = False
    """Refusal of private and loopback addresses, whatever the host name resolves to."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        checked_url(self.url.partition("?")[0])
        attempt_s(self.timeout)
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or not value.reveal().isprintable():
                raise ValueError(f"header {name!r} holds a character that no header may")


class Room(msgspec.Struct, frozen=True):
    """The answer: where the room is, and what it is called there."""

    url: str
    name: str = ""


def create_room(order: CreateRoom, settings: Settings, at: int) -> Exchange:
    """Make a room; the receiver knows by the `Idempotency-Key` what it has made already."""
    found = read((yield _request(order, settings, at)), Room)
    if isinstance(found, TryAgain | Refused):
        return found
    url = link(found.url)
    if url is None:
        return Refused("the answer's url is no address that can be shown")
    return Done({"url": url, "name": clean(found.name, NAME_MAX)})


def _request(order: CreateRoom, settings: Settings, at: int) -> HttpRequest:
    body = encode({"type": "room.create", "id": order.id, "incident": order.incident})
    seconds = str(at // SECOND)
    headers = {name.lower(): value.reveal() for name, value in settings.headers.items()}
    headers["content-type"] = "application/json"
    headers["idempotency-key"] = quote(order.id, safe="/")
    headers["x-triaged-timestamp"] = seconds
    if settings.secret is not None:
        headers["x-triaged-signature"] = f"v1={signature(settings.secret, seconds, body)}"
    wait_s = attempt_s(settings.timeout)
    return HttpRequest("POST", settings.url, headers, body, wait_s, settings.public_only)
