"""The rows that a batch is decided on, as its events and the states of their alerts name them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from triaged.core.alerts.remarks import remark_key, subject_of
from triaged.core.practice.chronicle import message_id
from triaged.core.practice.learning.postmortem_export import text_hash
from triaged.core.practice.reports import unseen_key
from triaged.core.practice.tracker_rows import ISSUE, changes_id
from triaged.core.records.events import (
    AlertReceived,
    Declared,
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    Event,
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
from triaged.core.records.model import Alert, AlertState, Key, incident_id
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.drills import (
    DrillAborted,
    DrillAnswered,
    DrillRun,
    DrillStarted,
)
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    Merged,
    MessagesImported,
    PracticeEvent,
    RoleAssigned,
    RoleReleased,
    SplitOff,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemTracked,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.notes import ImportedMessage
from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    unmerged_id,
)
from triaged.core.records.practice.reports import (
    CustomerReport,
    ReportAttached,
    ReportEvent,
)
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestEvent,
    RequestRetried,
)
from triaged.core.records.practice.requests import Request
from triaged.core.records.practice.roles import RolePeriod
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.practice.status import (
    PAGE,
    Component,
    Post,
    PublicIncident,
    Subscriber,
)
from triaged.core.records.practice.status_events import StatusEvent
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.records.reports import Remark
from triaged.core.records.timers import (
    ActionItemsDue,
    ComponentsDue,
    DrillDue,
    ExpectDue,
    IncidentTimer,
    LapseDue,
    MuteDue,
    PostDue,
    PostmortemDue,
    ReachDue,
    ReopenWindowDue,
    ReportDue,
    StormDue,
)
from triaged.core.response.timing import PAGING
from triaged.core.view import AlertId, key_text
from triaged.store.own_keys import OwnEvent, own_key
from triaged.store.status_needs import LOCK, StatusNeeds, lock_of, status_needs

MUTABLE = (*PAGING, MuteDue)


ROWS_OF_TIMER: Mapping[type[IncidentTimer], type[PracticeRow]] = {
    PostmortemDue: Postmortem,
    ActionItemsDue: ActionItem,
    DrillDue: DrillRun,
    ReportDue: CustomerReport,
}
"""The records of an incident that a timer of it is decided on."""


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
        if isinstance(event, PracticeEvent):
            self._add_practice(event)
            return
        if isinstance(event, RequestEvent):
            self._add_request(event)
            return
        if isinstance(event, OwnEvent):
            self.keys.add(key_text(own_key(event)))
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
                self._add_timer(timer)
            case SilenceSet(id=identity):
                self.silences.add(identity or "")
            case SilenceExpired(id=identity) | SilenceLooked(id=identity):
                self.silences.add(identity)
            case PageDue(page=page):
                self.page_ids.add(page.id)
                self.numbers.add(page.incident)
                self.muted.add(page.incident)
            case DeliveryEnded(page_id=page_id, verdict=Delivered()) | RetryWanted(page_id=page_id):
                self.numbers.add(_incident_of(page_id))
                self.page_ids.add(page_id)
            case DeliveryEnded(page_id=page_id) | DeliverySlow(page_id=page_id):
                number = _incident_of(page_id)
                self.numbers.add(number)
                self.pages_of.add(number)
            case Declared():
                self.openings = True
            case Reopened(incident=number):
                self.numbers.add(number)
                self.reopening.add(number)
            case TimerFired() | AlertReceived() | PackDecided():
                pass  # alerts are many: all at once
            case SettingsChanged(incident=number):
                self.numbers.add(number)
                self._add_rows(RolePeriod, number)
            case Reclassified(incident=number):
                if number is not None:
                    self.numbers.add(number)
            case _:
                self.numbers.add(event.incident)

    def _add_timer(self, timer: IncidentTimer) -> None:
        """What the timer of an incident is decided on."""
        self.numbers.add(timer.incident)
        if isinstance(timer, MuteDue | ReachDue):
            self.pages_of.add(timer.incident)
        if isinstance(timer, MUTABLE):
            self.muted.add(timer.incident)
        if isinstance(timer, ReportDue):
            self.keys.add(key_text(unseen_key(timer.step)))
            self.openings = True
        if (kind := ROWS_OF_TIMER.get(type(timer))) is not None:
            self._add_rows(kind, timer.incident)
        self._add_public(timer)

    def _add_practice(self, event: PracticeEvent) -> None:
        """The records that an event of the practice is decided on."""
        if isinstance(event, StatusEvent):
            self._add_status(status_needs(event))
            return
        if isinstance(event, ReportEvent):  # it is protected by the key of the notice about it
            self.keys.add(key_text(own_key(event)))
            self.openings = True
            self.row_ids.setdefault(CustomerReport, set()).add(event.id)
            self.numbers |= {event.incident} if isinstance(event, ReportAttached) else set()
            return
        match event:
            case RoleAssigned(incident=number) | RoleReleased(incident=number):
                self.numbers.add(number)
                self._add_rows(RolePeriod, number)
            case UpdatePosted(incident=number):
                self.numbers.add(number)
                self._add_rows(IncidentUpdate, number)
            case MessagesImported(incident=number, messages=messages):
                self.numbers.add(number)
                ids = {message_id(number, message.ref) for message in messages}
                self.row_ids.setdefault(ImportedMessage, set()).update(ids)
            case Merged(incident=number, into=into):
                self.numbers |= {number, into}
                self._add_rows(RolePeriod, number)
            case SplitOff(incident=number, alerts=alerts):
                self.numbers.add(number)
                self.openings = True
                self.split |= set(alerts)
                for source, fingerprint in alerts:
                    self._add_home(source, fingerprint)
            case PostmortemSaved(incident=number, text=text):
                self.numbers.add(number)
                self._add_rows(Postmortem, number)
                kept = unmerged_id(incident_id(number), text_hash(text))
                self.row_ids.setdefault(PostmortemRevision, set()).add(kept)
            case (
                PostmortemReviewed(incident=number)
                | PostmortemPublished(incident=number)
                | PostmortemWaived(incident=number)
            ):
                self.numbers.add(number)
                self._add_rows(Postmortem, number)
            case (
                ActionItemAdded(incident=number)
                | ActionItemChanged(incident=number)
                | ActionItemTracked(incident=number)
            ):
                self.numbers.add(number)
                self._add_rows(ActionItem, number)
            case DrillStarted():
                self.keys.add(key_text(own_key(event)))
                self.openings = True
            case DrillAnswered(incident=number) | DrillAborted(incident=number):
                self.numbers.add(number)
                self._add_rows(DrillRun, number)
            case UpdateSnoozed() | EntryCorrected() | EntryMarked() | ItemTicked():
                self.numbers.add(event.incident)
            case _:
                assert_never(event)

    def _add_public(self, timer: IncidentTimer) -> None:
        """What is public about the incident of a deadline, and what it may set."""
        if isinstance(timer, PostDue | ComponentsDue):
            self._add_rows(PublicIncident, timer.incident)
        if isinstance(timer, ComponentsDue):
            self._add_rows(Post, timer.incident)
            self._add_rows(Component, PAGE)
            self.locks.add(LOCK)

    def _add_status(self, needs: StatusNeeds) -> None:
        """The rows that an event of the status page is decided on."""
        self.locks.add(needs.lock)
        if needs.number is not None:
            self.numbers.add(needs.number)
        for kind, incidents in needs.rows.items():
            self.rows.setdefault(kind, set()).update(incidents)
        for kind, ids in needs.row_ids.items():
            self.row_ids.setdefault(kind, set()).update(ids)

    def _add_request(self, event: RequestEvent) -> None:
        """The request, its incident, and what follows from its end."""
        match event:
            case RequestRetried(id=identity, incident=number):
                pass
            case RequestDue(request=request) | RequestEnded(request=request):
                identity, number = request.id, request.incident
            case _:
                assert_never(event)
        self.row_ids.setdefault(Request, set()).add(identity)
        if isinstance(event, RequestEnded):
            self._add_follow(event.request)
        if number is not None:
            self.numbers.add(number)

    def _add_follow(self, request: Request) -> None:
        """What follows from the end of a request: see `FOLLOWS` in `core/practice/requests.py`."""
        if whom := request.body.get("subscriber"):
            self._add_status(StatusNeeds(row_ids={Subscriber: {whom}}, lock=lock_of(whom)))
        if request.kind == ISSUE and request.incident is not None:
            self.row_ids.setdefault(Request, set()).add(changes_id(request.lane))
            self._add_rows(ActionItem, request.incident)

    def _add_rows(self, kind: type[PracticeRow], incident: int) -> None:
        """All records of this kind that belong to an incident."""
        self.rows.setdefault(kind, set()).add(incident)

    def _regroups(self, alert: Alert) -> bool:
        """True if the group of a repeated alert is cut now, or whole again."""
        state = self._states.get((alert.source, alert.fingerprint))
        return state is not None and state.is_cut != (alert.truncated > 0)

    def _add_home(self, source: str, fingerprint: str) -> None:
        state = self._states.get((source, fingerprint))
        if state is not None and state.incident is not None:
            self.numbers.add(state.incident)


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


def _incident_of(page_id: str) -> int:
    """The number of the incident whose page has this identity: it begins with `INC-12/`."""
    return int(page_id.partition("/")[0].rpartition("-")[2])
