"""What providers report of messages that they had accepted."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.two_way.desks import Desk
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import Page, PageState, State
from triaged.core.records.pages import ReceiptState
from triaged.core.records.two_way import ReceiptTaken
from triaged.core.time.durations import MINUTE


def report(desk: Desk, page: Page, state: ReceiptState, error: str = "") -> Page:
    """The page once its provider has reported this."""
    desk.handle(ReceiptTaken(page.incident, page.id, state, error))
    return desk.view.pages[page.id]


def sent(desk: Desk) -> Page:
    """The first page."""
    return next(page for page in desk.view.pages.values() if page.channel == "desk")


def test_delivered_is_on_the_page_and_is_no_acknowledgement() -> None:
    desk = Desk()

    page = report(desk, sent(desk), ReceiptState.DELIVERED)

    assert page.receipt is ReceiptState.DELIVERED
    assert desk.state() is State.OPEN


@pytest.mark.parametrize("late", [ReceiptState.SENT, ReceiptState.FAILED])
def test_what_was_delivered_stays_so(late: ReceiptState) -> None:
    desk = Desk()
    report(desk, sent(desk), ReceiptState.DELIVERED)

    page = report(desk, sent(desk), late)

    assert (page.receipt, page.state) == (ReceiptState.DELIVERED, PageState.SENT)


def test_failure_is_as_a_refusal_the_next_contact_is_paged_now() -> None:
    desk = Desk()
    alice = desk.settings.people["alice"]
    only = replace(alice, page=alice.page[:1])
    desk.settings = replace(desk.settings, people={**desk.settings.people, "alice": only})
    desk.fires(alertname="Other", severity="SEV-1")
    desk.deliver()
    page = next(one for one in desk.view.pages.values() if one.incident == 2)

    failed = report(desk, page, ReceiptState.FAILED, "30003 unreachable")

    assert failed.state is PageState.FAILED
    assert (failed.receipt, failed.error) == (ReceiptState.FAILED, "30003 unreachable")
    mails = [one for one in desk.view.pages.values() if one.incident == 2 and one is not failed]
    assert [(one.channel, one.fallback) for one in mails] == [("mail", 1)]
    assert desk.kinds(2)[-1] == "page.failed"


def test_failure_is_reported_once() -> None:
    desk = Desk()
    report(desk, sent(desk), ReceiptState.FAILED, "30003")
    before = dict(desk.view.pages)

    report(desk, sent(desk), ReceiptState.FAILED, "30003")

    assert desk.view.pages == before


def test_failure_after_an_acknowledgement_pages_nobody() -> None:
    desk = Desk()
    desk.handle(Acknowledged(1, "bob"))
    before = set(desk.view.pages)

    report(desk, sent(desk), ReceiptState.FAILED, "30003")

    assert set(desk.view.pages) == before


def alone() -> Desk:
    """Alice has one contact, the policy one step that names her, and nobody else is there."""
    desk = Desk()
    alice = desk.settings.people["alice"]
    ways = {"desk": alice.contacts["desk"]}
    only = replace(alice, contacts=ways, page=alice.page[:1], notify=alice.page[:1])
    plan = desk.settings.policies["default"]
    plan = replace(plan, steps=plan.steps[:1], catch_all=None, repeat_times=0)
    desk.settings = replace(desk.settings, people={"alice": only}, policies={"default": plan})
    desk.fires(alertname="Other", severity="SEV-1")
    desk.deliver()
    return desk


def test_page_that_nobody_else_gets_is_sent_again() -> None:
    desk = alone()
    desk.run(6 * 60)  # every step has fired
    (last,) = [page for page in desk.view.pages.values() if page.incident == 2][-1:]
    for page in [one for one in desk.view.pages.values() if one.incident == 2]:
        report(desk, page, ReceiptState.FAILED, "30003")

    again = [one for one in desk.view.pages.values() if "+1/" in one.id]

    assert [one.recipient for one in again] == [last.recipient]
    assert again[0].due_at == desk.now + MINUTE
    assert again[0].receipt is UNSET
