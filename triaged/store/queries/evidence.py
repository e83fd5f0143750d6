"""Evidence of an incident, read when something is said of it: its first alerts, its last pages."""

from collections.abc import Sequence

from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.model import Page
from triaged.core.text.facts import ALERTS_SHOWN, PAGES_READ, Evidence, ReportedAlert
from triaged.store.database.base import Reader
from triaged.store.tables import pages
from triaged.store.tables.observed_alerts import SELECT, ObservedAlert, observed_alert


async def of_incident(tx: Reader, number: int, duty: DutyFacts = NO_FACTS) -> Evidence:
    """What is said of the incident beside its row; empty where it has no alerts and no pages."""
    alerts = await alerts_of(tx, number, ALERTS_SHOWN)
    return evidence_of(alerts, await pages.last_of(tx, number, PAGES_READ), duty)


async def alerts_of(tx: Reader, number: int, limit: int) -> list[ObservedAlert]:
    """Alerts of the incident, those that fire before those that are over."""
    rows = await tx.fetch(
        f"""{SELECT} WHERE a.incident = $1
            ORDER BY a.firing DESC, a.observation, a.source, a.fingerprint LIMIT $2""",
        number,
        limit,
    )
    return [observed_alert(row) for row in rows]


def evidence_of(
    alerts: Sequence[ObservedAlert], found: Sequence[Page], duty: DutyFacts = NO_FACTS
) -> Evidence:
    """What these alerts and pages say of their incident."""
    reported = tuple(
        ReportedAlert(
            one.labels, one.alert.annotations, one.alert.url, one.alert.firing, one.alert.starts_at
        )
        for one in alerts[:ALERTS_SHOWN]
    )
    return Evidence(reported, tuple(found), duty)
