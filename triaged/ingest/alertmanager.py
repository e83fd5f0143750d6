"""Alertmanager's webhook, version "4" and the shapes before and beside it.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

An alert's own status decides, never `endsAt`; a group that resolves in part is `firing` at the
top. The sender's fingerprint is kept; where there is none (Alertmanager before 0.18, clients
written by hand) it is computed from the labels.
"""

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Received
from triaged.ingest.common.bodies import without_nul, without_surrogates
from triaged.ingest.common.elements import Element, alert_of
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.common.groups import Envelope, QuickAlert, envelope_of
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import Whole

STALE_AFTER_US: int | None = 25 * 3_600_000_000
"""Six times the default `repeat_interval` of 4 h, and more than a day: an alert that was silenced
or inhibited away never sends its resolve."""


class Settings(msgspec.Struct, frozen=True):
    """A source of kind `alertmanager` has no keys of its own."""


class _Quick(msgspec.Struct, gc=False):
    alerts: list[QuickAlert]
    status: str = ""
    truncated: Whole = msgspec.field(name="truncatedAlerts", default=0)


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
        return _quick(received.source, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        envelope = envelope_of(without_surrogates(body))
    source = received.source
    return envelope.parse(lambda group, element: _alert(source, group, element))


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


def detect(body: bytes) -> bool:
    """Whether `body` is a group of alerts, and not Grafana's."""
    try:
        keys = _KEYS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return keys.org is None and keys.version in {None, "3", "4"}


def _quick(source: str, body: bytes) -> Parsed:
    group = _QUICK.decode(body)
    truncated = group.truncated
    alerts = [
        Alert(
            source,
            one.fingerprint or fingerprint(one.labels),
            _status(one, group) == "firing",
            one.labels,
            one.annotations or {},
            instant_of(one.starts_at) if one.starts_at else None,
            None,
            one.generator_url or "",
            truncated,
        )
        for one in group.alerts
    ]
    return Parsed(alerts)


def _status(alert: QuickAlert, group: _Quick) -> str:
    status = alert.status or group.status
    if status not in {"firing", "resolved"}:
        raise msgspec.ValidationError(status)
    return status


def _alert(source: str, group: Envelope, element: Element) -> Alert:
    alert = alert_of(source, element, firing=group.is_firing(element))
    return msgspec.structs.replace(alert, truncated=group.left_out)
