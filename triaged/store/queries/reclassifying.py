"""Today's rules on the alerts that fire already: a walk in small parts, beside ingest."""

from collections.abc import AsyncIterator

import msgspec

from triaged.core.records.events import Reclassification
from triaged.core.records.model import Alert
from triaged.core.settings import Classifier
from triaged.store.database.base import Database
from triaged.store.tables.alerts import StoredAlert
from triaged.store.tables.observed_alerts import ObservedAlert, walk_firing

AT_ONCE = 500
"""Alerts that are classified between two looks at what else is to be done: some ms."""


class Part(msgspec.Struct, frozen=True):
    """Some of the firing alerts."""

    looked_at: int
    differing: list[tuple[StoredAlert, Reclassification]]
    """Alerts that have another severity now, or the same by another rule."""


async def walk(database: Database, rules: Classifier) -> AsyncIterator[Part]:
    """All firing alerts, a part at a time, each classified as of when its episode was received."""
    async for part in walk_firing(database, AT_ONCE):
        verdicts = [(one.alert, _today(rules, one)) for one in part]
        yield Part(
            len(part), [(stored, verdict) for stored, verdict in verdicts if verdict is not None]
        )


def _today(rules: Classifier, one: ObservedAlert) -> Reclassification | None:
    """The outcome by today's rules; None where it is that of the episode's start."""
    stored, observed = one.alert, one.observed
    alert = Alert(
        stored.source,
        stored.fingerprint,
        firing=True,
        labels=stored.labels,
        annotations=stored.annotations,
        starts_at=stored.starts_at,
        url=stored.url,
    )
    outcome = rules.classify(alert, observed.received_at if observed else stored.starts_at)
    if (outcome.severity, outcome.rule) == (stored.severity, stored.rule):
        return None
    return Reclassification(stored.source, stored.fingerprint, outcome)
