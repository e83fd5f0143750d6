"""What today's rules make of the alerts that fire already: a walk in small pages, beside ingest."""

from collections.abc import AsyncIterator

import msgspec

from triaged.core.records.events import Reclassification
from triaged.core.records.model import Alert
from triaged.core.settings import Classifier
from triaged.store.database.base import Database
from triaged.store.tables import alerts
from triaged.store.tables.alerts import StoredAlert

AT_ONCE = 500
"""Alerts that are classified between two looks at what else is to be done: some ms."""


class Part(msgspec.Struct, frozen=True):
    """Some of the firing alerts."""

    looked_at: int
    differing: list[tuple[StoredAlert, Reclassification]]
    """Those with another severity, or the same by another rule."""


async def walk(database: Database, rules: Classifier) -> AsyncIterator[Part]:
    """All firing alerts, a page at a time, each as of the instant at which its episode began."""
    after = ("", "")
    while True:
        async with database.reading() as tx:
            page = await alerts.firing_after(tx, after, AT_ONCE)
        if not page:
            return
        verdicts = [(stored, _today(rules, stored, at)) for stored, at in page]
        yield Part(
            len(page), [(stored, verdict) for stored, verdict in verdicts if verdict is not None]
        )
        after = (page[-1][0].source, page[-1][0].fingerprint)


def _today(rules: Classifier, stored: StoredAlert, at: int) -> Reclassification | None:
    """What today's rules make of an alert that began at `at`; None: what it is already."""
    alert = Alert(
        stored.source,
        stored.fingerprint,
        firing=True,
        labels=stored.labels,
        annotations=stored.annotations,
        starts_at=stored.starts_at,
        url=stored.url,
    )
    outcome = rules.classify(alert, at)
    if (outcome.severity, outcome.rule) == (stored.severity, stored.rule):
        return None
    return Reclassification(stored.source, stored.fingerprint, outcome)
