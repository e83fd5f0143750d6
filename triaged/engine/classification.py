"""Classify, of a batch, the alerts that may start an episode (docs/decisions/0002)."""

from collections.abc import Mapping, Sequence

from triaged.core.alerts.receiving import may_start
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import AlertState
from triaged.core.settings import Settings
from triaged.core.view import AlertId
from triaged.store.needs.batch import lapsing


def classified(
    batch: Sequence[Event], states: Mapping[AlertId, AlertState], settings: Settings, now: int
) -> list[Event]:
    """The batch, with an outcome for each alert that may start an episode.

    `states` are the alerts as they are before the batch. An alert that the batch has named before,
    or that may lapse in it, may start an episode whatever its state is now.
    """
    uncertain = lapsing(batch)
    events: list[Event] = []
    for event in batch:
        if isinstance(event, AlertReceived):
            alert = event.alert
            identity = (alert.source, alert.fingerprint)
            is_uncertain = identity in uncertain
            uncertain.add(identity)
            if alert.firing and (
                is_uncertain or may_start(alert, states.get(identity), event.received_at)
            ):
                outcome = settings.rules.classify(alert, now)
                events.append(AlertReceived(alert, event.received_at, outcome))
                continue
        events.append(event)
    return events
