"""What the answers of HTTP providers have in common: statuses, `Retry-After`, words of errors.

`Retry-After`: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
"""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from triaged.channels import HttpResponse, NoAnswer, Result, verdict_without_answer
from triaged.core.records.events import Refused, TryAgain, Verdict
from triaged.core.text import wording
from triaged.wire import instant

RETRY_AFTER_MAX_US = 3_600 * 1_000_000
"""A wish for longer is read as an hour; the core waits a minute at most."""

TRY_AGAIN = frozenset({408, 425, 429})
"""The 4xx that say "later"; every 5xx does too."""

GATEWAY_LOST_IT = frozenset({502, 504})
"""A gateway's word that what is behind it did not answer: it may have the page."""

ERROR_MAX = 200


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


def words(body: bytes) -> str:
    """The beginning of a body as one harmless line."""
    return wording.clean(body[: 4 * ERROR_MAX].decode("utf-8", "replace"), ERROR_MAX)


def failure(response: HttpResponse, why: str = "") -> TryAgain | Refused:
    """The verdict on an answer that is no success, by its status; `why` in the provider's words."""
    status = response.status
    error = f"HTTP {status} {wording.clean(why, ERROR_MAX) or words(response.body)}".rstrip()
    if status in TRY_AGAIN or 500 <= status < 600:
        return TryAgain(error, retry_after_us(response), status in GATEWAY_LOST_IT)
    if 300 <= status < 400:
        return Refused(f"{error}: redirects are not followed; configure the final address")
    return Refused(error)


def no_response(result: Result) -> Verdict:
    """The verdict on whatever is no answer of an HTTP server."""
    if isinstance(result, NoAnswer):
        return verdict_without_answer(result)
    return Refused(f"not an outcome of a request: {type(result).__name__}")


def json_of(response: HttpResponse) -> dict[str, Any]:
    """The JSON object in an answer; empty where there is none."""
    try:
        value = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}  # a proxy in between answers what it likes
    return value if isinstance(value, dict) else {}
