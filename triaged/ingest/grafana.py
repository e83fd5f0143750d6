"""Grafana's webhook contact point, and the one of its old alerting.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/

The body is Alertmanager's with `version: "1"` and more fields; `status` decides, never `state`.
The fingerprint covers labels that the body does not show, so it is kept and never computed;
organisations other than the first have theirs before it, because rules of two may share a UID.
Where an alert has pictures and links, they become annotations under the names that Grafana uses.
"""

import hmac
from collections.abc import Iterator, Mapping

import msgspec

from triaged.core.records.labels import TEST
from triaged.core.records.model import Alert
from triaged.errors import Malformed, Unauthorized
from triaged.ingest import Parsed, Received
from triaged.ingest.common.bodies import without_nul, without_surrogates
from triaged.ingest.common.elements import Element, alert_of, sent_fingerprint, url_of
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.common.grafana_legacy import parse_legacy
from triaged.ingest.common.groups import (
    ALERTS,
    Envelope,
    QuickAlert,
    end_of,
    envelope_of,
    group_of,
)
from triaged.ingest.common.instants import instant_of
from triaged.ingest.common.labels import AnnotationText, Link, Whole, bounded, whole_of
from triaged.ingest.common.pieces import Piece, cut
from triaged.ingest.common.senders import origin_of
from triaged.wire import Secret

STALE_AFTER_US: int | None = 25 * 3_600_000_000
"""As for Alertmanager: Grafana repeats every 4 h by default, and "disable resolve message" and
silences keep resolves from coming."""

SIGNATURE_AGE_MAX_US = 300_000_000
"""A signed body is not taken for longer: it could be a replay. Grafana sends within 30 s."""

EXTRAS = ("dashboardURL", "panelURL", "silenceURL", "imageURL", "valueString", "ruleUID")
"""Fields of an alert that Alertmanager's has not."""

MAIN_ORG = (None, 0, 1)


class Settings(msgspec.Struct, frozen=True):
    """Keys of a source of kind `grafana`; with `hmac_secret`, a signature replaces the token."""

    hmac_secret: Secret | None = None
    """Secret of the contact point's "HMAC signature"."""
    hmac_header: str = "X-Grafana-Alerting-Signature"
    """Header that holds the signature."""
    hmac_timestamp_header: str | None = None
    """Header that holds the time of sending, which Grafana signs, too, when it is configured."""


class _Quick(QuickAlert, gc=False):
    org: Whole | None = msgspec.field(name="orgId", default=None)
    dashboard_url: AnnotationText | None = msgspec.field(name="dashboardURL", default=None)
    panel_url: AnnotationText | None = msgspec.field(name="panelURL", default=None)
    silence_url: AnnotationText | None = msgspec.field(name="silenceURL", default=None)
    image_url: AnnotationText | None = msgspec.field(name="imageURL", default=None)
    values: AnnotationText | None = msgspec.field(name="valueString", default=None)
    rule: AnnotationText | None = msgspec.field(name="ruleUID", default=None)


class _Group(msgspec.Struct, gc=False):
    alerts: list[_Quick]
    status: str = ""
    org: Whole | None = msgspec.field(name="orgId", default=None)
    truncated: Whole = msgspec.field(name="truncatedAlerts", default=0)
    external_url: Link | None = msgspec.field(name="externalURL", default=None)
    group_key: str | None = msgspec.field(name="groupKey", default=None)


class _Keys(msgspec.Struct):
    alerts: list[msgspec.Raw] | None = None
    version: object = None
    title: object = None
    org: object = msgspec.field(name="orgId", default=None)
    rule: object = msgspec.field(name="ruleId", default=None)
    uid: object = msgspec.field(name="alert_uid", default=None)

    @property
    def is_legacy(self) -> bool:
        return self.alerts is None and (self.rule is not None or self.uid is not None)


_QUICK = msgspec.json.Decoder(_Group)
_KEYS = msgspec.json.Decoder(_Keys)


def parse(received: Received, settings: Settings) -> Parsed:  # noqa: ARG001 - the kinds' contract
    """The alerts of a group, in its order, or the one of an old rule."""
    body = without_nul(received.body)
    try:
        return _quick(received, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Malformed):
        body = without_surrogates(body)
        keys = _keys(body)
    if keys is not None and keys.is_legacy:
        return parse_legacy(received, body)
    envelope = envelope_of(body)
    known = keys or _Keys()
    return envelope.parse(received, lambda group, element: _alert(received, group, element, known))


def pieces(body: bytes, settings: Settings) -> Iterator[Piece | None]:  # noqa: ARG001 - as `parse`
    """A large body as bodies that `parse` takes."""
    return cut(body, ALERTS)


def detect(body: bytes) -> bool:
    """True if `body` has keys that only Grafana sends."""
    keys = _keys(body)
    if keys is None:
        return False
    return keys.is_legacy or (keys.alerts is not None and keys.org is not None)


def verify(received: Received, settings: Settings) -> bool:
    """True if a signature is required; `Unauthorized` when it is and does not hold.

    Hexadecimal HMAC-SHA256 of the body, or of "<unix seconds>:<body>" with a timestamp header:
    https://github.com/grafana/alerting/blob/main/http/hmac.go
    """
    if settings.hmac_secret is None:
        return False
    signed = received.body
    if settings.hmac_timestamp_header:
        stamp = received.headers.get(settings.hmac_timestamp_header.lower(), "")
        _bound_age(stamp, received.received_at)
        signed = b"%b:%b" % (stamp.encode(), signed)
    given = received.headers.get(settings.hmac_header.lower(), "").strip().lower()
    key = settings.hmac_secret.reveal().encode()
    if not hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), hmac.digest(key, signed, "sha256").hex().encode()
    ):
        raise Unauthorized(f"the signature in {settings.hmac_header} is missing or wrong")
    return True


def problems(settings: Settings) -> list[str]:
    """The mistakes in the settings, each as `key.path: message`."""
    if settings.hmac_timestamp_header and settings.hmac_secret is None:
        return ["hmac_timestamp_header needs hmac_secret: without it no signature is checked"]
    return []


def _bound_age(stamp: str, now: int) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Unauthorized("the timestamp of the signature is missing or not in Unix seconds")
    if abs(now - int(stamp) * 1_000_000) > SIGNATURE_AGE_MAX_US:
        raise Unauthorized("the signature is older or newer than five minutes")


def _keys(body: bytes) -> _Keys | None:
    try:
        return _KEYS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _quick(received: Received, body: bytes) -> Parsed:
    group = _QUICK.decode(body)
    source, named = received.source, group_of(group.group_key or "")
    sender = origin_of(group.external_url or "") or received.caller
    whole, truncated = group.status, group.truncated
    alerts = []
    for one in group.alerts:
        status = one.status or whole
        if status not in {"firing", "resolved"}:
            raise msgspec.ValidationError(status)
        firing = status == "firing"
        alerts.append(
            Alert(
                source,
                _identity(one.fingerprint or fingerprint(one.labels), one.org or group.org),
                firing,
                one.labels,
                _told(one),
                instant_of(one.starts_at) if one.starts_at else None,
                None if firing else end_of(one.ends_at),
                one.generator_url or "",
                truncated,
                sender,
                False,  # noqa: FBT003 - positional: half the time of keywords
                named,
            )
        )
    return Parsed(alerts)


def _told(one: _Quick) -> dict[str, str]:
    extras = (
        one.dashboard_url,
        one.panel_url,
        one.silence_url,
        one.image_url,
        one.values,
        one.rule,
    )
    told = {name: text for name, text in zip(EXTRAS, extras, strict=True) if text}
    return told | (one.annotations or {})


def _alert(received: Received, group: Envelope, element: Element, keys: _Keys) -> Alert:
    source = received.source
    firing = group.is_firing(element)
    extras = {name: text for name in EXTRAS if (text := element.text(name))}
    if element.has_labels() or not sent_fingerprint(element):
        alert = alert_of(source, element, firing=firing, extras=extras)
    else:  # Grafana's test button of version 8 sends labels {}; the group's title names it
        title = {"title": keys.title} if isinstance(keys.title, str) else {}
        alert = _unlabelled(source, element, firing=firing, extras=extras | title)
        alert = msgspec.structs.replace(alert, labels={TEST: "grafana"})
    org = element.whole("orgId") or whole_of(keys.org)
    known = msgspec.structs.replace(alert, fingerprint=_identity(alert.fingerprint, org))
    return group.placed(known, element, received.caller)


def _unlabelled(source: str, element: Element, *, firing: bool, extras: Mapping[str, str]) -> Alert:
    _, annotations = bounded({}, {**extras, **element.annotations()})
    starts_at = element.instant("startsAt")
    fingerprint_sent = sent_fingerprint(element)
    url = url_of(element)
    return Alert(source, fingerprint_sent, firing, {}, annotations, starts_at, None, url)


def _identity(given: str, org: int | None) -> str:
    return given if org in MAIN_ORG else f"{org}:{given}"
