"""Evidence of an incident, read when something is said of it: its first alerts, its last pages."""

from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.text.facts import ALERTS_SHOWN, PAGES_READ, Evidence, ReportedAlert
from triaged.store.database.base import Reader
from triaged.store.tables import pages
from triaged.store.tables.observed_alerts import SELECT, observed_alert


async def of_incident(tx: Reader, number: int, duty: DutyFacts = NO_FACTS) -> Evidence:
    """What is said of the incident beside its row; empty where it has no alerts and no pages."""
    rows = await tx.fetch(
        f"""{SELECT} WHERE a.incident = $1
            ORDER BY a.firing DESC, a.observation, a.source, a.fingerprint LIMIT $2""",
        number,
        ALERTS_SHOWN,
    )
    alerts = tuple(
        ReportedAlert(
            one.labels, one.alert.annotations, one.alert.url, one.alert.firing, one.alert.starts_at
        )
        for one in map(observed_alert, rows)
    )
    return Evidence(alerts, tuple(await pages.last_of(tx, number, PAGES_READ)), duty)
