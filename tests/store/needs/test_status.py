from triaged.core.records.events import TimerFired
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.practice.status import (
    PAGE,
    Component,
    ComponentStatus,
    Mailing,
    Maintenance,
    Post,
    PublicIncident,
    Subscriber,
)
from triaged.core.records.practice.status_events import (
    ComponentSet,
    MailingAdvanced,
    MaintenanceDue,
    PostDrafted,
    PostPublished,
    SubscriptionEnded,
    Wording,
)
from triaged.core.records.timers import ComponentsDue, PostDue
from triaged.store.needs.batch import Needs
from triaged.store.needs.event_needs import EventNeeds
from triaged.store.needs.status import LOCK, status_needs


def test_a_post_needs_its_thread_its_incident_and_the_components() -> None:
    draft = status_needs(PostDrafted("carol", "p", Wording(), "t", 7))
    published = status_needs(PostPublished("carol", "p", "t", 7))

    threads: dict[type[PracticeRow], set[str]] = {PublicIncident: {"t"}, Maintenance: {"t"}}
    assert draft == EventNeeds(frozenset({7}), {Component: {PAGE}}, threads, frozenset({LOCK}))
    assert published == EventNeeds(
        frozenset({7}), {Component: {PAGE}}, {**threads, Post: {"p"}}, frozenset({LOCK})
    )


def test_what_changes_the_page_holds_its_lock_and_a_subscriber_another() -> None:
    events = (
        ComponentSet("carol", "checkout", ComponentStatus.OPERATIONAL),
        MaintenanceDue("m", 1),
        SubscriptionEnded("ann"),
    )

    assert [set(status_needs(event).locks) for event in events] == [
        {LOCK},
        {LOCK},
        {"status page subscriber ann"},
    ]


def test_a_mailing_needs_its_subscribers_and_what_it_is_about() -> None:
    event = MailingAdvanced("p", "t", "p", "", ("ann", "ben"), last=True)

    needs = Needs([event], {})

    assert needs.row_ids[Subscriber] == {"ann", "ben"}
    assert needs.row_ids[Mailing] == {"p"}
    assert needs.locks == {LOCK}


def test_a_deadline_needs_what_is_public_about_its_incident() -> None:
    post, components = (
        Needs([TimerFired(PostDue(7, 1))], {}),
        Needs([TimerFired(ComponentsDue(7, 1))], {}),
    )

    assert post.rows == {PublicIncident: {7}}
    assert components.rows == {PublicIncident: {7}, Post: {7}, Component: {PAGE}}
    assert components.locks == {LOCK}
