"""Signatures of Ed25519: https://www.rfc-editor.org/rfc/rfc8032; the extra `crypto`."""

from typing import Any

PublicKey: Any = None
InvalidSignature: type[Exception] = Exception
try:
    from cryptography.exceptions import InvalidSignature as _InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    pass  # said where a key is configured
else:
    PublicKey, InvalidSignature = Ed25519PublicKey, _InvalidSignature

MISSING = "needs the extra `crypto`: pip install 'triaged[crypto]'"


def problem_of(key: str) -> str | None:
    """What keeps the hexadecimal `key` from being used; None: nothing."""
    if PublicKey is None:
        return MISSING
    try:
        PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError:
        return "must be 64 hexadecimal digits, a public key of Ed25519"
    return None


def is_signed(message: bytes, signature: str, key: str) -> bool:
    """True if the owner of `key` has signed the message; key and signature in hexadecimal."""
    try:
        PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
