"""Links of subscribers: derived from a key, so that none of them is stored in clear.

The row of a subscriber holds the SHA-256 of the token alone; its mails derive the token anew.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

from triaged.wire import Secret

BITS = 128
"""Of a derived token: nobody guesses one among all that there are."""

IDENTITY_CHARACTERS = 32
TOKEN_MAX = 100
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")


def _mac(key: Secret, *parts: str) -> bytes:
    text = "\0".join(("status-subscriber", *parts))
    return hmac.digest(key.reveal().encode(), text.encode(), sha256)


def subscriber_id(key: Secret, kind: str, address: str) -> str:
    """The identity of a subscriber: a keyed hash, from which nobody reads the address back.

    Capitals make no difference, so that one mailbox subscribes once.
    """
    return _mac(key, "id", kind, address.lower()).hex()[:IDENTITY_CHARACTERS]


def token_of(key: Secret, identity: str, epoch: int) -> str:
    """The token in the mails to a subscriber."""
    return _text(_mac(key, "manage", identity, str(epoch)))


def confirm_token(key: Secret, identity: str, epoch: int) -> str:
    """The token in the mail that asks to confirm."""
    return f"{identity}.{_text(_mac(key, 'confirm', identity, str(epoch)))}"


def confirmed_id(key: Secret, token: str, epoch: int) -> str | None:
    """The identity that a token confirms; None: it is not ours."""
    identity = token.partition(".")[0]
    wanted = confirm_token(key, identity, epoch)
    return identity if hmac.compare_digest(token.encode(), wanted.encode()) else None


def is_token(text: str) -> bool:
    """Whether a text may be one of our tokens: only then is it looked up."""
    return len(text) <= TOKEN_MAX and _TOKEN.fullmatch(text) is not None


def hook_secret(key: Secret, identity: str, epoch: int) -> str:
    """The secret that signs requests to a webhook."""
    return _text(_mac(key, "hook", identity, str(epoch)))


def link_of(page: str, token: str) -> str:
    """The link in every mail."""
    return f"{page}/u/{token}"


def confirm_link(page: str, token: str) -> str:
    """The link in the mail that asks to confirm."""
    return f"{page}/confirm/{token}"


def _text(mac: bytes) -> str:
    return urlsafe_b64encode(mac[: BITS // 8]).decode().rstrip("=")
