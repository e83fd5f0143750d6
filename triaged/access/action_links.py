"""The link in a page that acts for one person: made by delivery, read by the API.

`<public_url>/act/<token>`, the token being base64url of `[incident, action, person, expires]`
(JSON, seconds since 1970), a dot, and base64url of its HMAC-SHA256, cut to 128 bits. What it may
do is in it and signed; the key lives in the store.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Literal

import msgspec

from triaged.core.records.model import Incident, Recipient
from triaged.core.settings import ACTION_LINK_LIFE_US
from triaged.wire import Secret, encode

KEY_NAME = "action-links"
"""The name of the key among the store's secrets."""

MAC_BYTES = 16
TOKEN_MAX = 1024
"""Characters; a real one has about 90."""

Action = Literal["acknowledge", "respond"]


class Link(msgspec.Struct, frozen=True, array_like=True):
    """The permission in a link: the action, the incident, the person, the expiry."""

    incident: int
    action: Action
    person: str
    """The person who acts; empty: the page went straight to a channel."""
    expires_s: int
    """The expiry, in seconds since 1970."""


_decoder = msgspec.json.Decoder(Link)


class Origin(msgspec.Struct, frozen=True):
    """Parameters of action links: their base, the signing key, the acts that they allow."""

    public_url: str
    key: Secret
    action: Action = "acknowledge"


def act_link(incident: Incident, recipient: Recipient, origin: Origin, now: int) -> str:
    """The address that acts on `incident` as `recipient`.

    It acts until seven days after the incident's `respond_by`; where that is over, after `now`.
    """
    expires_at = (incident.respond_by or now) + ACTION_LINK_LIFE_US
    if expires_at <= now:
        expires_at = now + ACTION_LINK_LIFE_US
    link = Link(incident.number, origin.action, recipient.person, expires_at // 1_000_000)
    return f"{origin.public_url.rstrip('/')}/act/{token(link, origin.key)}"


def token(link: Link, key: Secret) -> str:
    """The signed form of `link`."""
    payload = encode(link)
    return f"{_text(payload)}.{_text(_mac(payload, key))}"


def parse(text: str, key: Secret, now: int) -> Link | None:
    """The link of a token; None when `key` did not sign it, it was changed, or it has expired."""
    head, dot, tail = text.partition(".")
    if len(text) > TOKEN_MAX or not dot or not text.isascii():
        return None
    try:
        payload = _bytes(head)
        signed = hmac.compare_digest(_mac(payload, key), _bytes(tail))
    except ValueError:  # not base64
        return None
    if not signed or f"{_text(payload)}.{_text(_mac(payload, key))}" != text:
        return None  # forged, or another spelling of the same bits
    link = _decoder.decode(payload)
    return link if now < link.expires_s * 1_000_000 else None


def _mac(payload: bytes, key: Secret) -> bytes:
    return hmac.digest(key.reveal().encode(), payload, "sha256")[:MAC_BYTES]


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
