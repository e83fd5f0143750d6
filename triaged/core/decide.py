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
    DeliverySlow,
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
from triaged.core.response.delivering import ended, may_go, retry_now, slow
from triaged.core.response.timing import fire
from triaged.core.restoring import restored
from triaged.core.self_alerts import trouble_ended, trouble_found
from triaged.core.situation import Situation


def decide(situation: Situation, event: Event) -> Decision:
    """What `event` means at `now`, given what `view` knows: the rows to write, and the answer.

    Pure: the same arguments give the same decision. It reads the view and does not change it.
    """
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
        case TroubleFound():
            return trouble_found(situation, event)
        case TroubleEnded():
            return trouble_ended(situation, event)
        case PackDecided(id=pack):
            return Decision((DropPack(pack),))
        case SettingsLoaded():
            loaded = load(situation, event)
            looks = (LookAgain(situation.now),) if situation.settings.muters else ()
            return Decision((*loaded.effects, *looks), loaded.answer)
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
        case _:
            assert_never(event)
