"""`webpush`: push messages to browsers, with nobody's account between; RFC 8030, 8291 and 8292.

A browser subscribes on the page `/push`. A newer message about an incident replaces the one before,
without a sound where it only says what has become of it. What a browser shows of it, and its
button, the page's worker decides: `web/_push/worker.js`.
"""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Result, attempt_s
from triaged.channels.common import push_encryption
from triaged.channels.common.chat import cut, cut_bytes
from triaged.channels.common.http_answers import failure, no_response
from triaged.channels.common.limits import Limits
from triaged.channels.common.push_encryption import (
    AUTH_BYTES,
    KEY_BYTES,
    MISSING,
    PLAIN_MAX,
    Browser,
    bytes_of,
    encrypted,
    fresh,
    is_point,
    public_key,
    text_of,
    vapid,
)
from triaged.core.records.events import Delivered, Refused, Verdict
from triaged.errors import Malformed
from triaged.wire import MISSING_SECRET, Secret, encode

TTL_S = 300
"""Life of a message at the push service: a SEV-1 that is older has been escalated."""

PROOF_S = 12 * 3600
"""Life of the proof of who sends: a service takes 24 hours."""

TITLE_MAX, BODY_MAX, LINK_MAX = 120, 1200, 400
"""Characters, bytes and characters: together they fit a message, whatever they hold."""

TOPIC_CHARACTERS = 32
ENDPOINT_MAX = 2000
SENT = "sent"
"""Name of a message at a service that gives it none."""

LIMITS = Limits(bundle=10)
NOT_ALONE = "a browser that is closed gets nothing, and one that is muted makes no sound"


class Keys(msgspec.Struct, frozen=True):
    """The keys of a subscription, in base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True):
    """What a browser gives whoever may send to it: https://www.w3.org/TR/push-api."""

    endpoint: str
    keys: Keys


_decoder = msgspec.json.Decoder(Subscription)


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `webpush`."""

    private_key: Secret
    """Key that proves who sends: 32 random bytes in base64, such as `openssl rand -base64 32`
    makes. With another key every browser has to subscribe anew."""
    subject: str = ""
    """Whom push services may ask about our messages: `mailto:…` or `https://…`. Unset:
    `public_url`."""
    to: str = ""
    """Subscription of pages that go straight to the channel."""
    public_only: bool = True
    """Refusal of private and loopback addresses: a subscription names any address it likes."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        attempt_s(self.timeout)
        if push_encryption.ec is None:
            raise ValueError(MISSING)
        if self.private_key is not MISSING_SECRET:
            key_of(self)
        if self.subject and not self.subject.startswith(("mailto:", "https://")):
            raise ValueError("subject must be mailto:… or https://…")
        if self.to and subscription_of(self.to) is None:
            raise ValueError("to must be what the page /push shows")


def key_of(settings: Settings) -> bytes:
    """The private key. Raises ValueError."""
    wanted = "private_key must be 32 random bytes in base64: openssl rand -base64 32"
    try:
        key = bytes_of(settings.private_key.reveal())
        if len(key) == KEY_BYTES:
            public_key(key)
            return key
    except ValueError:
        pass
    raise ValueError(wanted)


def public_key_of(settings: Settings) -> str:
    """The public key, as a browser wants it to subscribe."""
    return text_of(public_key(key_of(settings)))


def subscription_of(text: str) -> Subscription | None:
    """The subscription that `text` is; None: it is none."""
    try:
        found = _decoder.decode(text.encode())
        host = urlsplit(found.endpoint).hostname
        browser_of(found)
    except (msgspec.DecodeError, ValueError):
        return None
    plain = found.endpoint.isascii() and found.endpoint.isprintable() and " " not in found.endpoint
    is_url = found.endpoint.startswith(("https://", "http://")) and bool(host)
    return found if is_url and plain and len(found.endpoint) <= ENDPOINT_MAX else None


def browser_of(subscription: Subscription) -> Browser:
    """The keys of a subscription. Raises ValueError."""
    public, auth = bytes_of(subscription.keys.p256dh), bytes_of(subscription.keys.auth)
    if len(auth) != AUTH_BYTES or not is_point(public):
        raise ValueError("not the keys of a browser")
    return Browser(public, auth)


def addresses_of(text: str) -> tuple[str, ...]:
    """The subscription that `text` is."""
    return (text,) if subscription_of(text) is not None else ()


def own_address(settings: Settings) -> str:
    """The subscription of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    return _pushed(notice, settings, at, is_edit=False)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The message that replaces the one about the same incident, without a sound."""
    return _pushed(notice, settings, at, is_edit=True)


def _pushed(notice: Notice, settings: Settings, at: int, *, is_edit: bool) -> HttpRequest:
    to = notice.contact.to if notice.contact is not None and notice.contact.to else settings.to
    subscription = subscription_of(to)
    if subscription is None:
        whom = notice.page.recipient
        lacks = "is no subscription of a browser" if to else "has no address"
        raise Malformed("no_address", f"{whom.person or 'channel'}/{whom.contact} {lacks}")
    key, plain = key_of(settings), encode(_content(notice, at, is_edit=is_edit))
    about = hashlib.sha256(plain + f"\0{subscription.endpoint}\0{at}".encode()).digest()
    body = encrypted(plain, browser_of(subscription), fresh(key, about))
    parts = urlsplit(subscription.endpoint)
    audience = f"{parts.scheme}://{parts.netloc}"
    subject = settings.subject or notice.public_url
    headers = {
        "authorization": vapid(key, audience, subject, at // 1_000_000 + PROOF_S),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(TTL_S),
        "urgency": "high" if notice.is_page and not is_edit else "normal",
        "topic": _topic(notice),
    }
    wait_s = attempt_s(settings.timeout)
    return HttpRequest("POST", subscription.endpoint, headers, body, wait_s, settings.public_only)


def _topic(notice: Notice) -> str:
    """Of the messages with one topic that wait at the service only the newest arrives."""
    whole = hashlib.sha256(f"{notice.public_url} {notice.incident.id}".encode()).digest()
    return text_of(whole)[:TOPIC_CHARACTERS]


def _content(notice: Notice, at: int, *, is_edit: bool) -> Mapping[str, object]:
    """What the worker in the browser shows."""
    link = notice.acknowledge_url
    link = link if link is not None and len(link) <= LINK_MAX else None
    content = {
        "title": cut(notice.subject(), TITLE_MAX),
        "body": cut_bytes(notice.text(at), BODY_MAX),
        "tag": notice.incident.id,
        "link": link,
        "test": notice.page.test,
        "page": notice.is_page,
        "edit": is_edit,
    }
    assert len(encode(content)) <= PLAIN_MAX, "each part has its limit"
    return content


def verdict(result: Result) -> Verdict:
    """2xx is delivered; 404 and 410: the browser has left; 403: it subscribed to another key."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    if result.status in (200, 201, 202, 204):
        return Delivered(_name(result.headers.get("location", "")))
    found = failure(result)
    if not isinstance(found, Refused):
        return found
    match result.status:
        case 404 | 410:
            return Refused("the browser has ended its subscription", gone=True)
        case 401 | 403:
            return Refused(f"{found.error}: the browser has subscribed to another private_key")
        case 413:
            return Refused(f"{found.error}: the message is too long for the push service")
        case _:
            return found


def _name(location: str) -> str:
    """The end of the address that a service gives a message."""
    name = urlsplit(location).path.rpartition("/")[2] if location.isascii() else ""
    return name[:100] or SENT


def updated(result: Result) -> Verdict:
    """As for a message."""
    return verdict(result)
