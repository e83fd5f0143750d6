"""Classify, of a batch, the alerts that may start an episode (docs/decisions/0002)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from triaged.core.alerts.receiving import starts
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import AlertState
from triaged.core.settings import Settings
from triaged.core.view import AlertId
from triaged.store.needs import lapsing


def classified(
    batch: Sequence[Event], states: Mapping[AlertId, AlertState], settings: Settings, now: int
) -> list[Event]:
    """The batch, with an outcome for each alert that may start an episode.

    `states` are the alerts as they are before the batch. An alert that the batch names twice, or
    that may lapse in it, may start an episode whatever its state is now.
    """
    received = [event.alert for event in batch if isinstance(event, AlertReceived)]
    identities = [(alert.source, alert.fingerprint) for alert in received]
    uncertain = lapsing(batch) if len(received) < len(batch) else set[AlertId]()
    if len(set(identities)) < len(identities):
        uncertain |= {identity for identity, count in Counter(identities).items() if count > 1}
    events: list[Event] = []
    for event in batch:
        if isinstance(event, AlertReceived) and event.alert.firing:
            alert = event.alert
            identity = (alert.source, alert.fingerprint)
            if identity in uncertain or starts(alert, states.get(identity)):
                outcome = settings.rules.classify(alert, now)
                events.append(AlertReceived(alert, event.received_at, outcome))
                continue
        events.append(event)
    return events
