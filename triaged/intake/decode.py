"""From a body to events: what it holds by its source's kind, what of it has to be set aside."""

import re
from functools import cache, lru_cache
from itertools import islice

import structlog

from triaged.config.model import Source
from triaged.core.records.events import AlertReceived, BodyQuarantined, Event
from triaged.errors import Malformed
from triaged.ingest import Parsed, Received
from triaged.ingest.contract import SOURCES, Countable, Signed

log = structlog.get_logger()

PARSER_FAILED = "parser_failed"
"""Quarantine reason of a body on which our own parser stumbled."""

NO_SOURCE = "no_source"
"""Quarantine reason of a body whose source a reload took away before the body was decided."""

HEADERS_MAX = 40
"""Headers that are kept with a body; senders have about ten."""

VALUE_MAX = 1000
"""Characters of a header that are kept."""

_TELLING = re.compile(r"auth|cookie|key|pass|secret|signature|token", re.IGNORECASE)


def parse(source: Source, received: Received) -> Parsed:
    """What is in the body, by the source's kind. Raises Malformed."""
    return SOURCES.load(source.kind).parse(received, source.settings)


def count(source: Source, received: Received) -> int | None:
    """How many alerts are in the body, if its kind can tell sooner than `parse`."""
    kind = _countable(source.kind)
    return None if kind is None else kind.count(received, source.settings)


@cache
def _countable(kind: str) -> Countable | None:
    found = SOURCES.load(kind)
    return found if isinstance(found, Countable) else None


def is_signed(source: Source, received: Received) -> bool:
    """Whether a signature is required, which holds then. Raises `Unauthorized` if it does not."""
    kind = SOURCES.load(source.kind)
    return isinstance(kind, Signed) and kind.verify(received, source.settings)


def events_of(parsed: Parsed, received: Received) -> list[Event]:
    """An event for each alert, in order, then one for each part that could not be used."""
    at = received.received_at
    events: list[Event] = [AlertReceived(alert, at) for alert in parsed.alerts]
    if parsed.rejected:
        headers = kept_headers(received)
        events += [
            BodyQuarantined(
                received.source, one.reason, one.detail, one.body, headers, at, one.count
            )
            for one in parsed.rejected
        ]
    return events


def events_in(source: Source | None, received: Received) -> list[Event]:
    """The events of a body that was accepted before: what cannot be used now is set aside whole."""
    if source is None:
        return [set_aside(received, NO_SOURCE, "its source is not configured any more")]
    try:
        return events_of(parse(source, received), received)
    except Malformed as error:
        return [set_aside(received, error.reason, str(error))]
    except Exception:
        log.exception("body.failed", source=received.source)
        return [set_aside(received, PARSER_FAILED, "a fault of triaged: see its log")]


def set_aside(received: Received, reason: str, detail: str) -> BodyQuarantined:
    """The whole body goes to quarantine, verbatim."""
    at = received.received_at
    headers = kept_headers(received)
    return BodyQuarantined(received.source, reason, detail, received.body, headers, at)


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
