"""Alerts with the observations of their last episodes: the one join of the two, and its walk.

Labels are the sender's with the rules' laid over them, as they were when the episode began.
"""

from collections.abc import AsyncIterator

import msgspec

from triaged.core.records.model import Labels
from triaged.core.view import AlertId
from triaged.store.database.base import Database, Reader, Row
from triaged.store.tables.alerts import COLUMNS, StoredAlert, stored_alert
from triaged.store.tables.observations import Verdict

OBSERVED_ALERTS = "alerts a LEFT JOIN observations o ON o.id = a.observation"
"""Every alert once; nothing of an observation that retention has taken."""

SELECT = f"""SELECT {", ".join(f"a.{name}" for name in COLUMNS)}, a.inhibits,
        o.received_at, o.starts_at, o.annotations, o.outcome
    FROM {OBSERVED_ALERTS}"""
FIRING = f"""{SELECT} WHERE (a.source, a.fingerprint) > ($1, $2) AND a.firing = 1
    ORDER BY a.source, a.fingerprint LIMIT $3"""


class _Laid(msgspec.Struct, frozen=True):
    """The labels of `observations.Verdict`."""

    laid_over: dict[str, str] = {}


_labels = msgspec.json.Decoder(dict[str, str]).decode
_laid = msgspec.json.Decoder(_Laid).decode
_verdict = msgspec.json.Decoder(Verdict).decode


class Observed(msgspec.Struct, frozen=True):
    """The start of an episode as it was seen."""

    received_at: int
    starts_at: int
    annotations: dict[str, str]
    verdict: Verdict


class ObservedAlert(msgspec.Struct, frozen=True):
    """An alert, and its last episode's start; None where retention has taken that."""

    alert: StoredAlert
    inhibits: bool
    observed: Observed | None
    labels: Labels
    """The sender's labels with those of the rules."""

    @property
    def identity(self) -> AlertId:
        """(source, fingerprint)."""
        return (self.alert.source, self.alert.fingerprint)


def laid_over(labels: str, outcome: str | None) -> dict[str, str]:
    """The sender's labels (JSON) with those of the rules (from the episode's verdict, JSON)."""
    found = _labels(labels)
    if outcome is None or "laid_over" not in outcome:
        return found
    return _with_rules(found, _laid(outcome).laid_over)


def _with_rules(sent: dict[str, str], laid: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in (sent | laid).items() if value} if laid else sent


def observed_alert(row: Row) -> ObservedAlert:
    """The alert of a row of `SELECT`."""
    *alert, inhibits, received_at, starts_at, annotations, outcome = row
    stored, observed = stored_alert(alert), None
    labels = stored.labels
    if outcome is not None:
        verdict = _verdict(outcome)
        observed = Observed(received_at, starts_at, _labels(annotations), verdict)
        labels = _with_rules(labels, verdict.laid_over)
    return ObservedAlert(stored, bool(inhibits), observed, labels)


async def firing_after(tx: Reader, identity: AlertId, limit: int) -> list[ObservedAlert]:
    """Up to `limit` firing alerts behind `identity`, in the order of their identities."""
    return [observed_alert(row) for row in await tx.fetch(FIRING, *identity, limit)]


async def walk_firing(database: Database, limit: int) -> AsyncIterator[list[ObservedAlert]]:
    """All alerts that fire, up to `limit` at a time, in the order of their identities.

    Each part is read in a transaction of its own, so that a long walk is in nobody's way.
    """
    after: AlertId = ("", "")
    while True:
        async with database.reading() as tx:
            part = await firing_after(tx, after, limit)
        if part:
            yield part
        if len(part) < limit:
            return
        after = part[-1].identity
