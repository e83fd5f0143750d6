"""The rows that an event of the status page is decided on."""

from typing import assert_never

from triaged.core.records.practice.status import (
    PAGE,
    Component,
    Mailing,
    Maintenance,
    Post,
    PublicIncident,
    Subscriber,
)
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
from triaged.store.needs.event_needs import EventNeeds, Kinds

LOCK = "status page"
"""Whoever changes what is public holds it: components belong to no incident."""


PAGE_LOCK = frozenset({LOCK})
COMPONENTS: dict[Kinds, set[int]] = {Component: {PAGE}}
"""All components: what one of them may be follows from the others."""


def status_needs(event: StatusEvent) -> EventNeeds:
    """The rows that an event of the status page is decided on."""
    match event:
        case PostDrafted(thread=thread, number=number):
            return _of_thread(thread, number, {})
        case (
            PostChanged(id=one, thread=thread, number=number)
            | PostPublished(id=one, thread=thread, number=number)
            | PostDiscarded(id=one, thread=thread, number=number)
        ):
            return _of_thread(thread, number, {Post: {one}})
        case ComponentSet() | ComponentsListed() | MaintenancePlanned():
            return EventNeeds(rows=COMPONENTS, locks=PAGE_LOCK)
        case MaintenanceChanged(id=one) | MaintenanceDue(id=one):
            return EventNeeds(rows=COMPONENTS, row_ids={Maintenance: {one}}, locks=PAGE_LOCK)
        case (
            SubscriptionAsked(id=one)
            | HookSubscribed(id=one)
            | SubscriptionConfirmed(id=one)
            | SubscriptionChanged(id=one)
            | SubscriptionEnded(id=one)
        ):
            return subscriber_needs(one)
        case MailingAdvanced(id=one, thread=thread, post=post, subscribers=subscribers):
            row_ids: dict[Kinds, set[str]] = {
                Mailing: {one},
                PublicIncident: {thread},
                Maintenance: {thread},
                Post: {post},
                Subscriber: set(subscribers),
            }
            return EventNeeds(row_ids=row_ids, locks=PAGE_LOCK)
        case _:
            assert_never(event)


def subscriber_needs(subscriber: str) -> EventNeeds:
    """One subscriber, with a lock of its own."""
    lock = f"{LOCK} subscriber {subscriber}"
    return EventNeeds(row_ids={Subscriber: {subscriber}}, locks=frozenset({lock}))


def _of_thread(thread: str, number: int | None, more: dict[Kinds, set[str]]) -> EventNeeds:
    numbers = frozenset(() if number is None else (number,))
    row_ids: dict[Kinds, set[str]] = {PublicIncident: {thread}, Maintenance: {thread}}
    return EventNeeds(numbers, COMPONENTS, row_ids | more, PAGE_LOCK)
