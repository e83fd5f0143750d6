"""Locks that a batch takes before it reads, where other processes write to the same store.

They are taken in one order by everybody: first the rows of the batch's alerts, sorted (by
`store.view.Loader.alerts`), then keys, sorted: of the incidents that the batch opens or changes, of
expectations that it may change, and of alerts that have no row to lock. Repeats lock no keys.
"""

from collections.abc import Iterable, Mapping

from triaged.core.alerts.expectations import WRITES_A_PERIOD
from triaged.core.alerts.grouping import plan_for, team_of
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.expectations import (
    Expectation,
    Watch,
    expectation_of,
    key_of,
    of_source,
    watch_name,
)
from triaged.core.records.storms import StormOwner
from triaged.core.settings import Settings
from triaged.core.view import AlertId, key_text
from triaged.store.database.base import Reader, Transaction
from triaged.store.needs.batch import Needs
from triaged.store.tables import incidents, watches

SILENCES = "silences"
"""Whoever changes silences has incidents checked that others are deciding on meanwhile."""


async def lock_keys(
    tx: Transaction, events: Iterable[Event], needs: Needs, settings: Settings, unseen: set[AlertId]
) -> set[str]:
    """Lock the keys that decisions about `events` depend on; `unseen` are alerts without a row.

    The keys that are locked.

    What is read here only says what to lock: an incident's key and team never change.
    """
    homes = await incidents.homes(tx, needs.numbers)
    keys = needs.keys | needs.locks | {key for _, key, _ in homes}
    keys |= {key_text(owner.key) for owner in storm_owners(events, settings)}
    keys |= {key_text(key_of(name)) for name in await _expected(tx, events, needs, settings)}
    keys |= {f"alert {source}\0{fingerprint}" for source, fingerprint in unseen}
    shared = set[str]()
    if needs.silences or needs.looks:
        keys.add(SILENCES)
    elif needs.muted:
        shared.add(SILENCES)
    await tx.lock_keys(keys, shared)
    return keys


def storm_owners(events: Iterable[Event], settings: Settings) -> set[StormOwner]:
    """The owners of the incidents that these events may open, where storms are counted."""
    if settings.storm is None:
        return set()
    found = set[StormOwner]()
    for event in events:
        if not isinstance(event, AlertReceived) or event.outcome is None:
            continue
        outcome = event.outcome
        if outcome.incident:
            plan = plan_for(settings, outcome.policy, outcome.team, outcome.service)
            source = "" if settings.storm.across_sources else event.alert.source
            found.add(StormOwner(team_of(outcome, settings) or "", plan.policy, source))
    return found


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
                if expectation is not None:
                    found |= _changing(known, event, expectation, name)
    return found


def _changing(
    known: Mapping[str, Watch], event: AlertReceived, expectation: Expectation, name: str
) -> set[str]:
    """The watches that an alert which meets the expectation `name` may change."""
    watch = known.get(watch_name(known, expectation, name, event.alert.source))
    if not _may_change(watch, event, expectation.every_us):
        return set()
    found = {name}
    if watch is None:
        found.add(expectation.name)  # a new value set counts, and ends the rule's watch
    if not expectation.across_sources:
        found.add(of_source(name, event.alert.source))
    return found


def _may_change(watch: Watch | None, event: AlertReceived, every_us: int) -> bool:
    if watch is None or watch.overdue or watch.seen_at is None:
        return True
    return event.received_at >= watch.seen_at + every_us // WRITES_A_PERIOD
