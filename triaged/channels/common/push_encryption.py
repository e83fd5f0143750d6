"""Web push: the message encrypted for one browser, and the proof of who sends it.

Encryption: https://www.rfc-editor.org/rfc/rfc8291 and https://www.rfc-editor.org/rfc/rfc8188; the
proof (VAPID): https://www.rfc-editor.org/rfc/rfc8292. It needs the extra `crypto`.

The key pair of each message and its salt are derived from our own key and from what is sent, to
whom and when. Nobody without the key can tell them from random ones, and the same message is the
same bytes.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec

from triaged.wire import encode

ec: Any = None
try:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
except ImportError:
    pass  # said where a channel wants it

MISSING = "a channel of kind webpush needs the extra `crypto`: pip install 'triaged[crypto]'"
KEY_BYTES, POINT_BYTES, AUTH_BYTES, SALT_BYTES = 32, 65, 16, 16
RECORD_MAX = 4096
"""Bytes that every push service takes (RFC 8030, 7.2)."""

PLAIN_MAX = RECORD_MAX - (SALT_BYTES + 4 + 1 + POINT_BYTES) - 1 - 16
"""Bytes of text in it, beside the header, the delimiter and the tag."""

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Number of points of the curve P-256 (SEC 2, 2.4.2)."""


class Browser(msgspec.Struct, frozen=True):
    """The keys of a subscription: for whom a message is encrypted."""

    public: bytes
    """Its point, `p256dh`."""
    auth: bytes
    """Its secret, `auth`."""


class Fresh(msgspec.Struct, frozen=True):
    """What is made for one message."""

    private: bytes
    salt: bytes


def fresh(key: bytes, about: bytes) -> Fresh:
    """The key and the salt of a message; `about` is all that sets it apart."""
    number = int.from_bytes(_mac(key, b"webpush key 1" + about) + _mac(key, b"2" + about), "big")
    private = (number % (ORDER - 1) + 1).to_bytes(KEY_BYTES, "big")
    return Fresh(private, _mac(key, b"webpush salt" + about)[:SALT_BYTES])


def encrypted(plain: bytes, browser: Browser, with_: Fresh) -> bytes:
    """The body of a push message. Raises ValueError for a point that is not on the curve."""
    assert len(plain) <= PLAIN_MAX, "whoever writes a message keeps it short"
    private = _private(with_.private)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser.public)
    ours = _point(private)
    shared = private.exchange(ec.ECDH(), theirs)
    mixed = _mac(browser.auth, shared)
    material = _mac(mixed, b"WebPush: info\0" + browser.public + ours + b"\1")
    root = _mac(with_.salt, material)
    key = _mac(root, b"Content-Encoding: aes128gcm\0\1")[:16]
    nonce = _mac(root, b"Content-Encoding: nonce\0\1")[:12]
    sealed = AESGCM(key).encrypt(nonce, plain + b"\2", None)
    size = RECORD_MAX.to_bytes(4, "big")
    return with_.salt + size + bytes([len(ours)]) + ours + sealed


def vapid(key: bytes, audience: str, subject: str, expires_s: int) -> str:
    """The value of `Authorization` for a push service, whose origin is `audience`."""
    private = _private(key)
    head = text_of(encode({"typ": "JWT", "alg": "ES256"}))
    claims = text_of(encode({"aud": audience, "exp": expires_s, "sub": subject}))
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(private.sign(f"{head}.{claims}".encode(), algorithm))
    signature = r.to_bytes(KEY_BYTES, "big") + s.to_bytes(KEY_BYTES, "big")
    return f"vapid t={head}.{claims}.{text_of(signature)}, k={text_of(_point(private))}"


def public_key(key: bytes) -> bytes:
    """The point that belongs to a key. Raises ValueError for one that is none."""
    return _point(_private(key))


def is_point(point: bytes) -> bool:
    """True if `point` is one of the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == POINT_BYTES


def _private(key: bytes) -> Any:  # noqa: ANN401 - of a library that may be missing
    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())


def _point(private: Any) -> bytes:  # noqa: ANN401 - likewise
    found: bytes = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return found


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def text_of(value: bytes) -> str:
    """`value` in base64url, as browsers write it."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The bytes of base64, in either alphabet. Raises ValueError."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    if not plain.isascii() or not plain.replace("-", "a").replace("_", "a").isalnum():
        raise ValueError("not base64")
    return urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
