"""The rows of a whole batch, as its events and the states of their alerts name them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from triaged.core.alerts.remarks import remark_key, subject_of
from triaged.core.records.duty.contacts import ContactEvent
from triaged.core.records.duty.held import QuietHoursOver
from triaged.core.records.duty.overrides import DUTY_LOCK
from triaged.core.records.events import (
    AlertReceived,
    Asked,
    Declared,
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    Event,
    FeedRead,
    PackDecided,
    PageDue,
    Reclassified,
    Reopened,
    RetryWanted,
    SettingsChanged,
    SettingsLoaded,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    TimerFired,
)
from triaged.core.records.model import Alert, AlertState, Key
from triaged.core.records.pages import incident_of
from triaged.core.records.practice.duty_events import DutyEvent
from triaged.core.records.practice.events import (
    PracticeEvent,
    SplitOff,
)
from triaged.core.records.practice.request_events import (
    RequestEvent,
)
from triaged.core.records.practice.roles import RolePeriod
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.reports import Remark
from triaged.core.records.timers import (
    ExpectDue,
    LapseDue,
    ReopenWindowDue,
    StormDue,
)
from triaged.core.records.two_way import TwoWayEvent
from triaged.core.view import AlertId, key_text
from triaged.store.needs.duty import duty_needs
from triaged.store.needs.event_needs import EventNeeds, of_incident
from triaged.store.needs.own_keys import OwnEvent, own_key
from triaged.store.needs.people import people_needs
from triaged.store.needs.practice import practice_needs
from triaged.store.needs.requests import request_needs
from triaged.store.needs.timers import timer_needs
from triaged.store.needs.two_way import asked_needs, two_way_needs


class Needs:
    """The rows, besides those of alerts, that a batch is decided on."""

    def __init__(self, events: Sequence[Event], states: Mapping[AlertId, AlertState]) -> None:
        self.numbers: set[int] = set()
        self.keys: set[str] = set()
        self.page_ids: set[str] = set()
        self.pages_of: set[int] = set()
        self.silences: set[str] = set()
        """Silences that something happens to; a new one is ""."""
        self.muted: set[int] = set()
        """Incidents of which something is due that is put off while they are muted."""
        self.reopening: set[int] = set()
        """Incidents that may give their key, or what fires in them, to another."""
        self.umbrellas: set[int] = set()
        self.remarks: set[Key] = set()
        """Keys of remarks for which the batch may give reason."""
        self.unknown_ends: set[tuple[str, str]] = set()
        """Senders that report ends of what they have not fired."""
        self.rows: dict[type[PracticeRow], set[int]] = {}
        """Kinds of records of the practice, and the incidents whose records are needed."""
        self.row_ids: dict[type[PracticeRow], set[str]] = {}
        """The same by identity."""
        self.split: set[AlertId] = set()
        """Alerts that somebody splits off: their labels are needed."""
        self.locks: set[str] = set()
        """Names of what the batch may change that belongs to no incident."""
        self.made_keys: set[str] = set()
        """Idempotency keys under which overrides or swaps may have been made."""
        self.duty = False
        """True if an event changes who is on call."""
        self.openings = self.starts = self.arrivals = self.lapses = False
        self.looks = False
        """True if an expectation is checked; an alert that meets one needs its row alone."""
        self._states = states
        arrivals = [event for event in events if isinstance(event, AlertReceived)]
        self._add_arrivals(arrivals)
        if len(arrivals) < len(events):
            for event in events:
                if not isinstance(event, AlertReceived):
                    self._add(event)

    @property
    def decides(self) -> bool:
        """True if the batch is about incidents or duty, and so may ask who is on call."""
        about = (self.numbers, self.keys, self.page_ids, self.locks)
        return any(about) or self.openings or self.starts

    def _add_arrivals(self, arrivals: Sequence[AlertReceived]) -> None:
        outcomes = [event.outcome for event in arrivals if event.outcome is not None]
        self.starts = bool(outcomes)
        self.arrivals = any(event.alert.firing for event in arrivals)
        self.keys |= {key_text(key) for key in {one.key for one in outcomes if one.incident}}
        some_are_cut = any(state.is_cut for state in self._states.values())
        for event in arrivals:
            alert = event.alert
            if alert.firing and event.outcome is None:  # a repeat, as nearly all are
                if (alert.truncated or some_are_cut) and self._regroups(alert):
                    self._add_home(alert.source, alert.fingerprint)
                continue
            if self._states:
                self._add_home(alert.source, alert.fingerprint)
            if not (alert.firing and alert.is_copy):
                self._add_remark(alert)
        self.keys |= {key_text(key) for key in self.remarks}
        self.openings = self.openings or bool(self.remarks)

    def _add_remark(self, alert: Alert) -> None:
        subject = subject_of(alert, self._states.get((alert.source, alert.fingerprint)))
        if subject is not None:
            self.remarks.add(remark_key(alert.source, subject))
        if subject is Remark.CLOCK:
            self.unknown_ends.add((alert.source, alert.sender))

    def _add(self, event: Event) -> None:
        if isinstance(event, PracticeEvent | RequestEvent | TwoWayEvent | Asked | DutyEvent):
            for needs in _needs_of(event):
                self._add_needs(needs)
            return
        if isinstance(event, OwnEvent):
            self.keys.add(key_text(own_key(event)))
            return
        if isinstance(event, ContactEvent | DeliveryEnded | QuietHoursOver):
            self._add_needs(people_needs(event))
            if not isinstance(event, DeliveryEnded):
                return
        match event:
            case TimerFired(timer=LapseDue(source=source, fingerprint=fingerprint)):
                self.lapses = True
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
                self._add_needs(timer_needs(timer))
            case SilenceSet(id=identity):
                self.silences.add(identity or "")
            case SilenceExpired(id=identity) | SilenceLooked(id=identity):
                self.silences.add(identity)
            case PageDue(page=page):
                self.page_ids.add(page.id)
                self.numbers.add(page.incident)
                self.muted.add(page.incident)
            case DeliveryEnded(page_id=page_id, verdict=Delivered()) | RetryWanted(page_id=page_id):
                self.numbers.add(incident_of(page_id))
                self.page_ids.add(page_id)
            case DeliveryEnded(page_id=page_id) | DeliverySlow(page_id=page_id):
                number = incident_of(page_id)
                self.numbers.add(number)
                self.pages_of.add(number)
            case Declared():
                self.openings = True
            case FeedRead():
                self.locks.add(DUTY_LOCK)
            case Reopened(incident=number):
                self.numbers.add(number)
                self.reopening.add(number)
            case TimerFired() | AlertReceived() | PackDecided():
                pass  # alerts are many: all at once
            case SettingsChanged(incident=number):
                self._add_needs(of_incident(number, RolePeriod))
            case Reclassified(incident=number):
                if number is not None:
                    self.numbers.add(number)
            case _:
                self.numbers.add(event.incident)

    def _add_needs(self, needs: EventNeeds) -> None:
        self.numbers |= needs.numbers
        self.keys |= needs.keys
        self.locks |= needs.locks
        self.pages_of |= needs.pages_of
        self.muted |= needs.muted
        self.openings = self.openings or needs.openings
        self.duty = self.duty or needs.duty
        self.made_keys |= needs.made_keys
        self.split |= needs.split
        for source, fingerprint in needs.split:
            self._add_home(source, fingerprint)
        for kind, incidents in needs.rows.items():
            self.rows.setdefault(kind, set()).update(incidents)
        for kind, ids in needs.row_ids.items():
            self.row_ids.setdefault(kind, set()).update(ids)

    def _regroups(self, alert: Alert) -> bool:
        """True if the group of a repeated alert is cut now, or whole again."""
        state = self._states.get((alert.source, alert.fingerprint))
        return state is not None and state.is_cut != (alert.truncated > 0)

    def _add_home(self, source: str, fingerprint: str) -> None:
        state = self._states.get((source, fingerprint))
        if state is not None and state.incident is not None:
            self.numbers.add(state.incident)


def _needs_of(
    event: PracticeEvent | RequestEvent | TwoWayEvent | Asked | DutyEvent,
) -> Iterator[EventNeeds]:
    """What an event beside alerts and pages is decided on."""
    if isinstance(event, PracticeEvent):
        yield practice_needs(event)
    elif isinstance(event, RequestEvent):
        yield from request_needs(event)
    elif isinstance(event, DutyEvent):
        yield duty_needs(event)
    elif isinstance(event, Asked):
        yield asked_needs(event)
    else:
        yield two_way_needs(event)


def lapsing(batch: Iterable[Event]) -> set[AlertId]:
    """The alerts that timers of `batch` check for having lapsed."""
    return {
        (event.timer.source, event.timer.fingerprint)
        for event in batch
        if isinstance(event, TimerFired) and isinstance(event.timer, LapseDue)
    }


def alerts_named(batch: Iterable[Event]) -> set[AlertId]:
    """The alerts that events of `batch` are about, those apart that it brings."""
    reclassified = {
        (one.source, one.fingerprint)
        for event in batch
        if isinstance(event, Reclassified)
        for one in event.alerts
    }
    split = (event.alerts for event in batch if isinstance(event, SplitOff))
    return lapsing(batch).union(reclassified, *split)
