"""The link by which the owner of a contact confirms it: `<public_url>/confirm/<token>`.

The token is base64url of `[person, contact, address digest, expires]` (JSON, seconds since 1970), a
dot, and base64url of its HMAC-SHA256 under a name of its own, so that it is no action link.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec

from triaged.core.time.durations import SECOND
from triaged.wire import Secret, encode

MAC_BYTES = 16
TOKEN_MAX = 2048
"""Characters; a real one has about 120, and names may be long."""

PURPOSE = b"contact\0"


class ContactLink(msgspec.Struct, frozen=True, array_like=True):
    """The contact that a link confirms, and until when."""

    person: str
    contact: str
    address: str
    """Digest of the address to which the link was sent."""
    expires_s: int


_decode = msgspec.json.Decoder(ContactLink).decode


def confirm_url(link: ContactLink, public_url: str, key: Secret) -> str:
    """The address that confirms a contact."""
    return f"{public_url.rstrip('/')}/confirm/{token(link, key)}"


def token(link: ContactLink, key: Secret) -> str:
    """The signed form of `link`."""
    payload = encode(link)
    return f"{_text(payload)}.{_text(_mac(payload, key))}"


def parse(text: str, key: Secret, now: int) -> ContactLink | None:
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
    link = _decode(payload)
    return link if now < link.expires_s * SECOND else None


def code_digest(person: str, contact: str, code: str) -> str:
    """The digest by which a code of a contact is stored."""
    return sha256(f"{person}\0{contact}\0{code}".encode()).hexdigest()


def _mac(payload: bytes, key: Secret) -> bytes:
    return hmac.digest(key.reveal().encode(), PURPOSE + payload, "sha256")[:MAC_BYTES]


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
