"""Alertmanager's webhook, version "4" and the shapes before and beside it.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

An alert's own status decides, never `endsAt`; a group that resolves in part is `firing` at the
top. The sender's fingerprint is kept; where there is none (Alertmanager before 0.18, clients
written by hand) it is computed from the labels.
"""

from collections.abc import Iterator

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Received
from triaged.ingest.common.bodies import without_nul, without_surrogates
from triaged.ingest.common.elements import Element, alert_of
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.common.groups import (
    ALERTS,
    Envelope,
    QuickAlert,
    end_of,
    envelope_of,
    group_of,
)
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import Link, Whole
from triaged.ingest.common.pieces import Piece, cut
from triaged.ingest.common.senders import origin_of

STALE_AFTER_US: int | None = 25 * 3_600_000_000
"""Six times the default `repeat_interval` of 4 h, and more than a day: an alert that was silenced
or inhibited away never sends its resolve."""


class Settings(msgspec.Struct, frozen=True):
    """A source of kind `alertmanager` has no keys of its own."""


class _Quick(msgspec.Struct, gc=False):
    alerts: list[QuickAlert]
    status: str = ""
    truncated: Whole = msgspec.field(name="truncatedAlerts", default=0)
    external_url: Link | None = msgspec.field(name="externalURL", default=None)
    group_key: str | None = msgspec.field(name="groupKey", default=None)


class _Keys(msgspec.Struct):
    alerts: list[msgspec.Raw]
    version: object = None
    group_key: object = msgspec.field(name="groupKey", default=None)
    org: object = msgspec.field(name="orgId", default=None)


_QUICK = msgspec.json.Decoder(_Quick)
_KEYS = msgspec.json.Decoder(_Keys)


def parse(received: Received, settings: Settings) -> Parsed:  # noqa: ARG001 - the kinds' contract
    """The alerts of a group, in its order."""
    body = without_nul(received.body)
    try:
        return _quick(received, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        envelope = envelope_of(without_surrogates(body))
    return envelope.parse(received, lambda group, element: _alert(received, group, element))


def count(received: Received, settings: Settings) -> int | None:  # noqa: ARG001 - as `parse`
    """The number of alerts that `parse` gives, at half its cost; None: only `parse` can tell."""
    try:
        group = _QUICK.decode(without_nul(received.body))
        for one in group.alerts:
            _status(one, group)
            if one.starts_at:
                instant_of(one.starts_at)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        return None
    return len(group.alerts)


def pieces(body: bytes, settings: Settings) -> Iterator[Piece | None]:  # noqa: ARG001 - as `parse`
    """A large body as bodies that `parse` takes."""
    return cut(body, ALERTS)


def detect(body: bytes) -> bool:
    """True if `body` is a group of alerts, and not Grafana's."""
    try:
        keys = _KEYS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return keys.org is None and keys.version in {None, "3", "4"}


def _quick(received: Received, body: bytes) -> Parsed:
    group = _QUICK.decode(body)
    source, named = received.source, group_of(group.group_key or "")
    sender = origin_of(group.external_url or "") or received.caller
    truncated = group.truncated
    alerts = [
        Alert(
            source,
            one.fingerprint or fingerprint(one.labels),
            firing,
            one.labels,
            one.annotations or {},
            instant_of(one.starts_at) if one.starts_at else None,
            None if firing else end_of(one.ends_at),
            one.generator_url or "",
            truncated,
            sender,
            False,  # noqa: FBT003 - positional: half the time of keywords
            named,
        )
        for one in group.alerts
        for firing in (_status(one, group) == "firing",)
    ]
    return Parsed(alerts)


def _status(alert: QuickAlert, group: _Quick) -> str:
    status = alert.status or group.status
    if status not in {"firing", "resolved"}:
        raise msgspec.ValidationError(status)
    return status


def _alert(received: Received, group: Envelope, element: Element) -> Alert:
    alert = alert_of(received.source, element, firing=group.is_firing(element))
    return group.placed(alert, element, received.caller)
