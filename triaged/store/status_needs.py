"""The rows that an event of the status page is decided on."""

from typing import assert_never

import msgspec

from triaged.core.records.practice.rows import PracticeRow
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

LOCK = "status page"
"""Whoever changes what is public holds it: components belong to no incident."""


class StatusNeeds(msgspec.Struct, frozen=True):
    """Incidents, and rows by kind and identity."""

    number: int | None = None
    row_ids: dict[type[PracticeRow], set[str]] = {}
    rows: dict[type[PracticeRow], set[int]] = {}
    lock: str = LOCK


def lock_of(subscriber: str) -> str:
    """The lock of one subscriber."""
    return f"{LOCK} subscriber {subscriber}"


def status_needs(event: StatusEvent) -> StatusNeeds:
    """What the event is decided on."""
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
            return StatusNeeds(rows={Component: {PAGE}})
        case MaintenanceChanged(id=one) | MaintenanceDue(id=one):
            return StatusNeeds(row_ids={Maintenance: {one}}, rows={Component: {PAGE}})
        case (
            SubscriptionAsked(id=one)
            | HookSubscribed(id=one)
            | SubscriptionConfirmed(id=one)
            | SubscriptionChanged(id=one)
            | SubscriptionEnded(id=one)
        ):
            return StatusNeeds(row_ids={Subscriber: {one}}, lock=lock_of(one))
        case MailingAdvanced(id=one, thread=thread, post=post, subscribers=subscribers):
            row_ids: dict[type[PracticeRow], set[str]] = {
                Mailing: {one},
                PublicIncident: {thread},
                Maintenance: {thread},
                Post: {post},
                Subscriber: set(subscribers),
            }
            return StatusNeeds(row_ids=row_ids)
        case _:
            assert_never(event)


def _of_thread(
    thread: str, number: int | None, more: dict[type[PracticeRow], set[str]]
) -> StatusNeeds:
    row_ids: dict[type[PracticeRow], set[str]] = {PublicIncident: {thread}, Maintenance: {thread}}
    return StatusNeeds(number, row_ids | more, {Component: {PAGE}})
