"""Signatures of callbacks, compared in constant time."""

import hmac

from triaged.errors import Unauthorized
from triaged.integrations import Callback
from triaged.wire import Secret


def check_hmac(callback: Callback, header: str, secret: Secret | None) -> None:
    """Raise `Unauthorized` unless `header` is `sha256=` and the hex HMAC-SHA256 of the body."""
    key, given = _both(callback, header, secret)
    wanted = "sha256=" + hmac.digest(key.reveal().encode(), callback.body, "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), given.strip().encode("utf-8", "replace")):
        raise Unauthorized(f"the signature in {header} does not hold")


def check_token(callback: Callback, header: str, secret: Secret | None) -> None:
    """Raise `Unauthorized` unless `header` is the secret."""
    key, given = _both(callback, header, secret)
    if not hmac.compare_digest(key.reveal().encode(), given.encode("utf-8", "replace")):
        raise Unauthorized(f"the token in {header} is not ours")


def _both(callback: Callback, header: str, secret: Secret | None) -> tuple[Secret, str]:
    if secret is None or not secret.reveal():
        raise Unauthorized("this integration has no webhook_secret: it takes no callbacks")
    given = callback.headers.get(header.lower(), "")
    if not given:
        raise Unauthorized(f"the header {header} is missing")
    return secret, given
