"""Today's rules over what fires, on both databases."""

from tests.core.world import ByLabels
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.model import Alert, Outcome, Severity
from triaged.store.database.connect import Database
from triaged.store.queries.reclassifying import AT_ONCE, walk


class Today(ByLabels):
    """Everything about pods is SEV-2 now."""

    def classify(self, alert: Alert, now: int) -> Outcome:
        """As the labels say, or SEV-2."""
        labels = {"severity": "SEV-2"} if "pod" in alert.labels else {}
        changed = Alert(alert.source, alert.fingerprint, True, {**alert.labels, **labels}, {})
        return super().classify(changed, now)


async def test_what_fires_and_differs_is_found_in_pages(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    events = [desk.fires(severity="SEV-2" if n % 2 else "SEV-3", pod=str(n)) for n in range(700)]
    await desk.handle(*events)
    await desk.handle(desk.fires(alertname="Other"), desk.ends(pod="0"))

    parts = [part async for part in walk(database, Today())]

    assert [part.looked_at for part in parts] == [AT_ONCE, 700 - AT_ONCE]
    differing = [one for part in parts for one in part.differing]
    assert len(differing) == 349
    assert {(stored.severity, verdict.outcome.severity) for stored, verdict in differing} == {
        (Severity.SEV3, Severity.SEV2)
    }
