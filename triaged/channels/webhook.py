"""`webhook`: signed JSON to any address; docs/guide/paging.md says what it sends.

The signature is `v1=` + hex HMAC-SHA256(secret, timestamp + "." + body), the timestamp seconds
since 1970. `Retry-After`: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
"""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import msgspec

from triaged.channels import (
    HttpRequest,
    HttpResponse,
    NoAnswer,
    Notice,
    Reach,
    Result,
    attempt_s,
    verdict_without_answer,
)
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.text import wording
from triaged.core.text.document import shortened
from triaged.wire import Secret, encode, instant

BODY_MAX = 256 * 1024
"""Bytes: many receivers stop reading at 1 MiB or less; over this the labels stay away."""

RETRY_AFTER_MAX_US = 3_600 * 1_000_000
"""A wish for longer is read as an hour; the core waits a minute at most."""

TRY_AGAIN = frozenset({408, 425, 429})
"""The 4xx that say "later"; every 5xx does too."""

GATEWAY_LOST_IT = frozenset({502, 504})
"""A gateway's word that what is behind it did not answer: it may have the page."""

ERROR_MAX = 200
_VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "%")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `webhook`."""

    url: str
    """URL to which messages are sent by POST; http or https."""
    secret: Secret | None = None
    """Key with which each body is signed. Unset: no signature."""
    previous_secret: Secret | None = None
    """Previous key, for a second signature while `secret` is being changed."""
    headers: Mapping[str, Secret] = {}
    """Further headers of the request, such as `authorization`."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""
    public_only: bool = False
    """Refusal of private and loopback addresses, whatever the host name resolves to."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url must be http://… or https://… with a host")
        attempt_s(self.timeout)
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or not value.reveal().isprintable():
                raise ValueError(f"header {name!r} holds a character that no header may")


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The POST of a notice, signed as of `at`."""
    body = encode(document(notice, at))
    if len(body) > BODY_MAX:
        body = encode(document(brief(notice), at))
    seconds = str(at // 1_000_000)
    headers = {name.lower(): value.reveal() for name, value in settings.headers.items()}
    headers["content-type"] = "application/json"
    headers["idempotency-key"] = quote(notice.page.id, safe=_VISIBLE, errors="replace")
    headers["x-triaged-timestamp"] = seconds
    secrets = [key for key in (settings.secret, settings.previous_secret) if key is not None]
    if secrets:
        signatures = (f"v1={signature(key, seconds, body)}" for key in secrets)
        headers["x-triaged-signature"] = ",".join(signatures)
    wait_s = attempt_s(settings.timeout)
    return HttpRequest("POST", settings.url, headers, body, wait_s, settings.public_only)


def probe(settings: Settings) -> Reach:
    """A connection to the receiver: any request might be taken for a page."""
    parts = urlsplit(settings.url)
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    return Reach(parts.hostname or "", port, tls, attempt_s(settings.timeout))


def signature(secret: Secret, seconds: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `seconds.body`."""
    signed = seconds.encode() + b"." + body
    return hmac.digest(secret.reveal().encode(), signed, "sha256").hex()


def document(notice: Notice, at: int) -> dict[str, object]:
    """The body as a value."""
    page = notice.page
    return {
        "type": page.kind,
        "page": {
            "id": page.id,
            "person": page.recipient.person or None,
            "contact": page.recipient.contact,
            "urgency": page.urgency,
            "epoch": page.epoch,
            "round": page.round,
            "step": page.step,
            "attempt": page.attempts,
            "possible_duplicate": page.possible_duplicate,
        },
        "incident": notice.incident_json,
        "subject": notice.subject(),
        "text": notice.text(at),
        "acknowledge_url": notice.acknowledge_url,
    }


def brief(notice: Notice) -> Notice:
    """The notice without the parts whose size strangers decide; `shortened` says so."""
    title = wording.clean(notice.incident.title, wording.TITLE_MAX)
    few = shortened(notice.incident_json, title)
    return msgspec.structs.replace(notice, incident_json=few)


def verdict(result: Result) -> Verdict:
    """2xx is delivered; "later" is 408, 425, 429 and 5xx; everything else is a refusal."""
    match result:
        case HttpResponse():
            return verdict_of_response(result)
        case NoAnswer():
            return verdict_without_answer(result)
        case _:
            return Refused(f"not an outcome of a request: {type(result).__name__}")


def verdict_of_response(response: HttpResponse) -> Verdict:
    """The verdict on an answer, by its status and by an `"ok": false` in its body."""
    status = response.status
    error = f"HTTP {status} {_words(response.body)}".rstrip()
    if 200 <= status < 300:
        if _says_no(response.body):
            return TryAgain(error)
        return Delivered(_words(response.headers.get("x-request-id", "").encode()))
    if status in TRY_AGAIN or 500 <= status < 600:
        return TryAgain(error, retry_after_us(response), status in GATEWAY_LOST_IT)
    if 300 <= status < 400:
        return Refused(f"{error}: redirects are not followed; configure the final address")
    return Refused(error)


def _says_no(body: bytes) -> bool:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False  # receivers answer what they like
    return isinstance(value, dict) and value.get("ok") is False


def _words(body: bytes) -> str:
    return wording.clean(body[: 4 * ERROR_MAX].decode("utf-8", "replace"), ERROR_MAX)


def retry_after_us(response: HttpResponse) -> int | None:
    """`Retry-After` in µs from `response.at`, seconds or a date; None: absent or unreadable."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        wait_us = int(value[:12]) * 1_000_000
    else:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        wait_us = instant(date if date.tzinfo else date.replace(tzinfo=UTC)) - response.at
    return min(max(wait_us, 0), RETRY_AFTER_MAX_US)
