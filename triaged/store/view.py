"""Between rows and decisions: load what a batch is decided on, save what was decided.

One query or statement per table and batch, never one per alert.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set

from triaged.core.alerts.grouping import team_of
from triaged.core.alerts.quarantine import quarantine_key
from triaged.core.alerts.receiving import starts
from triaged.core.records.events import (
    AlertReceived,
    BodyQuarantined,
    Declared,
    Delivered,
    DeliveryEnded,
    Event,
    PackDecided,
    PageDue,
    Reclassified,
    Reopened,
    SettingsLoaded,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    TimerFired,
    TroubleEnded,
    TroubleFound,
)
from triaged.core.records.expectations import Watch, key_of
from triaged.core.records.model import AlertState
from triaged.core.records.timers import ExpectDue, LapseDue, MuteDue, ReopenWindowDue, StormDue
from triaged.core.response.storms import storm_key
from triaged.core.response.timing import PAGING
from triaged.core.self_alerts import trouble_key
from triaged.core.settings import Settings
from triaged.core.view import AlertId, View, key_text
from triaged.store.database.base import Transaction
from triaged.store.saving import Changes, save_changes
from triaged.store.tables import (
    alerts,
    counters,
    incidents,
    muting,
    pages,
    silences,
    sources,
    storms,
    watches,
)

__all__ = ["Changes", "load", "save"]

MUTABLE = (*PAGING, MuteDue)
INCIDENT, OBSERVATION = "incident", "observation"


class LoadedView(View):
    """A view of the store, and the numbers that this batch may use."""

    def __init__(self, numbers: Mapping[str, counters.Numbers]) -> None:
        super().__init__(numbers.get(INCIDENT))
        self.counters = numbers

    def take_over(self, before: "LoadedView", numbers: Set[int], keys: Set[str]) -> None:
        """Know these incidents as `before` left them, and use no number that it used."""
        for incident in before.incidents.values():
            if incident.number in numbers or key_text(incident.key) in keys:
                self.add_incident(incident)
        self.storms |= before.storms
        for name, used in before.counters.items():
            if name in self.counters:
                self.counters[name].leave(used)


async def load(
    tx: Transaction,
    batch: Sequence[Event],
    settings: Settings,
    now: int,
    before: LoadedView | None = None,
) -> tuple[LoadedView, list[Event]]:
    """The view that decides `batch`, and the batch, classified where episodes may start.

    With `before`, what that view knows is newer than what `tx` finds: its batch is being
    committed. Then the batch must hold alerts only.
    """
    reported = [event.alert for event in batch if isinstance(event, AlertReceived)]
    identities = [(alert.source, alert.fingerprint) for alert in reported]
    known = set(identities)
    lapsing = {
        (event.timer.source, event.timer.fingerprint)
        for event in batch
        if isinstance(event, TimerFired) and isinstance(event.timer, LapseDue)
    }
    named = {
        (one.source, one.fingerprint)
        for event in batch
        if isinstance(event, Reclassified)
        for one in event.alerts
    }
    found = await alerts.states(tx, sorted(known | lapsing | named))
    loaded = {(state.source, state.fingerprint): state for state in found}
    if before is not None:
        loaded |= {identity: before.alerts[identity] for identity in known & before.alerts.keys()}
    unsure = lapsing if len(known) == len(identities) else lapsing | _several(identities)
    events = _classified(batch, loaded, unsure, settings, now)
    wanted = _Wanted(events, loaded)
    expected = await _load_watches(tx, wanted, settings, before)
    teams = _teams(events, settings)
    wanted.keys |= {key_text(storm_key(team)) for team in teams}
    await tx.lock_keys(sorted(wanted.keys))
    view = await _load_view(tx, wanted, settings, now)
    view.alerts = loaded
    view.watches = expected
    if teams or wanted.umbrellas:
        await _load_storms(tx, view, teams, wanted)
        if not view.tracks and _may_blow(view, settings, len(events)):
            mutes = await muting.mutes(tx, settings.muters, now)
            view.take_mutes(settings.muters, now, mutes)
    if before is not None:
        view.take_over(before, wanted.numbers, wanted.keys)
    if wanted.looks:
        view.seen_at = await watches.seen(tx)
    if lapsing or wanted.looks:
        view.heard_at = await sources.heard(tx)
    return view, events


def _several(identities: Iterable[AlertId]) -> set[AlertId]:
    return {identity for identity, count in Counter(identities).items() if count > 1}


def _classified(
    batch: Sequence[Event],
    loaded: Mapping[AlertId, AlertState],
    unsure: Set[AlertId],
    settings: Settings,
    now: int,
) -> list[Event]:
    """The batch, with outcomes for whatever may start an episode (docs/decisions/0002).

    What happens to those of `unsure` before, in this batch, may make them start one.
    """
    events: list[Event] = []
    for event in batch:
        if isinstance(event, AlertReceived) and event.alert.firing:
            alert = event.alert
            identity = (alert.source, alert.fingerprint)
            if identity in unsure or starts(alert, loaded.get(identity)):
                outcome = settings.rules.classify(alert, now)
                events.append(AlertReceived(alert, event.received_at, outcome))
                continue
        events.append(event)
    return events


class _Wanted:
    """Which rows besides the alerts' a batch is decided on."""

    def __init__(self, events: Sequence[Event], states: dict[AlertId, AlertState]) -> None:
        self.numbers: set[int] = set()
        self.keys: set[str] = set()
        self.page_ids: set[str] = set()
        self.pages_of: set[int] = set()
        self.silences: set[str] = set()
        """Those that something happens to; a new one is ""."""
        self.muted: set[int] = set()
        """Incidents of which something is due that does not happen while they are muted."""
        self.reopening: set[int] = set()
        self.umbrellas: set[int] = set()
        self.openings = self.starts = self.arrivals = False
        self.looks = False
        """Whether expectations are looked at; for alerts that meet them their rows are enough."""
        self._states = states
        arrivals = [event for event in events if isinstance(event, AlertReceived)]
        self._add_arrivals(arrivals)
        if len(arrivals) < len(events):
            for event in events:
                if not isinstance(event, AlertReceived):
                    self._add(event)

    def _add_arrivals(self, arrivals: Sequence[AlertReceived]) -> None:
        outcomes = [event.outcome for event in arrivals if event.outcome is not None]
        self.starts = bool(outcomes)
        self.arrivals = any(event.alert.firing for event in arrivals)
        self.keys |= {key_text(key) for key in {one.key for one in outcomes if one.incident}}
        if self._states:
            for event in arrivals:
                if event.outcome is not None or not event.alert.firing:
                    self._add_home(event.alert.source, event.alert.fingerprint)

    def _add(self, event: Event) -> None:
        match event:
            case AlertReceived() | PackDecided():
                pass  # alerts are many: all at once
            case TimerFired(timer=LapseDue(source=source, fingerprint=fingerprint)):
                self._add_home(source, fingerprint)
            case TimerFired(timer=ReopenWindowDue(incident=number)):
                self.numbers.add(number)
                self.reopening.add(number)
                self.openings = True
            case TimerFired(timer=StormDue(incident=number, umbrella=umbrella)):
                self.numbers |= {number, umbrella}
                self.umbrellas.add(umbrella)
                self.openings = True
            case SettingsLoaded() | TimerFired(timer=ExpectDue()):
                self.looks = self.openings = True
            case TimerFired(timer=timer) if not isinstance(timer, LapseDue | ExpectDue):
                self.numbers.add(timer.incident)
                if isinstance(timer, MuteDue):
                    self.pages_of.add(timer.incident)
                if isinstance(timer, MUTABLE):
                    self.muted.add(timer.incident)
            case SilenceSet(id=identity):
                self.silences.add(identity or "")
            case SilenceExpired(id=identity) | SilenceLooked(id=identity):
                self.silences.add(identity)
            case PageDue(page=page):
                self.page_ids.add(page.id)
                self.numbers.add(page.incident)
                self.muted.add(page.incident)
            case DeliveryEnded(page_id=page_id, verdict=verdict):
                number = int(page_id.partition("/")[0].rpartition("-")[2])
                self.numbers.add(number)
                self.page_ids.add(page_id)
                if not isinstance(verdict, Delivered):
                    self.pages_of.add(number)
            case BodyQuarantined(source=source, reason=reason):
                self.keys.add(key_text(quarantine_key(source, reason)))
            case TroubleFound(name=name) | TroubleEnded(name=name):
                self.keys.add(key_text(trouble_key(name)))
            case Declared():
                self.openings = True
            case Reopened(incident=number):
                self.numbers.add(number)
                self.reopening.add(number)
            case TimerFired():
                pass
            case Reclassified(incident=number):
                if number is not None:
                    self.numbers.add(number)
            case _:
                self.numbers.add(event.incident)

    def _add_home(self, source: str, fingerprint: str) -> None:
        state = self._states.get((source, fingerprint))
        if state is not None and state.incident is not None:
            self.numbers.add(state.incident)


async def _load_watches(
    tx: Transaction, wanted: _Wanted, settings: Settings, before: LoadedView | None
) -> dict[str, Watch]:
    """Expectations, where the batch is about them; with them the incidents about them."""
    if not wanted.looks and not (wanted.arrivals and settings.expected):
        return {}
    found = await watches.every(tx)
    if before is not None:
        found |= before.watches
    names = [name for name, watch in found.items() if wanted.looks or watch.overdue]
    wanted.keys |= {key_text(key_of(name)) for name in names}
    return found


async def _load_view(tx: Transaction, wanted: _Wanted, settings: Settings, now: int) -> LoadedView:
    """All but the alerts, asked for together."""
    uses_numbers = wanted.keys or wanted.openings or wanted.starts
    asks = [
        counters.ask(*([INCIDENT, OBSERVATION] if uses_numbers else [])),
        incidents.ask_numbers(wanted.numbers),
        incidents.ask_keys(wanted.keys),
        pages.ask_ids(wanted.page_ids),
        pages.ask_incidents(wanted.pages_of),
    ]
    if wanted.muted or wanted.silences:
        asks += [silences.ask_active(now), silences.ask_ids(wanted.silences)]
    numbers, by_number, by_key, by_id, of_incidents, *active = await tx.fetch_bulks(asks)
    view = LoadedView(counters.numbers(numbers))
    for incident in incidents.decoded(by_number):
        view.add_incident(incident)
    for incident in incidents.decoded(by_key):
        view.add_incident(incident)
    keys = {key_text(view.incidents[n].key) for n in wanted.reopening & set(view.incidents)}
    for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_keys(keys - wanted.keys))):
        view.add_incident(incident)
    if active:
        known = silences.decoded([*active[0], *active[1]])
        await muting.load(tx, view, wanted.muted, settings.muters, known)
    view.pages = {page.id: page for page in pages.decoded([*by_id, *of_incidents])}
    return view


def _teams(events: Iterable[Event], settings: Settings) -> set[str]:
    """The teams that incidents which these events open belong to, where storms are counted."""
    if settings.storm is None:
        return set()
    outcomes = [event.outcome for event in events if isinstance(event, AlertReceived)]
    return {team_of(o, settings) or "" for o in outcomes if o is not None and o.incident}


def _may_blow(view: View, settings: Settings, opening: int) -> bool:
    """Whether there is a storm somewhere, or there may be after so many further incidents."""
    limit = settings.storm
    most = max((len(storm.opened) for storm in view.storms.values()), default=0)
    return limit is not None and most + opening > limit.incidents


async def _load_storms(tx: Transaction, view: LoadedView, teams: Set[str], wanted: _Wanted) -> None:
    """What is counted for these teams and those of the umbrellas, and what waits under them."""
    numbers = wanted.umbrellas & set(view.incidents)
    others = {view.incidents[number].team or "" for number in numbers} - teams
    keys = {key_text(storm_key(team)) for team in others} - wanted.keys
    for incident in incidents.decoded(await tx.fetch_bulk(*incidents.ask_keys(keys))):
        view.add_incident(incident)
    view.storms = await storms.of_teams(tx, teams | others)
    view.waiting = await storms.waiting(tx, wanted.umbrellas)


async def save(tx: Transaction, view: LoadedView, changes: Changes, now: int) -> None:
    """Write everything that the decisions of a batch want."""
    await save_changes(tx, view, changes, now, view.counters.get(OBSERVATION, iter(())))
    await counters.take(tx, view.counters)
