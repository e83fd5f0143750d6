"""The one decision: what is known, what happened, what operators want, now → rows and an answer."""

from typing import assert_never

from triaged.core.acting import act, declare
from triaged.core.alerts.expectations import load
from triaged.core.alerts.quarantine import quarantine
from triaged.core.alerts.receiving import receive
from triaged.core.alerts.reclassification import reclassify
from triaged.core.muting.silences import expire, looked, set_silence
from triaged.core.records.effects import Decision, DropPack, LookAgain
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    BodyQuarantined,
    Closed,
    Declared,
    DeliveryEnded,
    Escalated,
    Event,
    NoteAdded,
    PackDecided,
    PageDue,
    PhaseChanged,
    Reclassified,
    Reopened,
    Resolved,
    SettingsLoaded,
    SeverityChosen,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    Snoozed,
    StoreRestored,
    TimerFired,
    TroubleEnded,
    TroubleFound,
    Unacknowledged,
)
from triaged.core.response.delivering import ended, may_go
from triaged.core.response.timing import fire
from triaged.core.restoring import restored
from triaged.core.self_alerts import trouble_ended, trouble_found
from triaged.core.settings import Settings
from triaged.core.view import View


def decide(view: View, event: Event, settings: Settings, now: int) -> Decision:
    """What `event` means at `now`, given what `view` knows: the rows to write, and the answer.

    Pure: the same arguments give the same decision. It reads the view and does not change it.
    """
    match event:
        case AlertReceived():
            return receive(view, event, settings, now)
        case TimerFired(timer=timer):
            return fire(view, timer, settings, now)
        case PageDue():
            return may_go(view, event, settings, now)
        case DeliveryEnded():
            return ended(view, event, settings, now)
        case BodyQuarantined():
            return quarantine(view, event, settings, now)
        case TroubleFound():
            return trouble_found(view, event, settings, now)
        case TroubleEnded():
            return trouble_ended(view, event, settings, now)
        case PackDecided(id=pack):
            return Decision((DropPack(pack),))
        case SettingsLoaded():
            loaded = load(view, event, settings, now)
            looks = (LookAgain(now),) if settings.muters else ()
            return Decision((*loaded.effects, *looks), loaded.answer)
        case Reclassified():
            return reclassify(view, event, settings, now)
        case SilenceSet():
            return set_silence(view, event, now)
        case SilenceExpired():
            return expire(view, event, now)
        case SilenceLooked():
            return looked(view, event, now)
        case StoreRestored():
            return restored(view, event, now)
        case Declared():
            return declare(view, event, settings, now)
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
            return act(view, event, settings, now)
        case _:
            assert_never(event)
