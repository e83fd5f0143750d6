"""Subscribers: who gets what, and that nobody gets anything twice or unasked."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.practice.status_desk import Desk
from triaged.core.practice.status.subscribers import (
    ASKED_MAX,
    SOFT_BOUNCES_MAX,
    after_bounce,
    fits,
)
from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.practice.status import (
    Impact,
    Mailing,
    Maintenance,
    Post,
    PublicIncident,
    Subscriber,
    SubscriberState,
    Wish,
)
from triaged.core.records.practice.status_events import (
    HookSubscribed,
    MailingAdvanced,
    MaintenancePlanned,
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.time.durations import DAY, HOUR, MINUTE


def desk() -> Desk:
    """A page whose communication carol leads."""
    found = Desk()
    found.lead()
    return found


def test_a_confirmed_address_gets_a_post_once() -> None:
    page = desk()
    page.subscribe("ann")
    page.subscribe("ben")
    page.subscribe("cyd")

    page.posts()
    sent = page.mails()

    assert sent == [("ann", "post1"), ("ben", "post1"), ("cyd", "post1")]
    assert page.mails() == sent
    assert page.row(Mailing, "post1").recipients == 3


def test_a_batch_that_is_repeated_adds_nothing() -> None:
    page = desk()
    page.subscribe("ann")
    page.subscribe("ben")
    page.posts()
    first = MailingAdvanced("post1", "thread1", "post1", "", ("ann",), last=False)

    for _ in range(3):
        page.handle(first)

    mailing = page.row(Mailing, "post1")
    assert (mailing.after, mailing.recipients) == ("ann", 1)
    assert page.requests("subscriber.mail") == [("ann", "post1")]
    assert page.mails() == [("ann", "post1"), ("ben", "post1")]


def test_who_has_not_confirmed_gets_one_mail_that_asks() -> None:
    page = desk()
    page.asks("ann")
    page.posts()

    assert page.mails() == []
    assert page.requests("subscriber.confirm") == [("ann", "")]


def test_who_has_left_gets_nothing_and_is_forgotten() -> None:
    page = desk()
    page.subscribe("ann")
    at = page.now

    answers = [page.handle(SubscriptionEnded("ann")) for _ in range(2)]
    page.posts()

    row = page.row(Subscriber, "ann")
    assert answers == [RowSaved("ann"), RowSaved("ann")]
    assert page.mails() == []
    assert (row.state, row.address, row.delete_at) == ("unsubscribed", "", at + 30 * DAY)


def test_who_wants_to_be_forgotten_is_deleted_at_once() -> None:
    page = desk()
    page.subscribe("ann")

    page.handle(SubscriptionEnded("ann", forget=True))

    assert page.row(Subscriber, "ann").delete_at == page.now


def test_who_subscribes_later_does_not_get_what_was_posted_before() -> None:
    page = desk()
    page.posts()
    page.run_until(page.now + MINUTE)
    page.subscribe("ann")

    assert page.mails() == []


@pytest.mark.parametrize(("after", "works"), [(DAY, True), (DAY + 1, False)])
def test_the_link_to_confirm_works_for_a_day(after: int, *, works: bool) -> None:
    page = desk()
    page.asks("ann")
    page.run_until(page.now + after)

    answer = page.handle(SubscriptionConfirmed("ann"))

    assert isinstance(answer, RowSaved if works else Conflict)
    row = page.row(Subscriber, "ann")
    assert row.delete_at == (None if works else row.created_at + 2 * DAY)


def test_confirming_twice_is_no_error_and_confirming_nothing_is_unknown() -> None:
    page = desk()
    page.subscribe("ann")

    assert page.handle(SubscriptionConfirmed("ann")) == RowSaved("ann")
    assert isinstance(page.handle(SubscriptionConfirmed("zoe")), Unknown)
    assert isinstance(page.handle(SubscriptionEnded("zoe")), Unknown)
    assert isinstance(page.handle(SubscriptionChanged("zoe", Wish())), Unknown)


def test_an_address_is_asked_five_times_an_hour_at_most() -> None:
    page = desk()
    for _ in range(ASKED_MAX + 3):
        page.run_until(page.now + MINUTE)
        page.asks("ann")
    within = len(page.requests("subscriber.confirm"))

    page.run_until(page.now + HOUR)
    page.asks("ann")

    assert (within, len(page.requests("subscriber.confirm"))) == (ASKED_MAX, ASKED_MAX + 1)


def test_who_is_subscribed_is_told_so_and_nothing_changes() -> None:
    page = desk()
    page.subscribe("ann", wish=Wish(("checkout",)))
    page.run_until(page.now + MINUTE)

    page.asks("ann", wish=Wish(("search",)))

    row = page.row(Subscriber, "ann")
    assert (row.state, row.wish) == ("active", Wish(("checkout",)))
    assert len(page.requests("subscriber.confirm")) == 2


def test_nothing_is_sent_to_a_domain_or_an_address_that_bounces() -> None:
    page = desk()
    page.asks("ann", domain_bounces=2)
    page.asks("ben")
    page.view.add_row(after_bounce(page.row(Subscriber, "ben"), page.now, hard=True))
    page.run_until(page.now + MINUTE)

    page.asks("ben")

    assert page.requests("subscriber.confirm") == [("ben", "")]


def test_who_comes_back_gets_a_new_link_and_is_asked_again() -> None:
    page = desk()
    page.subscribe("ann")
    page.handle(SubscriptionEnded("ann"))
    page.run_until(page.now + MINUTE)

    page.asks("ann", epoch=2)

    row = page.row(Subscriber, "ann")
    assert (row.state, row.epoch, row.address) == ("unconfirmed", 2, "ann@example.org")


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (Wish(), True),
        (Wish(("checkout",)), True),
        (Wish(("search",)), False),
        (Wish(impact=Impact.CRITICAL), True),
        (Wish(maintenance_only=True), False),
    ],
)
def test_a_subscriber_gets_what_the_wish_covers(wish: Wish, *, wanted: bool) -> None:
    page = desk()
    page.subscribe("ann", wish=wish)
    page.posts()

    assert bool(page.mails()) is wanted


def test_less_than_the_wanted_impact_is_not_sent() -> None:
    page = desk()
    page.posts(impact=Impact.MINOR)
    public, post = page.row(PublicIncident, "thread1"), page.row(Post, "post1")

    assert fits(Wish(impact=Impact.MINOR), public, post)
    assert not fits(Wish(impact=Impact.MAJOR), public, post)


def test_maintenance_goes_to_those_who_want_nothing_else() -> None:
    page = desk()
    page.subscribe("ann", wish=Wish(maintenance_only=True))
    begins = page.now + 25 * HOUR
    page.handle(
        MaintenancePlanned("carol", "m1", "p1", "Upgrade", "x", ("search",), begins, begins + HOUR)
    )
    page.run_until(page.now + 2 * HOUR)
    page.clock_strikes()

    assert page.mails() == [("ann", ""), ("ann", "p1")]
    assert page.row(Maintenance, "m1").reminded == 1


def test_a_subscriber_changes_the_wish() -> None:
    page = desk()
    page.subscribe("ann")

    answer = page.handle(SubscriptionChanged("ann", Wish(("search",))))

    assert answer == RowSaved("ann")
    assert page.row(Subscriber, "ann").wish == Wish(("search",))


def test_a_webhook_needs_no_confirmation() -> None:
    page = desk()
    page.handle(
        HookSubscribed("carol", "h1", "https://hooks.example.org/x", "hooks.example.org", "d")
    )
    page.posts()
    page.mails()

    assert page.requests("subscriber.hook") == [("h1", "post1")]


def test_soft_bounces_pause_and_a_hard_one_ends() -> None:
    page = desk()
    page.subscribe("ann")
    row = page.row(Subscriber, "ann")
    for _ in range(SOFT_BOUNCES_MAX):
        row = after_bounce(row, page.now, hard=False)
    page.view.add_row(row)
    page.posts()
    within = page.mails()
    page.run_until(page.now + DAY)
    page.posts()

    assert row.off_until == page.now
    assert (within, page.mails()) == ([], [("ann", "post2")])
    gone = after_bounce(row, page.now, hard=True)
    assert (gone.state, gone.address) == (SubscriberState.BOUNCED, "")


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "confirm", "leave", "post", "edit", "carry", "wait"]),
        st.sampled_from(["ann", "ben", "cyd"]),
    ),
    max_size=40,
)


@dataclass
class Course:
    """What a subscriber may get, as the rules say it, beside what is decided."""

    page: Desk
    active: dict[str, int] = field(default_factory=dict)
    """Since when each has been confirmed."""

    def do(self, act: str, who: str) -> None:
        """Do one of the acts."""
        page = self.page
        page.run_until(page.now + MINUTE)
        match act:
            case "ask":
                known = page.view.row(Subscriber, who)
                left = known is not None and known.state is SubscriberState.UNSUBSCRIBED
                page.asks(who, epoch=(known.epoch if known else 1) + left)
            case "confirm":
                answer = page.handle(SubscriptionConfirmed(who))
                if isinstance(answer, RowSaved):
                    self.active.setdefault(who, page.now)
            case "leave":
                page.handle(SubscriptionEnded(who))
                self.active.pop(who, None)
            case "post":
                page.posts()
            case "carry":
                before = set(page.requests("subscriber.mail"))
                for one, post in set(page.mails(1)) - before:
                    assert one in self.active
                    published = page.row(Post, post).published_at
                    assert published is not None
                    assert self.active[one] <= published
            case _:
                page.run_until(page.now + HOUR)


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_no_course_of_acts_mails_the_unconfirmed_or_anybody_twice(
    acts: list[tuple[str, str]],
) -> None:
    course = Course(desk())

    for act, who in [*acts, ("carry", "ann")]:
        course.do(act, who)

    sent = course.page.requests("subscriber.mail")
    assert len(sent) == len(set(sent))
