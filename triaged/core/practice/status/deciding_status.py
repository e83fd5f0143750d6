"""The entrance of the status page: it hands each event to the module that decides it."""

from typing import assert_never

from triaged.core.practice.status import status_maintenance, status_page, subscribers
from triaged.core.records.effects import Decision
from triaged.core.records.practice.status_events import (
    ComponentSet,
    ComponentsListed,
    HookSubscribed,
    MailingAdvanced,
    MaintenanceChanged,
    MaintenanceDue,
    MaintenancePlanned,
    PostChanged,
    PostDiscarded,
    PostDrafted,
    PostPublished,
    StatusEvent,
    SubscriptionAsked,
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.situation import Situation


def decide_status(situation: Situation, event: StatusEvent) -> Decision:
    """Decide an event of the status page."""
    match event:
        case PostDrafted():
            return status_page.draft_post(situation, event)
        case PostChanged():
            return status_page.change_post(situation, event)
        case PostPublished():
            return status_page.publish_post(situation, event)
        case PostDiscarded():
            return status_page.discard_post(situation, event)
        case ComponentSet():
            return status_page.set_component(situation, event)
        case ComponentsListed():
            return status_page.list_components(situation, event)
        case MaintenancePlanned():
            return status_maintenance.plan_maintenance(situation, event)
        case MaintenanceChanged():
            return status_maintenance.change_maintenance(situation, event)
        case MaintenanceDue():
            return status_maintenance.maintenance_due(situation, event)
        case SubscriptionAsked():
            return subscribers.ask(situation, event)
        case HookSubscribed():
            return subscribers.subscribe_hook(situation, event)
        case SubscriptionConfirmed():
            return subscribers.confirm(situation, event)
        case SubscriptionChanged():
            return subscribers.change(situation, event)
        case SubscriptionEnded():
            return subscribers.leave(situation, event)
        case MailingAdvanced():
            return subscribers.advance_mailing(situation, event)
        case _:
            assert_never(event)
