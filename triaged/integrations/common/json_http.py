"""Requests and answers of APIs that speak JSON over HTTP."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from triaged.channels import ATTEMPT_S, HttpRequest, HttpResponse, NoAnswer, Result
from triaged.channels.common.http_answers import retry_after_us
from triaged.core.records.events import Refused, TryAgain
from triaged.core.text import wording
from triaged.core.time.durations import MINUTE, SECOND
from triaged.errors import Malformed
from triaged.wire import decoded, encode, nests_deeper

T = TypeVar("T")

LIST_BYTES_MAX = 4 * 1024 * 1024
"""Bytes of a list that are read. An issue's body has up to 65,536 characters, a page of a list
`PER_PAGE` issues."""

PER_PAGE = 20

ERROR_MAX = 200
BODY_SHOWN_MAX = 64 * 1024

LIMITED_US = MINUTE
"""Pause after a refusal for the rate without a time (GitHub asks for at least a minute)."""

TRY_AGAIN = frozenset({408, 420, 425, 429})
"""The 4xx that say "later". 420 is what Statuspage says above its rate."""

UNDECIDED = frozenset({500, 502, 503, 504})
"""The 5xx after which the request may have been carried out all the same."""


def checked_url(url: str, name: str = "url") -> str:
    """The address without a slash at its end. Raises ValueError where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"{name} must be http://… or https://… with a host")
    return url.rstrip("/")


def ask(method: str, url: str, headers: Mapping[str, str], content: object = None) -> HttpRequest:
    """A request whose body, if it has one, is JSON."""
    fields = {"accept": "application/json", **headers}
    body = b""
    if content is not None:
        fields["content-type"] = "application/json"
        body = encode(content)
    return HttpRequest(method, url, fields, body, ATTEMPT_S, answer_max=LIST_BYTES_MAX)


def read(result: Result, shape: type[T], *, changes: bool = True) -> T | TryAgain | Refused:
    """The body of a 2xx answer; else what follows from the failure.

    `changes`: the request changes something, so that a lost answer leaves it open whether it did.
    """
    match result:
        case HttpResponse(status=status) if 200 <= status < 300:
            try:
                return decoded(msgspec.json.Decoder(shape), result.body or b"{}")
            except Malformed as error:
                why = f"HTTP {status} with an answer that cannot be read: {error}"
                return TryAgain(wording.clean(why, ERROR_MAX), maybe_accepted=changes)
        case HttpResponse():
            return trouble(result, changes=changes)
        case NoAnswer(permanent=True):
            return Refused(result.error)
        case NoAnswer():
            return TryAgain(result.error, maybe_accepted=changes and result.maybe_accepted)
        case _:
            return Refused(f"not an outcome of a request: {type(result).__name__}")


def trouble(response: HttpResponse, *, changes: bool = True) -> TryAgain | Refused:
    """What follows from an answer that is not 2xx."""
    status = response.status
    error = f"HTTP {status} {words(response.body)}".rstrip()
    if 300 <= status < 400:
        return Refused(f"{error}: redirects are not followed; configure the final address")
    wait_us = limited_us(response)
    if wait_us is not None or status in TRY_AGAIN:
        return TryAgain(error, LIMITED_US if wait_us is None else wait_us)
    if status >= 500:
        maybe = changes and status in UNDECIDED
        return TryAgain(error, maybe_accepted=maybe)
    return Refused(error)


def limited_us(response: HttpResponse) -> int | None:
    """How long the rate forbids another request, in µs; None: the answer is not about a rate.

    GitHub says 403 or 429 for both of its limits, with `Retry-After`, or with
    `x-ratelimit-remaining: 0` and the second of the reset.
    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """
    if not 400 <= response.status < 600:
        return None
    after_us = retry_after_us(response)
    if after_us is not None:
        return after_us
    reset = response.headers.get("x-ratelimit-reset", "")
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(int(reset[:12]) * SECOND - response.at, SECOND)
    if response.status == 403 and b"rate limit" in response.body[:2000].lower():
        return LIMITED_US
    return None


def words(body: bytes) -> str:
    """The words of an error, for a person."""
    body = body[:BODY_SHOWN_MAX]
    value: Any = body[: 4 * ERROR_MAX].decode("utf-8", "replace")
    if not nests_deeper(body):
        with suppress(Malformed):
            value = decoded(msgspec.json.Decoder(), body)
    if isinstance(value, dict):
        value = [value[name] for name in _ERRORS if value.get(name)] or value
    return wording.clean(_flat(value), ERROR_MAX)


_ERRORS = ("message", "error", "errorMessages", "errors")


def _flat(value: object) -> str:
    """A value of any shape as words."""
    match value:
        case str():
            return value
        case dict():
            return ", ".join(f"{key}: {_flat(each)}" for key, each in value.items())
        case list():
            return ", ".join(_flat(each) for each in value)
        case _:
            return str(value)
