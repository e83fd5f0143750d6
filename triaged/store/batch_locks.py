"""Locks that a batch takes before it reads, where other processes write to the same store.

They are taken in one order by everybody: first the rows of the batch's alerts, sorted (by
`store.view.Loader.alerts`), then keys, sorted: of the incidents that the batch opens or changes, of
expectations that it may change, and of alerts that have no row to lock. Repeats lock no keys.
"""

from collections.abc import Iterable

from triaged.core.alerts.expectations import WRITES_A_PERIOD
from triaged.core.alerts.grouping import plan_for, team_of
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.expectations import Watch, expectation_of, key_of
from triaged.core.response.storms import storm_key
from triaged.core.settings import Settings
from triaged.core.view import AlertId, key_text
from triaged.store.database.base import Reader, Transaction
from triaged.store.needs import Needs
from triaged.store.tables import incidents, watches

SILENCES = "silences"
"""Whoever changes silences has incidents checked that others are deciding on meanwhile."""


async def lock_keys(
    tx: Transaction, events: Iterable[Event], needs: Needs, settings: Settings, unseen: set[AlertId]
) -> None:
    """Lock the keys that decisions about `events` depend on; `unseen` are alerts without a row.

    What is read here only says what to lock: an incident's key and team never change.
    """
    homes = await incidents.homes(tx, needs.numbers)
    keys = needs.keys | {key for _, key, _ in homes}
    keys |= {key_text(storm_key(*owner)) for owner in storm_owners(events, settings)}
    keys |= {key_text(key_of(name)) for name in await _expected(tx, events, needs, settings)}
    keys |= {f"alert {source}\0{fingerprint}" for source, fingerprint in unseen}
    shared = set[str]()
    if needs.silences or needs.looks:
        keys.add(SILENCES)
    elif needs.muted:
        shared.add(SILENCES)
    await tx.lock_keys(keys, shared)


def storm_owners(events: Iterable[Event], settings: Settings) -> set[tuple[str, str]]:
    """(team, policy) of the incidents that these events may open, where storms are counted."""
    if settings.storm is None:
        return set()
    outcomes = [event.outcome for event in events if isinstance(event, AlertReceived)]
    return {
        (team_of(o, settings) or "", plan_for(settings, o.policy, o.team, o.service).policy)
        for o in outcomes
        if o is not None and o.incident
    }


async def _expected(
    tx: Reader, events: Iterable[Event], needs: Needs, settings: Settings
) -> set[str]:
    """The expectations that a batch may change: those that it checks, or meets after a while."""
    if not needs.looks and not (needs.arrivals and settings.expected):
        return set()
    known = await watches.every(tx)
    if needs.looks or settings.expected is None:
        return {*known, *settings.expectations}
    found = set[str]()
    for event in events:
        if isinstance(event, AlertReceived) and event.alert.firing:
            for name in settings.expected.met_by(event.alert):
                expectation = expectation_of(settings.expectations, name)
                watch = known.get(name)
                if expectation is None or not _may_change(watch, event, expectation.every_us):
                    continue
                found.add(name)
                if watch is None:
                    found.add(expectation.name)  # a new value set counts, and ends the rule's watch
    return found


def _may_change(watch: Watch | None, event: AlertReceived, every_us: int) -> bool:
    if watch is None or watch.overdue or watch.seen_at is None:
        return True
    return event.received_at >= watch.seen_at + every_us // WRITES_A_PERIOD
