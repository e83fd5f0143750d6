"""Grafana's old alerting (up to version 10): one body per rule, without labels of an alert.

https://grafana.com/docs/grafana/v8.5/alerting/old-alerting/notifications/#webhook

The rule is the alert: identity is `ruleId` within `orgId`, because a resolve (`state: ok`) has
no matches to tell series by. Labels are the rule's name as `alertname`, its tags, and where to
find it; the matches become an annotation. OnCall's "formatted webhook" has `alert_uid` instead.
"""

from collections.abc import Mapping

import msgspec

from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.common.labels import Whole, bounded
from triaged.wire import decoded

FIRING = frozenset({"alerting", "no_data"})
RESOLVED = frozenset({"ok", "paused"})
"""Nobody evaluates a paused rule: its alert would fire for ever."""

WAITING = frozenset({"pending", "unknown"})
"""Not yet an alert: nothing is reported."""

MATCHES_MAX = 20
"""Matches that are told; a rule over a fleet may have thousands."""


class _Match(msgspec.Struct):
    value: object = None
    metric: object = None


class LegacyBody(msgspec.Struct):
    """One state change of one rule; every field but `state` may be missing."""

    state: str
    rule_id: Whole | str | None = msgspec.field(name="ruleId", default=None)
    rule_name: str | None = msgspec.field(name="ruleName", default=None)
    rule_url: str | None = msgspec.field(name="ruleUrl", default=None)
    rule_url_old: str | None = msgspec.field(name="rule_url", default=None)
    title: str | None = None
    message: str | None = None
    image_url: str | None = msgspec.field(name="imageUrl", default=None)
    org_id: Whole | None = msgspec.field(name="orgId", default=None)
    dashboard_id: Whole | None = msgspec.field(name="dashboardId", default=None)
    panel_id: Whole | None = msgspec.field(name="panelId", default=None)
    tags: dict[str, object] | None = None
    matches: list[_Match] | None = msgspec.field(name="evalMatches", default=None)
    alert_uid: str | None = None
    upstream: str | None = msgspec.field(name="link_to_upstream_details", default=None)


_BODY = msgspec.json.Decoder(LegacyBody)


def parse_legacy(received: Received, body: bytes) -> Parsed:
    """At most one alert; none for a rule that is pending."""
    one = decoded(_BODY, body)
    state = one.state.lower()
    if state in WAITING:
        return Parsed([])
    if state not in FIRING | RESOLVED:
        allowed = ", ".join(sorted(FIRING | RESOLVED | WAITING))
        message = f"{one.state[:40]!r} is no state; one of {allowed} is expected"
        raise Malformed(Reason.BAD_STATUS, message, "$.state")
    labels, annotations = bounded(_labels(one), _annotations(one))
    url = one.rule_url or one.rule_url_old or one.upstream or ""
    alert = Alert(
        received.source, _identity(one), state in FIRING, labels, annotations, None, None, url
    )
    return Parsed([alert])


def _identity(one: LegacyBody) -> str:
    if one.rule_id is not None:
        return f"rule-{one.org_id or 1}-{str(one.rule_id)[:200]}"
    if one.alert_uid:
        return f"uid-{one.alert_uid[:200]}"
    message = "`ruleId` is missing: nothing tells this alert from others"
    raise Malformed(Reason.WRONG_SHAPE, message, "$.ruleId")


def _labels(one: LegacyBody) -> dict[str, str]:
    given = {
        "alertname": one.rule_name or one.title or _identity(one),
        "orgId": one.org_id,
        "dashboardId": one.dashboard_id,
        "panelId": one.panel_id,
        "ruleId": one.rule_id,
    }
    labels = {name: str(value) for name, value in given.items() if value is not None}
    return _texts(one.tags or {}) | labels


def _annotations(one: LegacyBody) -> dict[str, str]:
    told = one.matches or []
    matches = ", ".join(
        f"{_text(match.metric)}={_text(match.value)}" for match in told[:MATCHES_MAX]
    )
    if len(told) > MATCHES_MAX:
        matches += f", and {len(told) - MATCHES_MAX} more"
    given = {
        "summary": one.title,
        "description": one.message,
        "matches": matches,
        "imageURL": one.image_url,
        "state": one.state,
    }
    return {name: text for name, text in given.items() if text}


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: text for name, value in values.items() if name and (text := _text(value))}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
