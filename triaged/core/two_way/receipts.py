"""What providers report of messages that they had accepted: the truth about a page.

A receipt is no acknowledgement, whatever it says: a call that was answered may have been answered
by a machine.
"""

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.effects import Count, Decision, SavePage
from triaged.core.records.model import Page, PageState, Reason
from triaged.core.records.pages import ReceiptState
from triaged.core.records.two_way import ReceiptTaken
from triaged.core.response.delivering import is_cared_for, say_failed
from triaged.core.response.retrying import RETRY_MAX_US
from triaged.core.response.succeeding import anew, succeed
from triaged.core.situation import Situation

ORDER = (ReceiptState.SENT, ReceiptState.DELIVERED, ReceiptState.READ)
"""A message comes no less far than it has come: providers report in any order, and twice."""


def take_receipt(situation: Situation, event: ReceiptTaken) -> Decision:
    """Keep what the provider reports; a page that has failed after all has a successor."""
    page = situation.view.pages.get(event.page)
    incident = situation.incident(event.incident)
    if page is None or incident is None or page.state is not PageState.SENT:
        return Decision()  # it has failed already, or its verdict is not here yet
    if event.state is not ReceiptState.FAILED:
        if page.receipt in ORDER and ORDER.index(page.receipt) >= ORDER.index(event.state):
            return Decision()
        return Decision((SavePage(replace(page, receipt=event.state)),))
    if page.receipt in (ReceiptState.DELIVERED, ReceiptState.READ):
        return Decision()
    draft = Draft(incident)
    _fail(situation, draft, replace(page, receipt=event.state, error=event.error))
    return Decision(draft.effects())


def _fail(situation: Situation, draft: Draft, page: Page) -> None:
    """As if the provider had refused it at once."""
    failed = replace(page, state=PageState.FAILED)
    draft.add(SavePage(failed))
    say_failed(situation, draft, failed, Reason.REFUSED)
    succeed(situation, draft, failed, passes_on=True, for_good=True)
    if not is_cared_for(situation, draft, failed):
        draft.send(_once_more(failed, situation.now + RETRY_MAX_US))
        draft.add(Count("retried", page.channel))


def _once_more(page: Page, at: int) -> Page:
    """The page again, because there is nobody else: a row of its own, for the old one is over."""
    head, person, contact = page.id.rsplit("/", 2)
    step, _, number = head.rpartition("+")
    before = int(number) if step and number.isdigit() else 0
    base = step if before else head
    again = anew(page, at)
    return replace(
        again,
        id=f"{base}+{before + 1}/{person}/{contact}",
        provider_ref="",
        sent_at=None,
        receipt=UNSET,
    )
