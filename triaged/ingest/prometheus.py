"""Alertmanager's API v2, `POST /api/v2/alerts`.

What Prometheus, vmalert and the rulers of Loki, Thanos and Mimir send, and clients written by
hand: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml

An `endsAt` that is past is a resolve, the only one there is; one in the future is when the alert
lapses unless it is repeated. Without one it lapses after five minutes. What Grafana's contact point
"Alertmanager" sends is known by its fields: its `endsAt` does not say when the next report comes.

As lenient and as strict as Alertmanager 0.25 (`tests/ingest/test_conformance.py`), but
- names of labels and annotations may be any text, as in Alertmanager since 0.27;
- a bad `generatorURL` is kept as text: nobody should miss a page for a bad link;
- an `endsAt` before a `startsAt` that is past, too, is an end: it can mean nothing else;
- one bad alert of several is set aside and the others are accepted;
- a list that holds null is an error, where Alertmanager crashes.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.bodies import listed, without_nul, without_surrogates
from triaged.ingest.common.elements import Element, alert_of, each
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import Annotations, Labels, Link
from triaged.ingest.common.pieces import Piece, cut
from triaged.ingest.common.senders import origin_of
from triaged.wire import decoded

STALE_AFTER_US: int | None = None
"""The sender says when its alerts lapse: `endsAt`."""

CONTACT_POINT_US = 25 * 3_600_000_000
"""Time after which an alert of Grafana's contact point "Alertmanager" lapses, as those of its
webhook do: it is sent at each `repeat_interval`, long after the `endsAt` that it has."""

GRAFANA_RULE = "__alert_rule_uid__"
"""A label that only Grafana sends."""

RESOLVE_TIMEOUT_US = 300_000_000
"""Time after which an alert without `endsAt` lapses: Alertmanager's `resolve_timeout`, 5
minutes."""

_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
"""msgspec's text for the position at which the document ended: one byte past the first surplus
one."""


class Settings(msgspec.Struct, frozen=True):
    """A source of kind `prometheus` has no keys of its own."""


class _Posted(msgspec.Struct, gc=False):
    labels: Labels
    annotations: Annotations | None = None
    starts_at: str | None = msgspec.field(name="startsAt", default=None)
    ends_at: str | None = msgspec.field(name="endsAt", default=None)
    generator_url: Link | None = msgspec.field(name="generatorURL", default=None)
    updated_at: object = msgspec.field(name="UpdatedAt", default=None)
    """Grafana's contact point "Alertmanager" sends it, and no other."""


_QUICK = msgspec.json.Decoder(list[_Posted])
_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None)


def parse(received: Received, settings: Settings) -> Parsed:  # noqa: ARG001 - the kinds' contract
    """The alerts of a list, in its order."""
    body = without_nul(received.body)
    try:
        return _quick(received, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        elements = _elements(without_surrogates(body))
    return each(received, elements, "$", lambda element: _alert(received, element), listed)


def count(received: Received, settings: Settings) -> int | None:  # noqa: ARG001 - as `parse`
    """The number of alerts that `parse` gives, at a third of its cost; None: it alone can tell."""
    now = received.received_at
    try:
        posted = _QUICK.decode(without_nul(received.body))
        for one in posted:
            _times(one, now)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        return None
    return len(posted)


def pieces(body: bytes, settings: Settings) -> Iterator[Piece | None]:  # noqa: ARG001 - as `parse`
    """A large body as bodies that `parse` takes."""
    return cut(body, ())


def detect(body: bytes) -> bool:
    """True if `body` is a list of objects with labels."""
    try:
        posted = _QUICK.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return bool(posted)


def _quick(received: Received, body: bytes) -> Parsed:
    source, now, caller = received.source, received.received_at, received.caller
    alerts = []
    for one in _QUICK.decode(body):
        labels, url = one.labels, one.generator_url or ""
        starts_at, ends_at = _times(one, now)
        firing = ends_at > now
        if firing and (one.updated_at is not None or GRAFANA_RULE in labels):
            ends_at = now + CONTACT_POINT_US
        alerts.append(
            Alert(
                source,
                fingerprint(labels),
                firing,
                labels,
                one.annotations or {},
                starts_at,
                ends_at,
                url,
                0,
                origin_of(url) or caller,
                True,  # noqa: FBT003 - positional: half the time of keywords
            )
        )
    return Parsed(alerts)


def _times(posted: _Posted, now: int) -> tuple[int | None, int]:
    """(start, end), or `Malformed`."""
    starts_at = instant_of(posted.starts_at) if posted.starts_at else None
    ends_at = instant_of(posted.ends_at) if posted.ends_at else None
    if ends_at is None:
        ends_at = now + RESOLVE_TIMEOUT_US
    if starts_at is not None and ends_at < starts_at and starts_at > now:
        raise _ends_before_start("$")
    return starts_at, ends_at


def _elements(body: bytes) -> Sequence[msgspec.Raw]:
    """The list unread: bytes that are no UTF-8 are replaced, what follows the list is ignored."""
    text = body.decode("utf-8", "replace").encode()
    try:
        return decoded(_LIST, text) or []
    except Malformed as error:
        trailing = _TRAILING.search(error.problem.message)
        if trailing is None:
            raise
    return decoded(_LIST, text[: int(trailing[1]) - 1]) or []


def _alert(received: Received, element: Element) -> Alert:
    starts_at, ends_at = element.instant("startsAt"), element.instant("endsAt")
    if ends_at is None:
        ends_at = received.received_at + RESOLVE_TIMEOUT_US
    if starts_at is not None and ends_at < starts_at and starts_at > received.received_at:
        raise _ends_before_start(element.where)
    firing = ends_at > received.received_at
    if firing and (element.has("UpdatedAt") or GRAFANA_RULE in element.labels()):
        ends_at = received.received_at + CONTACT_POINT_US
    alert = alert_of(received.source, element, firing=firing)
    sender = origin_of(alert.url) or received.caller
    return msgspec.structs.replace(alert, ends_at=ends_at, sender=sender, is_copy=True)


def _ends_before_start(where: str) -> Malformed:
    return Malformed(Reason.BAD_TIME, "endsAt is before a startsAt that is ahead", where)
