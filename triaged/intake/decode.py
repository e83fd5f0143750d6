"""From a body to events: what it holds by its source's kind, what of it has to be set aside."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from itertools import islice
from typing import TypeVar

import msgspec
import structlog
from msgspec.structs import replace

from triaged.config.model import Source
from triaged.core.records.changes import Change
from triaged.core.records.events import AlertReceived, BodyQuarantined, Event
from triaged.core.records.model import Alert
from triaged.engine.engine import DECISION_FAILED
from triaged.errors import Malformed
from triaged.ingest import REJECTED_MAX, Parsed, Reason, Received, Rejected
from triaged.ingest.common.pieces import PIECE_BYTES, Piece
from triaged.ingest.contract import SOURCES, Countable, Signed
from triaged.wire import decoded

T = TypeVar("T")
log = structlog.get_logger()
_ALERT = msgspec.json.Decoder(Alert)

PARSER_FAILED = "parser_failed"
"""Quarantine reason of a body on which the parser of its kind failed: a fault of triaged."""

NO_SOURCE = "no_source"
"""Quarantine reason of a body whose source a reload took away before the body was decided."""

TOO_LARGE = "too_large"
"""Quarantine reason of a body that is larger than `max_body`: nothing of it was read."""

HEADERS_MAX = 40
"""Headers that are kept with a body; senders have about ten."""

VALUE_MAX = 1000
"""Characters of a header that are kept."""

_TELLING = re.compile(r"auth|cookie|key|pass|secret|signature|token", re.IGNORECASE)


class Unusable(msgspec.Struct, frozen=True):
    """A body of which nothing can be used, and why."""

    reason: str
    """The quarantine reason: of `Reason`, `PARSER_FAILED` or `NO_SOURCE`."""
    detail: str
    error: Malformed | None = None
    """What is wrong with the body; None: it is not the body's fault."""


async def decode(source: Source | None, received: Received) -> Parsed | Unusable:
    """The content of a body, by its source's kind; a large one piece by piece."""
    if source is None or len(received.body) <= PIECE_BYTES:
        return _attempt(_parse, source, received)
    pieces = _attempt(_pieces, source, received)
    if isinstance(pieces, Unusable):
        return pieces
    gathered = _Gathered()
    while not isinstance(piece := _attempt(lambda *_: next(pieces, _END), source, received), _End):
        if isinstance(piece, Unusable):
            return piece
        await asyncio.sleep(0)
        if piece is not None:
            gathered.add(piece, _piece_of(source, received, piece, gathered))
    return gathered.whole()


class _End:
    """What follows the last piece."""


_END = _End()


def _piece_of(
    source: Source, received: Received, piece: Piece, gathered: "_Gathered"
) -> Parsed | Unusable:
    if piece.fault is not None:
        return Unusable(piece.fault.reason, str(piece.fault), piece.fault)
    alone_max = max(REJECTED_MAX - len(gathered.rejected), 0)
    part = replace(received, body=piece.body, first=piece.first, alone_max=alone_max)
    return _attempt(_parse, source, part)


class _Gathered:
    """The contents of a body's pieces."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.rejected: list[Rejected] = []
        self.changes: list[Change] = []
        self._first: Unusable | None = None
        self._is_usable = False
        """True if a piece could be used, of which nothing may have come."""

    def add(self, piece: Piece, found: Parsed | Unusable) -> None:
        """Add what a piece holds; one that cannot be used is set aside whole."""
        if isinstance(found, Unusable):
            self._first = self._first or found
            rejected = Rejected(found.reason, found.detail, piece.body, piece.elements)
            self.rejected.append(rejected)
            return
        self._is_usable = True
        self.alerts += found.alerts
        self.rejected += found.rejected
        self.changes += found.changes

    def whole(self) -> Parsed | Unusable:
        """All of it; `Unusable` where nothing of the body is usable."""
        if self._first is not None and not self._is_usable:
            return self._first
        return Parsed(self.alerts, self.rejected, self.changes)


def count(source: Source | None, received: Received) -> int | Unusable:
    """How many alerts are in the body, if its kind can tell sooner than `decode`; else 0."""
    if len(received.body) > PIECE_BYTES:
        return 0
    return _attempt(_count, source, received)


async def decode_quarantined(
    source: Source | None, received: Received, reason: str
) -> Parsed | Unusable:
    """The content of a body that was in quarantine for `reason`.

    The engine keeps an alert that it could not decide as triaged's own JSON.
    """
    if reason == DECISION_FAILED:
        with suppress(Malformed):
            alert = decoded(_ALERT, received.body)
            if alert.source == received.source:
                return Parsed([alert])
    return await decode(source, received)


def _attempt(
    read: Callable[[Source, Received], T], source: Source | None, received: Received
) -> T | Unusable:
    if source is None:
        return Unusable(NO_SOURCE, "its source is not configured any more")
    try:
        return read(source, received)
    except Malformed as error:
        return Unusable(error.reason, str(error), error)
    except Exception:
        log.exception("body.failed", source=received.source)
        return Unusable(PARSER_FAILED, "a fault of triaged: see its log")


def _parse(source: Source, received: Received) -> Parsed:
    return SOURCES.load(source.kind).parse(received, source.settings)


def _pieces(source: Source, received: Received) -> Iterator[Piece | None]:
    return SOURCES.load(source.kind).pieces(received.body, source.settings)


def _count(source: Source, received: Received) -> int:
    kind = _countable(source.kind)
    return 0 if kind is None else kind.count(received, source.settings) or 0


@cache
def _countable(kind: str) -> Countable | None:
    found = SOURCES.load(kind)
    return found if isinstance(found, Countable) else None


def met_limit(found: Parsed | Unusable) -> bool:
    """True if a body holds more alerts, or an alert more values, than are read."""
    if isinstance(found, Unusable):
        return found.reason == Reason.TOO_MANY
    return any(one.reason == Reason.TOO_MANY for one in found.rejected)


def is_signed(source: Source, received: Received) -> bool:
    """True if a signature is required, which holds then. Raises `Unauthorized` if it does not."""
    kind = SOURCES.load(source.kind)
    return isinstance(kind, Signed) and kind.verify(received, source.settings)


def events_of(parsed: Parsed, received: Received) -> list[Event]:
    """An event for each alert, in order, then one for each part that could not be used."""
    at = received.received_at
    events: list[Event] = [
        AlertReceived(alert if alert.sender else replace(alert, sender=received.caller), at)
        for alert in parsed.alerts
    ]
    if parsed.rejected:
        headers = kept_headers(received)
        events += [
            BodyQuarantined(
                received.source, one.reason, one.detail, one.body, headers, at, one.count
            )
            for one in parsed.rejected
        ]
    return events


async def events_in(source: Source | None, received: Received) -> list[Event]:
    """The events of a body that was accepted before: what cannot be used now is set aside whole."""
    found = await decode(source, received)
    if isinstance(found, Unusable):
        return [set_aside(received, found.reason, found.detail)]
    return events_of(found, received)


def set_aside(received: Received, reason: str, detail: str) -> BodyQuarantined:
    """The whole body goes to quarantine, verbatim."""
    at = received.received_at
    headers = kept_headers(received)
    return BodyQuarantined(received.source, reason, detail, received.body, headers, at)


def too_large(received: Received, limit: int) -> BodyQuarantined:
    """A body larger than `limit` bytes: that it came is kept, and nothing of what it held."""
    detail = (
        f"a body is larger than max_body, {limit} bytes: none of its alerts is known here; raise"
        " max_body, or let the sender group by more labels or send fewer alerts at once"
    )
    return set_aside(received, TOO_LARGE, detail)


def kept_headers(received: Received) -> dict[str, str]:
    """The headers that are kept with a body: none that could hold a secret."""
    kept = {
        key: value[:VALUE_MAX] if value.isascii() else _readable(value)
        for name, value in received.headers.items()
        if (key := _key(name))
    }
    return kept if len(kept) <= HEADERS_MAX else dict(islice(kept.items(), HEADERS_MAX))


@lru_cache(256)
def _key(name: str) -> str:
    """The name under which a header is kept; empty: it is not."""
    return "" if _TELLING.search(name) else _readable(name.lower())


def _readable(text: str) -> str:
    """`text` as far as it is kept, with U+FFFD for bytes that were no UTF-8, which no store takes.

    aiohttp hands them on as lone surrogates (PEP 383).
    """
    return text[:VALUE_MAX].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
