"""Messages whose contact is gone, or off: an update goes by another one, a page has failed."""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.oncall.contact_states import why_off
from triaged.core.records.answers import Drop
from triaged.core.records.effects import Decision, SavePage
from triaged.core.records.events import Refused
from triaged.core.records.model import Incident, Page, PageState, Reason
from triaged.core.response.paging import News, update_row, usable_recipients
from triaged.core.situation import Situation


def rerouted(situation: Situation, page: Page, incident: Incident, reason: Reason) -> Decision:
    """The contact of an update is gone or off: it goes to the person's next one."""
    draft = Draft(incident)
    skipped = replace(given_back(page, page.due_at), state=PageState.SUPERSEDED)
    skipped = replace(skipped, error=reason)
    draft.add(SavePage(skipped))
    news = News(page.subject, page.target, page.text, private=page.private)
    for recipient in usable_recipients(situation, draft, page.recipient, news):
        draft.send(update_row(situation, incident, recipient, news))
    return Decision(draft.effects(), Drop(skipped))


def given_back(page: Page, due_at: int) -> Page:
    """A claimed page of which no attempt was made."""
    return replace(page, attempts=page.attempts - 1, lease_until=0, due_at=due_at)


def channel_gone(page: Page) -> Refused:
    """The verdict on a page whose channel a reload has removed, or that never had one."""
    name = page.channel or f"the channel of {page.recipient.contact}"
    return Refused(f"{Reason.CHANNEL_GONE}: {name} is not in the configuration")


def contact_off(situation: Situation, page: Page) -> Refused:
    """The verdict on a page whose contact was switched off after the page had been decided."""
    reason = why_off(situation.view, situation.settings, page.recipient)
    return Refused(f"{Reason.CONTACT_OFF}: {reason}")
