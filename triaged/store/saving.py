"""The rows that a batch of decisions wants, each table's together, each row once."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from triaged.core.draft import marked
from triaged.core.records.actors import TRIAGED
from triaged.core.records.duty.contacts import ContactDelivery
from triaged.core.records.effects import (
    AddPage,
    Append,
    ArmTimer,
    CheckLapse,
    Count,
    DropPack,
    DropTimer,
    DropWatch,
    Effect,
    EndEpisode,
    IgnoreReport,
    JoinAlert,
    LookAgain,
    MoveAlert,
    MoveFiring,
    NoteDelivery,
    NoteResolve,
    OtherEffect,
    Quarantine,
    ReclassifyAlert,
    RepeatAlert,
    SaveCopies,
    SaveIncident,
    SavePage,
    SaveRow,
    SaveSilence,
    SaveStorm,
    SaveUnknownEnd,
    SaveWatch,
    StartEpisode,
    WakeBundled,
)
from triaged.core.records.expectations import Watch
from triaged.core.records.labels import Exporters
from triaged.core.records.model import (
    Alert,
    AlertState,
    ChainedEntry,
    Entry,
    Incident,
    Labels,
    Page,
)
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.reports import UnknownEnd
from triaged.core.records.silences import Silence
from triaged.core.records.storms import Storm
from triaged.core.records.timers import IncidentTimer
from triaged.core.text.labels import place
from triaged.core.view import AlertId, View
from triaged.store import duty_facts
from triaged.store.database.base import Writer
from triaged.store.tables import (
    alerts,
    backlog,
    incidents,
    moving,
    observations,
    pages,
    practice,
    quarantine,
    senders,
    silences,
    storms,
    timeline,
    watches,
)
from triaged.store.tables import timers as timer_rows
from triaged.store.tables.observations import Started
from triaged.store.tables.practice_rows import contacts

JOINED_NAMED = 3
"""Alerts that the sentence of an `alerts.joined` entry names, as many as one reads at a glance. If
more have joined, it names one, and says how many more: a name takes 2 µs."""

EXPORTERS = Exporters()
"""The built-in list: the store does not know what operators add to it."""

JOINED_SHOWN = 20
"""Alerts named in one `alerts.joined` entry; the count tells how many there were."""


class Changes:
    """Effects sorted by table while a batch is decided."""

    def __init__(self) -> None:
        self.episodes: list[StartEpisode] = []
        self.repeats: dict[AlertId, tuple[RepeatAlert, int]] = {}
        self.copies: dict[AlertId, AlertState] = {}
        self.ignored: dict[AlertId, IgnoreReport] = {}
        self.ends: dict[AlertId, EndEpisode] = {}
        self.ended: list[tuple[EndEpisode, int]] = []
        """With how many repeats there were in this batch."""
        self.checks: dict[AlertId, CheckLapse] = {}
        self.reclassified: dict[AlertId, ReclassifyAlert] = {}
        self.moves: dict[int, MoveFiring] = {}
        """By the incident that the alerts leave: where they are at last."""
        self.moved: set[AlertId] = set()
        """Alerts that somebody has split off."""
        self.incidents: set[int] = set()
        self.alters_suppression = False
        """True if an alert that suppresses others starts or ends: no view hands that on."""
        self.timers: dict[tuple[int, str], IncidentTimer | None] = {}
        self.added: dict[str, Page] = {}
        self.saved: dict[str, Page] = {}
        self.entries: dict[int, list[Entry | list[Alert]]] = {}
        self.joined: dict[int, list[Alert]] = {}
        self.silences: dict[str, Silence] = {}
        self.rows: dict[tuple[type[PracticeRow], str], PracticeRow] = {}
        self.looks: list[int] = []
        """Instants at which every live incident is checked again."""
        self.storms: dict[str, Storm] = {}
        self.woken: set[int] = set()
        self.watches: dict[str, Watch | None] = {}
        self.deliveries: list[ContactDelivery] = []
        self.kept: list[Quarantine] = []
        self.packs: list[int] = []
        """Packs of the backlog that have been decided."""
        self.heard_at: dict[tuple[str, str], int] = {}
        self.unknown_ends: dict[tuple[str, str], UnknownEnd] = {}

    def add(self, effects: Iterable[Effect]) -> None:
        """Sort in what a decision wants, the effects of most alerts first, as `View.absorb`."""
        for effect in effects:
            match effect:
                case RepeatAlert(alert=alert):
                    identity = (alert.source, alert.fingerprint)
                    _, count = self.repeats.get(identity, (effect, 0))
                    self.repeats[identity] = effect, count + 1
                case StartEpisode():
                    self._start(effect)
                case SaveIncident(incident=incident):
                    self.incidents.add(incident.number)
                case JoinAlert(incident=number, alert=alert):
                    self._join(number, alert)
                case SaveCopies(state=state):
                    self.copies[state.source, state.fingerprint] = state
                case IgnoreReport(alert=alert):
                    self.ignored[alert.source, alert.fingerprint] = effect
                case SaveUnknownEnd(end=end):
                    self.unknown_ends[end.source, end.sender] = end
                case ReclassifyAlert(state=state):
                    self.reclassified[state.source, state.fingerprint] = effect
                case EndEpisode():
                    self._end(effect)
                case CheckLapse():
                    self.checks[effect.source, effect.fingerprint] = effect
                case MoveFiring() | MoveAlert():
                    self._move(effect)
                case NoteResolve():
                    pass  # counted, not stored
                case _:
                    self._add_other(effect)

    def _add_other(self, effect: OtherEffect) -> None:
        match effect:
            case Append(incident=number, entry=entry):
                self.entries.setdefault(number, []).append(entry)
            case ArmTimer(timer=timer):
                self.timers[timer.incident, timer_rows.kind_name(type(timer))] = timer
            case DropTimer(incident=number, kind=dropped):
                self.timers[number, timer_rows.kind_name(dropped)] = None
            case AddPage(page=page):
                self.added.setdefault(page.id, page)
            case SavePage(page=page):
                self.saved[page.id] = page
            case SaveSilence(silence=silence):
                self.silences[silence.id] = silence
            case SaveRow() | NoteDelivery():
                self._keep(effect)
            case LookAgain(at=at):
                self.looks.append(at)
            case SaveStorm(storm=storm):
                self.storms[storm.group] = storm
            case WakeBundled(umbrella=umbrella):
                self.woken.add(umbrella)
            case SaveWatch(watch=watch):
                self.watches[watch.name] = watch
            case DropWatch(name=name):
                self.watches[name] = None
            case Quarantine():
                self.kept.append(effect)
            case DropPack(id=pack):
                self.packs.append(pack)
            case Count():
                pass  # counted, not stored
            case _:
                assert_never(effect)

    def heard(self, alert: Alert, at: int) -> None:
        """The sender of an alert was heard."""
        sender = (alert.source, alert.sender)
        self.heard_at[sender] = max(at, self.heard_at.get(sender, 0))

    def _start(self, start: StartEpisode) -> None:
        """An episode begins: its row says all, and the episode before it has nothing to add."""
        self.alters_suppression |= start.state.inhibits
        self.episodes.append(start)
        if self.ends or self.repeats or self.copies or self.ignored:
            identity = (start.state.source, start.state.fingerprint)
            self.ends.pop(identity, None)
            self.repeats.pop(identity, None)
            self.copies.pop(identity, None)
            self.ignored.pop(identity, None)

    def _end(self, end: EndEpisode) -> None:
        identity = (end.state.source, end.state.fingerprint)
        self.alters_suppression |= end.state.inhibits
        self.ends[identity] = end
        self.ended.append((end, self.repeats.get(identity, (end, 0))[1]))

    def _keep(self, effect: SaveRow | NoteDelivery) -> None:
        if isinstance(effect, NoteDelivery):
            self.deliveries.append(effect.delivery)
        else:
            self.rows[type(effect.row), effect.row.id] = effect.row

    def _move(self, move: MoveFiring | MoveAlert) -> None:
        """One statement moves all: what was moved to where it goes away from goes on with it."""
        if isinstance(move, MoveAlert):
            self.moved.add((move.state.source, move.state.fingerprint))
            return
        for old, known in self.moves.items():
            if known.new == move.old:
                self.moves[old] = MoveFiring(old, move.new, move.at)
        self.moves[move.old] = move

    def _join(self, number: int, alert: Alert) -> None:
        joined = self.joined.get(number)
        if joined is None:
            joined = self.joined[number] = []
            self.entries.setdefault(number, []).append(joined)
        joined.append(alert)


async def save_changes(
    tx: Writer, view: View, changes: Changes, now: int, observation_ids: Iterator[int]
) -> None:
    """Write every table, in an order in which no constraint is broken on the way."""
    chained = _chain(view, changes, now)
    await incidents.save(tx, [view.incidents[n] for n in changes.incidents], now)
    started = [Started(effect, next(observation_ids)) for effect in changes.episodes]
    await observations.save(tx, started, changes.ended)  # before the alerts forget the last ones
    last = {(one.state.source, one.state.fingerprint): one for one in started}
    await alerts.save_starts(tx, last.values())
    await alerts.save_repeats(tx, changes.repeats.values())
    if changes.copies:
        await alerts.save_copies(tx, changes.copies.values())
    if changes.ignored:
        await alerts.save_ignored(tx, changes.ignored.values())
    await alerts.save_ends(tx, changes.ends.values())
    await alerts.save_checks(tx, changes.checks.values())
    await alerts.save_reclassified(tx, changes.reclassified.values())
    await moving.save_moves(tx, changes.moves.values())
    moved = changes.moved | changes.ends.keys() if changes.moves else changes.moved
    if moved:  # what ended after a move had moved before
        await moving.save_moved(tx, [view.alerts[one] for one in moved])
    armed = [timer for timer in changes.timers.values() if timer is not None]
    dropped = [key for key, timer in changes.timers.items() if timer is None]
    await timer_rows.save(tx, armed, dropped)
    await silences.save(tx, changes.silences.values())
    if changes.rows:
        await practice.save(tx, changes.rows.values())
        await duty_facts.rise(tx, changes.rows.values())
    if changes.looks:
        await timer_rows.look_again(tx, changes.looks)
    await pages.add(tx, changes.added.values())
    await pages.save(tx, changes.saved.values())
    if changes.deliveries:
        await contacts.note(tx, changes.deliveries)
    await timeline.append(tx, chained)
    await quarantine.keep(tx, changes.kept)
    await backlog.drop(tx, changes.packs)
    await _save_watches(tx, changes)
    if changes.storms or changes.woken:
        await storms.save(tx, changes.storms.values(), changes.woken, now)
    await senders.save(tx, changes.heard_at)
    if changes.unknown_ends:
        await senders.save_unknown_ends(tx, changes.unknown_ends.values())


async def _save_watches(tx: Writer, changes: Changes) -> None:
    if changes.watches:
        dropped = [name for name, watch in changes.watches.items() if watch is None]
        await watches.save(tx, [w for w in changes.watches.values() if w is not None], dropped)


def _chain(view: View, changes: Changes, now: int) -> list[ChainedEntry]:
    """Give every entry its place; the incidents in the view know the last."""
    chained: list[ChainedEntry] = []
    for number, wanted in changes.entries.items():
        incident = view.incidents[number]
        entries = [e if isinstance(e, Entry) else _joined_entry(e, incident, now) for e in wanted]
        view.incidents[number], places = timeline.chain(incident, entries, now)
        changes.incidents.add(number)
        chained += places
    return chained


def _joined_entry(joined: list[Alert], incident: Incident, now: int) -> Entry:
    """The alerts that joined in a commit; the first by what not all of the incident share."""
    shown = [
        {
            "source": alert.source,
            "fingerprint": alert.fingerprint,
            "alertname": alert.labels.get("alertname", alert.fingerprint),
        }
        for alert in joined[:JOINED_SHOWN]
    ]
    data: dict[str, object] = {"count": len(joined), "alerts": shown}
    named = JOINED_NAMED if len(joined) <= JOINED_NAMED else 1
    text = "; ".join(_joined_name(alert, incident.labels) for alert in joined[:named])
    if len(joined) > 1:
        more = f" and {len(joined) - named} more" if len(joined) > named else ""
        text = f"{len(joined)} alerts: {text}{more}"
    return marked(incident, Entry(now, "alerts.joined", TRIAGED, f"joined: {text}", data))


def _joined_name(alert: Alert, known: Labels) -> str:
    name = alert.labels.get("alertname", alert.fingerprint)
    where = place(alert.labels, EXPORTERS, known)
    return f"{name} {where}" if where else name
