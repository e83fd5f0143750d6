"""`webhook`: signed JSON to any address; docs/guide/paging.md says what it sends.

The signature is `v1=` + hex HMAC-SHA256(secret, timestamp + "." + body), the timestamp seconds
since 1970.
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import msgspec

from triaged.channels import (
    HttpRequest,
    HttpResponse,
    Notice,
    Reach,
    Result,
    attempt_s,
)
from triaged.channels.common.http_answers import failure, json_of, no_response, words
from triaged.channels.common.limits import Limits
from triaged.core.records.events import Delivered, TryAgain, Verdict
from triaged.core.text import wording
from triaged.core.text.document import shortened
from triaged.wire import Secret, encode

BODY_MAX = 256 * 1024
"""Bytes: many receivers stop reading at 1 MiB or less; over this the labels stay away."""

_VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "%")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

LIMITS = Limits(width=64)
"""The receiver is a program of the operator's. A page takes two commits besides the request itself,
so that a thousand a second need some fifty under way."""


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
    return verdict_of_response(result) if isinstance(result, HttpResponse) else no_response(result)


def verdict_of_response(response: HttpResponse) -> Verdict:
    """The verdict on an answer, by its status and by an `"ok": false` in its body."""
    if not 200 <= response.status < 300:
        return failure(response)
    if json_of(response).get("ok") is False:
        return TryAgain(f"HTTP {response.status} {words(response.body)}".rstrip())
    return Delivered(words(response.headers.get("x-request-id", "").encode()))
