"""Between rows and decisions: load what a batch is decided on, save what was decided.

One query or statement per table and batch, never one per alert.
"""

from collections.abc import Mapping, Sequence, Set

from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.duty.contacts import ContactState
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.expectations import Watch, key_of
from triaged.core.records.model import AlertState, State
from triaged.core.response.storms import owner_of
from triaged.core.settings import Settings, StormLimit
from triaged.core.view import HOPS_MAX, AlertId, View, key_text
from triaged.store import batch_locks, duty_facts
from triaged.store.database.base import Contended, Reader, Transaction, Writer
from triaged.store.duty_facts import KnownFacts
from triaged.store.needs.batch import Needs, alerts_named
from triaged.store.queries import held_incidents
from triaged.store.saving import Changes, save_changes
from triaged.store.tables import (
    alert_states,
    incidents,
    muting,
    pages,
    practice,
    senders,
    silences,
    storms,
    watches,
)
from triaged.store.tables.own import counters
from triaged.store.tables.practice_rows import contacts, oncall

__all__ = ["Changes", "Loader", "save"]

INCIDENT, OBSERVATION, OVERRIDE = "incident", "observation", "override"


class LoadedView(View):
    """A view of the store, and the numbers that this batch may use."""

    def __init__(self, numbers: Mapping[str, counters.Numbers], facts: DutyFacts) -> None:
        super().__init__(numbers.get(INCIDENT), facts)
        self.counters = numbers
        self.duty_numbers = numbers.get(OVERRIDE) or self.duty_numbers
        self.survivors: set[int] = set()
        """Incidents that are loaded because others were merged into them."""

    def take_over(self, before: "LoadedView", numbers: Set[int], keys: Set[str]) -> None:
        """Know these incidents as `before` left them, and use no number that it used."""
        for incident in before.incidents.values():
            if incident.number in numbers or key_text(incident.key) in keys:
                self.add_incident(incident)
        for row in before.rows_of(ContactState, None):
            self.add_row(row)
        self.storms |= before.storms
        if before.duty_facts.version >= self.duty_facts.version:
            self.duty_facts = before.duty_facts
        self.unknown_ends |= before.unknown_ends
        for name, used in before.counters.items():
            if name in self.counters:
                self.counters[name].leave(used)


class Loader:
    """Reads what a batch is decided on: first the states of its alerts, then all the rest.

    In between, the engine classifies what may start an episode, which says what the rest is. With
    `before`, what that view knows is newer than what `tx` finds: its batch is being committed.
    Then the batch must hold alerts only. `also` are keys to lock that an earlier try has found,
    `duty` what the process knows about duty.
    """

    def __init__(
        self,
        tx: Reader,
        settings: Settings,
        before: LoadedView | None,
        also: Set[str] = frozenset(),
        duty: KnownFacts | None = None,
    ) -> None:
        self._tx = tx
        self.settings = settings
        self._before = before
        self._alerts: dict[AlertId, AlertState] = {}
        self._needs = Needs((), {})
        self._locked: Set[str] = also
        self._duty = duty or KnownFacts()

    async def alerts(self, batch: Sequence[Event]) -> Mapping[AlertId, AlertState]:
        """The states of the alerts that `batch` names, whose rows nobody else changes from now on.

        Alerts that were never seen are absent.
        """
        received = {
            (event.alert.source, event.alert.fingerprint)
            for event in batch
            if isinstance(event, AlertReceived)
        }
        named = received if len(received) == len(batch) else received | alerts_named(batch)
        found = await alert_states.states(self._tx, named)
        self._alerts = {(state.source, state.fingerprint): state for state in found}
        if self._before is not None:
            known = self._before.alerts
            self._alerts |= {identity: known[identity] for identity in received & known.keys()}
        return self._alerts

    async def lock(self, events: Sequence[Event]) -> None:
        """Lock what else decisions about the classified `events` depend on.

        Raises `Contended` where another process has just seen an alert for the first time that
        was new to this batch.
        """
        self._needs = Needs(events, self._alerts)
        if not isinstance(self._tx, Transaction) or not self._tx.others_write:
            return
        started = [e.alert for e in events if isinstance(e, AlertReceived) and e.outcome]
        unseen = {(alert.source, alert.fingerprint) for alert in started} - self._alerts.keys()
        self._needs.locks |= self._locked
        self._locked = await batch_locks.lock_keys(
            self._tx, events, self._needs, self.settings, unseen
        )
        if unseen and await alert_states.states(self._tx, unseen):
            raise Contended("another process has just seen the same new alert")

    async def view(self, events: Sequence[Event], now: int) -> LoadedView:
        """The view that decides the classified and locked `events`."""
        tx, needs, settings, before = self._tx, self._needs, self.settings, self._before
        expected = await _load_watches(tx, needs, settings, before)
        owners = batch_locks.storm_owners(events, settings)
        needs.keys |= {key_text(owner.key) for owner in owners}
        view = await _load_view(tx, needs, settings, now, self._duty)
        self._check_locks(view)
        view.alerts = self._alerts
        view.watches |= expected
        view.remark_keys = needs.remarks
        if needs.unknown_ends:
            view.unknown_ends = await senders.unknown_ends(tx, needs.unknown_ends)
        if owners or needs.umbrellas:
            groups = {owner.group for owner in owners}
            await _load_storms(tx, view, groups, needs, settings.storm)
            if not view.tracks and _may_blow(view, settings, len(events)):
                mutes = await muting.mutes(tx, settings.muters, now)
                view.take_mutes(settings.muters, now, mutes)
        if before is not None:
            view.take_over(before, needs.numbers | view.survivors, needs.keys)
        if needs.split:
            view.last_labels |= await muting.overlaid(tx, sorted(needs.split))
        if needs.looks:
            view.seen_at = await watches.seen(tx)
        if needs.looks or needs.lapses:
            view.sender_heard_at = await senders.heard(tx)
            for (source, _), at in view.sender_heard_at.items():
                view.heard_at[source] = max(at, view.heard_at.get(source, 0))
        return view

    def _check_locks(self, view: LoadedView) -> None:
        """Raise `Contended` if the batch reads a survivor whose key it has not locked."""
        if not isinstance(self._tx, Transaction) or not self._tx.others_write:
            return
        keys = {key_text(view.incidents[number].key) for number in view.survivors}
        if unlocked := keys - self._locked:
            raise Contended("an incident of the batch was merged into another", unlocked)


async def _load_watches(
    tx: Reader, needs: Needs, settings: Settings, before: LoadedView | None
) -> dict[str, Watch]:
    """Expectations, where the batch is about them; with them the incidents about them."""
    if not (needs.looks or needs.lapses) and not (needs.arrivals and settings.expected):
        return {}
    found = await watches.every(tx)
    if before is not None:
        found |= before.watches
    names = [name for name, watch in found.items() if needs.looks or watch.overdue]
    needs.keys |= {key_text(key_of(name)) for name in names}
    return found


async def _load_view(
    tx: Reader, needs: Needs, settings: Settings, now: int, duty: KnownFacts
) -> LoadedView:
    """All but the alerts, asked for together."""
    uses_numbers = needs.keys or needs.openings or needs.starts
    asks = [
        duty_facts.ask(wanted=needs.decides),
        counters.ask(
            *([INCIDENT, OBSERVATION] if uses_numbers else []),
            *([OVERRIDE] if needs.duty else []),
        ),
        incidents.ask_numbers(needs.numbers),
        incidents.ask_keys(needs.keys),
        pages.ask_ids(needs.page_ids),
        pages.ask_incidents(needs.pages_of),
        contacts.ask_off(pages_somebody=bool(uses_numbers or needs.numbers)),
    ]
    if needs.muted or needs.silences:
        asks += [silences.ask_active(now), silences.ask_ids(needs.silences)]
    version, numbers, by_number, by_key, by_id, of_incidents, off, *active = await tx.fetch_bulks(
        asks
    )
    view = LoadedView(counters.numbers(numbers), await duty.at(tx, version, now))
    for incident in incidents.decoded(by_number):
        view.add_incident(incident)
    for incident in incidents.decoded(by_key):
        view.add_incident(incident)
    keys = {key_text(view.incidents[n].key) for n in needs.reopening & set(view.incidents)}
    for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_keys(keys - needs.keys))):
        view.add_incident(incident)
    await _load_survivors(tx, view)
    if active:
        known = silences.decoded([*active[0], *active[1]])
        view.silences |= {silence.id: silence for silence in known}
        wanted = [view.incidents[n] for n in needs.muted & set(view.incidents)]
        await muting.load(tx, view, wanted, settings.muters, now)
    for row in contacts.TABLE.decoded(off):
        view.add_row(row)
    view.pages = {page.id: page for page in pages.decoded([*by_id, *of_incidents])}
    if needs.rows or needs.row_ids:
        await practice.load(tx, view, needs.rows, needs.row_ids)
    if needs.duty:
        await _load_duty(tx, view, needs)
    if needs.starts:
        await _load_held(tx, view, settings, now)
    return view


async def _load_duty(tx: Reader, view: LoadedView, needs: Needs) -> None:
    """What a change of duty is decided on besides the facts: proposals, keys, holders."""
    overrides, swaps = await tx.fetch_bulks(oncall.ask_keys(needs.made_keys))
    known = [*oncall.OVERRIDES.decoded(overrides), *oncall.SWAPS.decoded(swaps)]
    for row in (*known, *await oncall.proposed(tx)):
        view.add_row(row)
    view.held = await held_incidents.by_holder(tx)


async def _load_survivors(tx: Reader, view: LoadedView) -> None:
    """Load what merged incidents go on in, hop by hop."""
    known = [one for one in view.incidents.values() if one.state is State.MERGED]
    for _ in range(HOPS_MAX):
        numbers = {one.goes_on_in for one in known} - {None}
        if not numbers:
            break
        wanted = [number for number in numbers if number is not None]
        missing = [number for number in wanted if number not in view.incidents]
        for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_numbers(missing))):
            view.add_incident(incident)
        known = [view.incidents[number] for number in wanted if number in view.incidents]
        view.survivors |= {incident.number for incident in known}
    over = (one for n in view.survivors if not (one := view.incidents[n]).live)
    keys = {key_text(one.key) for one in over if one.key}
    for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_keys(keys))):
        view.add_incident(incident)


async def _load_held(tx: Reader, view: LoadedView, settings: Settings, now: int) -> None:
    """All that mutes and the pages that it holds, where alerts may join a muted incident."""
    held = [one.number for one in view.incidents.values() if one.held_by and one.live]
    if not held:
        return
    asks = [silences.ask_active(now), pages.ask_incidents(held)]
    active, of_held = await tx.fetch_bulks(asks)
    view.silences |= {silence.id: silence for silence in silences.decoded(active)}
    await muting.load_muters(tx, view, settings.muters)
    view.pages |= {page.id: page for page in pages.decoded(of_held)}


def _may_blow(view: View, settings: Settings, opening: int) -> bool:
    """True if there is a storm somewhere, or there may be after so many further incidents."""
    limit = settings.storm
    most = max((len(storm.opened) for storm in view.storms.values()), default=0)
    return limit is not None and most + opening > limit.incidents


async def _load_storms(
    tx: Reader, view: LoadedView, groups: Set[str], needs: Needs, limit: StormLimit | None
) -> None:
    """The storms of these groups and of the umbrellas', and the incidents that wait under them."""
    owners = {
        owner_of(incident, limit)
        for incident in view.incidents.values()
        if incident.number in needs.umbrellas or incident.storm in needs.umbrellas
    }
    keys = {key_text(owner.key) for owner in owners} - needs.keys
    for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_keys(keys))):
        view.add_incident(incident)
    view.storms = await storms.of_groups(tx, groups | {owner.group for owner in owners})
    view.waiting = await storms.waiting(tx, needs.umbrellas)


async def save(tx: Writer, view: LoadedView, changes: Changes, now: int) -> None:
    """Write everything that the decisions of a batch want."""
    await save_changes(tx, view, changes, now, view.counters.get(OBSERVATION, iter(())))
    await counters.take(tx, view.counters)
