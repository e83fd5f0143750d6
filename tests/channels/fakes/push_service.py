"""A push service and a browser that has subscribed to it: RFC 8030, 8291, 8292.

The browser decrypts with its own code, written from RFC 8188 and RFC 8291; the service verifies the
proof of the sender as a service does: against the key with which the browser subscribed.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.push_encryption import bytes_of, text_of

HOST = "push.example.org"
BODY_MAX = 4096
DAY_S = 86_400


class Visitor:
    """A browser: its keys, and what it has received."""

    def __init__(self, private: str, auth: str, path: str = "/alice") -> None:
        self._private = ec.derive_private_key(
            int.from_bytes(bytes_of(private), "big"), ec.SECP256R1()
        )
        self._auth = bytes_of(auth)
        self.public = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.endpoint = f"https://{HOST}{path}"

    @property
    def subscription(self) -> str:
        """What it gives to whoever may send to it."""
        keys = {"p256dh": text_of(self.public), "auth": text_of(self._auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def read(self, body: bytes) -> bytes:
        """The text of a message."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "one record"
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._private.exchange(ec.ECDH(), point)
        info = b"WebPush: info\0" + self.public + theirs
        material = derived(shared, self._auth, info, 32)
        key = derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(material, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain[-1:] == b"\2", "the last record"
        return plain[:-1]


def derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-256."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


class PushService:
    """The service of one browser."""

    def __init__(self, visitor: Visitor, sender_key: str) -> None:
        self.visitor = visitor
        self.is_subscribed = True
        self.waiting: dict[str, tuple[Mapping[str, str], bytes]] = {}
        """Messages that the browser has not fetched, by topic."""
        self._sender = bytes_of(sender_key)

    def serve(self, asked: HttpRequest, now_s: int) -> HttpResponse:
        """Answer one request."""
        if urlsplit(asked.url).path != urlsplit(self.visitor.endpoint).path:
            return answer(404)
        if not self.is_subscribed:
            return answer(410)
        if len(asked.body) > BODY_MAX:
            return answer(413)
        refusal = self._refusal(asked.headers, now_s)
        if refusal is not None:
            return refusal
        headers = asked.headers
        assert headers["content-encoding"] == "aes128gcm"
        assert headers["ttl"].isdigit()
        assert headers["urgency"] in ("very-low", "low", "normal", "high")
        assert len(headers["topic"]) <= 32
        assert set(headers["topic"]) <= set(text_of(bytes(range(256))) + "-_")
        self.waiting[headers["topic"]] = (headers, asked.body)
        return answer(201, headers={"location": f"https://{HOST}/message/{len(self.waiting)}"})

    def _refusal(self, headers: Mapping[str, str], now_s: int) -> HttpResponse | None:
        given = headers["authorization"]
        if not given.startswith("vapid t="):
            return answer(401)
        token, _, key = given.removeprefix("vapid t=").partition(", k=")
        if bytes_of(key) != self._sender:
            return answer(403)
        head, claims, signature = token.split(".")
        assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
        said = json.loads(bytes_of(claims))
        if said["aud"] != f"https://{HOST}" or not now_s < said["exp"] <= now_s + DAY_S:
            return answer(401)
        if not said["sub"].startswith(("mailto:", "https:")):
            return answer(401)
        raw = bytes_of(signature)
        both = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self._sender)
        try:
            point.verify(both, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return answer(401)
        return None

    def received(self) -> list[dict[str, Any]]:
        """What the browser gets when it is there again."""
        found = [msgspec.json.decode(self.visitor.read(body)) for _, body in self.waiting.values()]
        self.waiting.clear()
        return found
