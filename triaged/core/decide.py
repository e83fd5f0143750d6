"""The entrance of the core: it hands each event to the module that decides it."""

from triaged.core.acting import act, declare
from triaged.core.alerts.expectations import load
from triaged.core.alerts.quarantine import quarantine
from triaged.core.alerts.receiving import receive
from triaged.core.alerts.reclassification import reclassify
from triaged.core.muting.silences import expire, looked, set_silence
from triaged.core.practice.deciding import practise
from triaged.core.practice.following import with_practice
from triaged.core.practice.requests import decide_request
from triaged.core.records.effects import Decision, DropPack, LookAgain
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    BodyQuarantined,
    Closed,
    ContactsTested,
    Declared,
    DeliveryEnded,
    DeliverySlow,
    DutyMoved,
    Escalated,
    Event,
    NoteAdded,
    PackDecided,
    PageDue,
    PhaseChanged,
    Reclassified,
    Reopened,
    Resolved,
    RetryWanted,
    SelfAlertFired,
    SelfAlertResolved,
    SettingsChanged,
    SettingsLoaded,
    SeverityChosen,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    Snoozed,
    StoreRestored,
    TimerFired,
    Unacknowledged,
)
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestRetried,
)
from triaged.core.response.contact_tests import start_test
from triaged.core.response.delivering import ended, may_go, retry_now, slow
from triaged.core.response.duty_notices import tell_duty
from triaged.core.response.rearming import rearm
from triaged.core.response.timing import fire
from triaged.core.restoring import restored
from triaged.core.self_alerts import self_alert_fired, self_alert_resolved
from triaged.core.situation import Situation


def decide(situation: Situation, event: Event) -> Decision:
    """Decide `event` in its situation: the rows to write, and the answer to the caller.

    Pure: the same arguments give the same decision. It reads the view and does not change it.
    """
    return with_practice(situation, _decide(situation, event))


def _decide(situation: Situation, event: Event) -> Decision:
    match event:
        case AlertReceived():
            return receive(situation, event)
        case TimerFired(timer=timer):
            return fire(situation, timer)
        case PageDue():
            return may_go(situation, event)
        case DeliveryEnded():
            return ended(situation, event)
        case DeliverySlow():
            return slow(situation, event)
        case RetryWanted():
            return retry_now(situation, event)
        case BodyQuarantined():
            return quarantine(situation, event)
        case SelfAlertFired():
            return self_alert_fired(situation, event)
        case SelfAlertResolved():
            return self_alert_resolved(situation, event)
        case PackDecided(id=pack):
            return Decision((DropPack(pack),))
        case SettingsLoaded():
            return _loaded(situation, event)
        case SettingsChanged():
            return rearm(situation, event)
        case Reclassified():
            return reclassify(situation, event)
        case SilenceSet():
            return set_silence(situation, event)
        case SilenceExpired():
            return expire(situation, event)
        case SilenceLooked():
            return looked(situation, event)
        case StoreRestored():
            return restored(situation, event)
        case Declared():
            return declare(situation, event)
        case ContactsTested():
            return start_test(situation, event)
        case DutyMoved():
            return tell_duty(situation, event)
        case (
            Acknowledged()
            | Unacknowledged()
            | Resolved()
            | Reopened()
            | Closed()
            | Escalated()
            | Assigned()
            | SeverityChosen()
            | PhaseChanged()
            | NoteAdded()
            | Snoozed()
        ):
            return act(situation, event)
        case RequestDue() | RequestEnded() | RequestRetried():
            return decide_request(situation, event)
        case _:
            return practise(situation, event)  # mypy: whatever is left is an event of the practice


def _loaded(situation: Situation, event: SettingsLoaded) -> Decision:
    loaded = load(situation, event)
    may_change = situation.settings.muters or not event.started  # or the last one has gone
    looks = (LookAgain(situation.now),) if may_change else ()
    return Decision((*loaded.effects, *looks), loaded.answer)
