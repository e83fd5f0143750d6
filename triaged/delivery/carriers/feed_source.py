"""Calendar feeds are fetched: conditionally, with few redirects, each guarded, and a cap on gzip.

The address is a secret, so no message and no log line holds it.
"""

import zlib
from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, urljoin, urlsplit

from triaged.channels import HttpRequest, HttpResponse, NoAnswer, Result
from triaged.core.records.duty.feeds import Fetched, FetchOutcome, NotFetched, NotModified
from triaged.wire import Secret

BYTES_MAX = 2 * 1024**2 + 1
"""Of the body, packed or not: one more than a calendar may have, so that more is noticed."""

TIMEOUT_S = 30.0
REDIRECTS_MAX = 5
HEADER_MAX = 512
"""Characters of an entity tag; a longer one is not sent back."""

REDIRECTS = (301, 302, 303, 307, 308)
GZIP_BITS = 31

Send = Callable[[HttpRequest], Awaitable[Result]]


class FeedSource:
    """Fetches calendars."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def fetch(self, url: Secret, etag: str, modified: str) -> FetchOutcome:
        """The body at an address, unless it is the one that `etag` or `modified` names."""
        address = first = urlsplit(url.reveal())
        for _ in range(REDIRECTS_MAX + 1):
            request = _request(address, first, etag, modified)
            answer = await self._send(request)
            if isinstance(answer, NoAnswer):
                return NotFetched(answer.error)
            assert isinstance(answer, HttpResponse)
            if answer.status not in REDIRECTS:
                return _outcome(answer)
            where = _redirected(address, answer.headers.get("location", ""))
            if isinstance(where, NotFetched):
                return where
            address = where
        return NotFetched(f"it is redirected more than {REDIRECTS_MAX} times")


def _request(address: SplitResult, first: SplitResult, etag: str, modified: str) -> HttpRequest:
    headers = {"accept": "text/calendar, */*;q=0.1", "accept-encoding": "gzip"}
    if etag:
        headers["if-none-match"] = etag
    if modified:
        headers["if-modified-since"] = modified
    return HttpRequest(
        "GET",
        address.geturl(),
        headers,
        b"",
        timeout_s=TIMEOUT_S,
        # The operator chose the first host, which may be of the own network; nobody chose others.
        guarded=address.netloc != first.netloc,
        answer_max=BYTES_MAX,
    )


def _redirected(address: SplitResult, location: str) -> SplitResult | NotFetched:
    try:
        where = urlsplit(urljoin(address.geturl(), location))
        is_address = where.scheme in ("http", "https") and bool(where.hostname)
    except ValueError:
        is_address = False
    if not location or not is_address:
        return NotFetched("it is redirected to no address")
    if address.scheme == "https" and where.scheme != "https":
        return NotFetched("it is redirected from https to http, which anybody could read")
    return where


def _outcome(answer: HttpResponse) -> FetchOutcome:
    if answer.status == 304:
        return NotModified()
    if answer.status != 200:
        hint = (
            "; is the address still the secret one?"
            if answer.status in (401, 403, 404, 410)
            else ""
        )
        return NotFetched(f"the answer is {answer.status}{hint}")
    body = answer.body
    if answer.headers.get("content-encoding", "").strip().lower() == "gzip":
        try:
            body = zlib.decompressobj(GZIP_BITS).decompress(body, BYTES_MAX)
        except zlib.error:
            return NotFetched("its gzip cannot be unpacked")
    return Fetched(body, _header(answer, "etag"), _header(answer, "last-modified"))


def _header(answer: HttpResponse, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= HEADER_MAX and value.isascii() and value.isprintable() else ""
