"""Alerts of Grafana that are recognised: the state that it could not evaluate, its test button.

Grafana fires when a query fails or gives nothing, under a name of its own or of the real rule:
https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/stale-alert-instances/
"""

import re

from triaged.core.records.labels import STATE_REASON, TEST
from triaged.core.records.model import Alert

REASON_MAX = 100
"""Characters of a reason that are kept: `Error, KeepLast` is a long one."""

NO_DATA, ERROR = "DatasourceNoData", "DatasourceError"
"""Alerts in which Grafana says that a rule has no answer; the label `rulename` is the rule's."""

_OWN = frozenset({NO_DATA, ERROR})

WORDS = {"Error": "Grafana query failed", "NoData": "Grafana got no data"}
"""By reason; any other is told as it is."""

_GONE = re.compile(
    r"connection (?:refused|reset)|no such host|i/o timeout|no route to host|dial tcp"
    r"|network is unreachable|deadline exceeded|bad gateway|service unavailable|gateway timeout"
    r"|data ?source (?:was )?not found",
    re.IGNORECASE,
)
"""Errors in the annotation `Error` that tell of a data source that is gone, not a wrong query."""


def recognised(alert: Alert) -> dict[str, str]:
    """The labels of ours for what an alert says elsewhere: nearly always none."""
    found: dict[str, str] = {}
    reason = alert.annotations.get(STATE_REASON)
    if reason:
        found[STATE_REASON] = reason[:REASON_MAX]
    labels = alert.labels
    if labels.get("alertname") == "TestAlert" and labels.get("instance") == "Grafana":
        found[TEST] = "grafana"
    return {name: text for name, text in found.items() if name not in labels} if found else found


def distinguishing(alert: Alert) -> tuple[str, ...]:
    """The label that tells apart alerts of Grafana's own names, which the usual ones do not.

    One incident for each rule; one for the data source where that is gone for all of them.
    """
    name = alert.labels.get("alertname")
    if name not in _OWN:
        return ()
    if name == ERROR and _GONE.search(alert.annotations.get("Error", "")[:2000]):
        return ("datasource_uid",)
    return ("rulename",)


def titled(alert: Alert, title: str) -> str:
    """The title with why Grafana fires, where it has not seen the trouble itself."""
    reason = alert.labels.get(STATE_REASON)
    if not reason or reason in title:
        return title
    first = reason.partition(",")[0].strip()
    return f"{WORDS.get(first, 'Grafana')} ({reason}): {title}"


def subject(alert: Alert) -> str:
    """The rule, and perhaps the data source, of which Grafana's own alert speaks; else nothing."""
    labels = alert.labels
    rule = labels.get("rulename", "")
    if not rule:
        return ""
    match distinguishing(alert):
        case ("datasource_uid",) if uid := labels.get("datasource_uid"):
            return f"data source {uid} is not reached (rule {rule})"
        case ():
            return ""
        case _:
            return rule
