"""Events: everything that can happen. `engine.handle(batch)` decides each, in order."""

import msgspec

from triaged.core.records.duty.contacts import ContactEvent
from triaged.core.records.duty.held import QuietHoursOver
from triaged.core.records.duty.notices import GapNoticed, ShiftNoticed
from triaged.core.records.duty.overrides import FeedShifts
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Outcome, Page, Phase, Severity
from triaged.core.records.practice.duty_events import DutyEvent
from triaged.core.records.practice.events import PracticeEvent
from triaged.core.records.practice.notes import Marker, NoteKind
from triaged.core.records.practice.request_events import RequestEvent
from triaged.core.records.timers import Timer
from triaged.core.records.two_way import TwoWayEvent
from triaged.core.records.verdicts import (
    Delivered,
    NotTried,
    Refused,
    Scope,
    TryAgain,
    Verdict,
)

__all__ = ["Delivered", "NotTried", "Refused", "Scope", "TryAgain", "Verdict"]


class AlertReceived(msgspec.Struct, frozen=True, gc=False):
    """A sender reported an alert.

    The engine fills in `outcome` for what may start an episode; a mere repeat has none.
    """

    alert: Alert
    received_at: int
    outcome: Outcome | None = None


class SilenceSet(msgspec.Struct, frozen=True):
    """Somebody mutes alerts for a time, or changes the silence `id`."""

    new_id: str
    """The identity of a new silence, used only if a new silence is created."""
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int
    by: str
    comment: str
    expire_when_clear: bool = False
    id: str | None = None


class SilenceExpired(msgspec.Struct, frozen=True):
    """Somebody ends a silence."""

    id: str
    by: str


class SilenceLooked(msgspec.Struct, frozen=True):
    """We have looked whether anything fires that a silence matches."""

    id: str
    met: bool


class SettingsLoaded(msgspec.Struct, frozen=True):
    """The operators' settings are in force from now on: triaged `started`, or read them anew."""

    started: bool


class SettingsChanged(msgspec.Struct, frozen=True, gc=False):
    """The settings in force move an instant of this incident: see `core/response/rearming.py`."""

    incident: int


class StoreRestored(msgspec.Struct, frozen=True):
    """The store was put back from a copy in which this incident is not over."""

    incident: int
    copied_at: int
    """The instant of the copy; the store knows nothing of what happened later."""


class BodyQuarantined(msgspec.Struct, frozen=True, gc=False):
    """A body, or one alert of a body, could not be used. It is kept verbatim."""

    source: str
    reason: str
    """From a closed set: see `Malformed.reason`."""
    detail: str
    body: bytes
    headers: dict[str, str]
    received_at: int
    alerts: int = 1
    """Number of alerts in it; a body that cannot be read counts as one."""


class SelfAlertFired(msgspec.Struct, frozen=True):
    """triaged is in trouble that a person has to end: a self alert fires."""

    name: str
    """There is one incident per name."""
    title: str
    text: str
    """The consequence of the trouble, and the next step."""
    found_at: int
    severity: Severity = Severity.SEV1
    """Most mean that alerts reach nobody."""
    team: str | None = None
    """The owner; None: whoever `default` pages."""


class SelfAlertResolved(msgspec.Struct, frozen=True):
    """A self alert is over, or was found over at the start."""

    name: str
    text: str
    """The reason, for the timeline."""


class PackDecided(msgspec.Struct, frozen=True, gc=False):
    """Every alert in this pack has been submitted; the pack can be deleted."""

    id: int


class Declared(msgspec.Struct, frozen=True):
    """Somebody declares an incident by hand."""

    by: str
    title: str
    severity: Severity
    service: str | None = None
    team: str | None = None
    text: str = ""
    received_at: int = 0


class ContactsTested(msgspec.Struct, frozen=True):
    """Somebody has a person's contacts tested: all of them, or the one that is named."""

    by: str
    person: str
    contact: str | None = None
    received_at: int = 0


class DutyMoved(msgspec.Struct, frozen=True):
    """By a change of the configuration other people are on call by a schedule."""

    schedule: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str
    """`primary now: alice → bob, until Mon 07 Dec 09:00 CET`."""
    mark: str
    """Tells this change of the schedule from any other."""


class FeedRead(msgspec.Struct, frozen=True):
    """A calendar feed was read: these are its shifts from now on."""

    copy: FeedShifts


class ReviewMade(msgspec.Struct, frozen=True):
    """The review that is due at `slot_at` (µs) was made, and is to be sent."""

    slot_at: int
    sentence: str
    """`weekly review: 3 of 10 topics to talk about`."""
    text: str
    """The review as Markdown."""


class Acknowledged(msgspec.Struct, frozen=True):
    """Somebody takes the incident; `take_over`: even from somebody else who holds it."""

    incident: int
    by: str
    note: str = ""
    take_over: bool = False


class Unacknowledged(msgspec.Struct, frozen=True):
    """Somebody gives the incident back: it pages again."""

    incident: int
    by: str
    note: str = ""


class Resolved(msgspec.Struct, frozen=True):
    """Somebody resolves the incident."""

    incident: int
    by: str
    note: str = ""


class Reopened(msgspec.Struct, frozen=True):
    """Somebody re-opens the incident."""

    incident: int
    by: str
    note: str = ""


class Closed(msgspec.Struct, frozen=True):
    """Somebody closes a resolved incident for good."""

    incident: int
    by: str
    note: str = ""


class Escalated(msgspec.Struct, frozen=True):
    """Somebody wants the next step now."""

    incident: int
    by: str
    note: str = ""


class Assigned(msgspec.Struct, frozen=True):
    """Somebody hands the incident to a person, who is paged."""

    incident: int
    by: str
    person: str
    expected: str | None = None
    """Who held it when that was decided, empty: nobody did. Set: refused if somebody else does."""


class SeverityChosen(msgspec.Struct, frozen=True):
    """Somebody sets the severity."""

    incident: int
    by: str
    severity: Severity
    reason: str = ""
    expected: Severity | None = None
    """The severity when that was decided. Set: refused if it has become another one since."""


class PhaseChanged(msgspec.Struct, frozen=True):
    """Somebody says how far the work is."""

    incident: int
    by: str
    phase: Phase


class NoteAdded(msgspec.Struct, frozen=True):
    """Somebody writes down what happened, perhaps earlier (`at`)."""

    incident: int
    by: str
    text: str
    at: int | None = None
    kind: NoteKind = NoteKind.NOTE
    marker: Marker | None = None


class Snoozed(msgspec.Struct, frozen=True):
    """Somebody takes the incident until an instant, at which it pages again."""

    incident: int
    by: str
    until: int


class TimerFired(msgspec.Struct, frozen=True, gc=False):
    """A timer has come due."""

    timer: Timer


class PageDue(msgspec.Struct, frozen=True, gc=False):
    """A claimed page asks whether it may go out now."""

    page: Page


class DeliveryEnded(msgspec.Struct, frozen=True, gc=False):
    """A delivery attempt of a page has a verdict."""

    page_id: str
    token: int
    verdict: Verdict
    attempt: int
    began_at: int | None = None
    """Beginning of the attempt; None: not recorded, so it counts as now."""


class RetryWanted(msgspec.Struct, frozen=True, gc=False):
    """The operators' settings have changed: a page that failed may have a way now."""

    page_id: str
    token: int


class DeliverySlow(msgspec.Struct, frozen=True, gc=False):
    """A delivery attempt takes so long that somebody else must not wait for it."""

    page_id: str
    token: int
    began_at: int


class Reclassification(msgspec.Struct, frozen=True, gc=False):
    """A firing alert, and its classification by the present rules."""

    source: str
    fingerprint: str
    outcome: Outcome


class Reclassified(msgspec.Struct, frozen=True, gc=False):
    """Somebody has the present rules applied to firing alerts of one incident, or of none."""

    incident: int | None
    alerts: tuple[Reclassification, ...]


Action = (
    Acknowledged
    | Unacknowledged
    | Resolved
    | Reopened
    | Closed
    | Escalated
    | Assigned
    | SeverityChosen
    | PhaseChanged
    | NoteAdded
    | Snoozed
)
"""The actions of people on an incident that exists."""


class Asked(msgspec.Struct, frozen=True):
    """Somebody asks for an action by a call that may come twice; it is done once."""

    call: str
    """`<channel>/<call>`, by the provider's word."""
    event: Action | Declared


PageEvent = PageDue | DeliveryEnded | DeliverySlow | RetryWanted
"""What happens to a page on its way to a person."""

SilenceEvent = SilenceSet | SilenceExpired | SilenceLooked

Event = (
    AlertReceived
    | BodyQuarantined
    | SelfAlertFired
    | SelfAlertResolved
    | PackDecided
    | Declared
    | ContactsTested
    | ContactEvent
    | ShiftNoticed
    | GapNoticed
    | QuietHoursOver
    | DutyMoved
    | DutyEvent
    | ReviewMade
    | FeedRead
    | Action
    | PracticeEvent
    | TimerFired
    | PageEvent
    | SettingsLoaded
    | SettingsChanged
    | Reclassified
    | SilenceEvent
    | StoreRestored
    | RequestEvent
    | TwoWayEvent
    | Asked
)
