"""The entrance of the core: it hands each event to the module that decides it."""

from typing import assert_never

from triaged.core.acting import act, declare
from triaged.core.alerts.expectations import load
from triaged.core.alerts.quarantine import quarantine
from triaged.core.alerts.receiving import receive
from triaged.core.alerts.reclassification import reclassify
from triaged.core.muting.silences import expire, looked, set_silence
from triaged.core.oncall.contacts import decide_contact
from triaged.core.oncall.deciding import decide_duty
from triaged.core.oncall.feeds import keep_feed
from triaged.core.oncall.gaps import tell_gap
from triaged.core.oncall.quiet_hours import send_digest
from triaged.core.oncall.shift_notices import tell_shift
from triaged.core.practice.deciding import practise
from triaged.core.practice.following import with_practice
from triaged.core.practice.learning.review_notice import send_review
from triaged.core.practice.requests import decide_request
from triaged.core.records.duty.contacts import ContactEvent
from triaged.core.records.duty.held import QuietHoursOver
from triaged.core.records.duty.notices import GapNoticed, ShiftNoticed
from triaged.core.records.effects import Decision, DropPack, LookAgain
from triaged.core.records.events import (
    Action,
    AlertReceived,
    Asked,
    BodyQuarantined,
    ContactsTested,
    Declared,
    DeliveryEnded,
    DeliverySlow,
    DutyMoved,
    Event,
    FeedRead,
    PackDecided,
    PageDue,
    PageEvent,
    Reclassified,
    RetryWanted,
    ReviewMade,
    SelfAlertFired,
    SelfAlertResolved,
    SettingsChanged,
    SettingsLoaded,
    SilenceEvent,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    StoreRestored,
    TimerFired,
)
from triaged.core.records.practice.duty_events import DutyEvent
from triaged.core.records.practice.events import PracticeEvent
from triaged.core.records.practice.request_events import RequestEvent
from triaged.core.records.two_way import TwoWayEvent
from triaged.core.response.contact_tests import start_test
from triaged.core.response.delivering import ended, may_go, retry_now, slow
from triaged.core.response.duty_notices import tell_duty
from triaged.core.response.rearming import rearm
from triaged.core.response.timing import fire
from triaged.core.restoring import restored
from triaged.core.self_alerts import self_alert_fired, self_alert_resolved
from triaged.core.situation import Situation
from triaged.core.two_way.asking import ask
from triaged.core.two_way.deciding import decide_two_way


def decide(situation: Situation, event: Event) -> Decision:
    """Decide `event` in its situation: the rows to write, and the answer to the caller.

    Pure: the same arguments give the same decision. It reads the view and does not change it.
    """
    return with_practice(situation, _decide(situation, event))


def _decide(situation: Situation, event: Event) -> Decision:
    if isinstance(event, AlertReceived):
        return receive(situation, event)  # first: nearly all events are alerts
    if isinstance(event, Action):
        return act(situation, event)
    if isinstance(event, PracticeEvent):
        return practise(situation, event)
    if isinstance(event, RequestEvent):
        return decide_request(situation, event)
    if isinstance(event, ContactEvent):
        return decide_contact(situation, event)
    if isinstance(event, Asked):
        return ask(situation, event)
    if isinstance(event, TwoWayEvent):
        return decide_two_way(situation, event)
    if isinstance(event, DutyEvent):
        return decide_duty(situation, event)
    match event:
        case TimerFired(timer=timer):
            return fire(situation, timer)
        case PageDue() | DeliveryEnded() | DeliverySlow() | RetryWanted():
            return _page(situation, event)
        case SilenceSet() | SilenceExpired() | SilenceLooked():
            return _silence(situation, event)
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
        case StoreRestored():
            return restored(situation, event)
        case Declared():
            return declare(situation, event)
        case ContactsTested():
            return start_test(situation, event)
        case DutyMoved():
            return tell_duty(situation, event)
        case ShiftNoticed():
            return tell_shift(situation, event)
        case GapNoticed():
            return tell_gap(situation, event)
        case QuietHoursOver():
            return send_digest(situation, event)
        case ReviewMade():
            return send_review(situation, event)
        case FeedRead():
            return keep_feed(situation, event)
        case _:
            assert_never(event)


def _page(situation: Situation, event: PageEvent) -> Decision:
    match event:
        case PageDue():
            return may_go(situation, event)
        case DeliveryEnded():
            return ended(situation, event)
        case DeliverySlow():
            return slow(situation, event)
        case RetryWanted():
            return retry_now(situation, event)
        case _:
            assert_never(event)


def _silence(situation: Situation, event: SilenceEvent) -> Decision:
    match event:
        case SilenceSet():
            return set_silence(situation, event)
        case SilenceExpired():
            return expire(situation, event)
        case SilenceLooked():
            return looked(situation, event)
        case _:
            assert_never(event)


def _loaded(situation: Situation, event: SettingsLoaded) -> Decision:
    loaded = load(situation, event)
    may_change = situation.settings.muters or not event.started  # or the last one has gone
    looks = (LookAgain(situation.now),) if may_change else ()
    return Decision((*loaded.effects, *looks), loaded.answer)
