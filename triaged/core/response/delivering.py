"""May this page go out now, and what follows from the provider's answer.

Acknowledgement, muting and calendars are decided here, at the last moment. A page that fails has a
successor: the person's next contact, then the catch-all and the next step.
"""

from collections.abc import Iterator
from typing import assert_never

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.muting.mute_hold import held_until, hold, look_first, mute_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import AddPage, Decision, Drop, Hold, SavePage, Send
from triaged.core.records.events import Delivered, DeliveryEnded, PageDue, Refused, TryAgain
from triaged.core.records.model import (
    Entry,
    Incident,
    Page,
    PageKind,
    PageState,
    Reason,
    Recipient,
    State,
)
from triaged.core.response.escalation import calendar_of, next_step_now, targets_of
from triaged.core.response.paging import News, channel_of, page_id, update_row
from triaged.core.response.retrying import RETRY_MAX_US, gives_up, is_told, retry_at, wants_fallback
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.calendars import is_open, next_open


def may_go(situation: Situation, event: PageDue) -> Decision:
    """Send, hold or drop a page that has been claimed."""
    now = situation.now
    page = event.page
    stored = situation.view.pages.get(page.id)
    incident = situation.incident(page.incident)
    if stored is None or stored.token != page.token or incident is None:
        return Decision((), Drop(page))  # somebody else has it: theirs to decide
    reason = _superseded(page, incident)
    if reason is not None:
        done = replace(page, state=PageState.SUPERSEDED, error=reason, lease_until=0)
        return Decision((SavePage(done),), Drop(done))
    muted = mute_of(situation, incident)
    if muted is not None:
        return hold(situation, page, incident, muted)
    if incident.rests:
        return look_first(situation, page)
    calendar = calendar_of(situation.settings, incident.severity)
    if calendar is not None and not is_open(calendar, now):
        return _held(situation, page, incident, next_open(calendar, now))
    if page.attempts - 1 > page.answered and not page.possible_duplicate:
        page = replace(page, possible_duplicate=True)  # the last attempt never told its end
        return Decision((SavePage(page),), Send(page, incident))
    return Decision((), Send(page, incident))


def _superseded(page: Page, incident: Incident) -> Reason | None:
    if page.kind is PageKind.UPDATE:
        return None
    if incident.state is State.ACKNOWLEDGED:
        return Reason.ACKNOWLEDGED
    if incident.state is not State.OPEN:
        return Reason.RESOLVED
    if page.epoch < incident.escalation.epoch:
        return Reason.NEWER_EPOCH
    return None


def _held(situation: Situation, page: Page, incident: Incident, until: int) -> Decision:
    held = held_until(page, until)
    draft = Draft(incident)
    data = _data(page) | {"reason": Reason.CALENDAR_CLOSED, "until": until}
    text = f"held for {_whom(page.recipient)}: the calendar is closed"
    draft.say(Entry(situation.now, "page.held", TRIAGED, text, data))
    return Decision((SavePage(held), *draft.effects()), Hold(held))


def ended(situation: Situation, event: DeliveryEnded) -> Decision:
    """Record what the provider said, and see to it that somebody is reached."""
    page = situation.view.pages.get(event.page_id)
    if page is None or page.token != event.token or page.state is not PageState.DUE:
        return Decision()  # the lease was lost: whoever claimed it since will report
    incident = situation.view.incidents[page.incident]
    page = replace(page, answered=event.attempt, lease_until=0)
    draft = Draft(incident)
    match event.verdict:
        case Delivered(ref=ref):
            _delivered(situation, draft, replace(page, provider_ref=ref, error=""))
        case TryAgain() as verdict:
            _try_again(situation, draft, page, verdict)
        case Refused(error=error):
            _refused(situation, draft, replace(page, error=error))
        case _:
            assert_never(event.verdict)
    return Decision(draft.effects())


def _delivered(situation: Situation, draft: Draft, page: Page) -> None:
    draft.add(SavePage(replace(page, state=PageState.SENT, sent_at=situation.now)))
    whom = _whom(page.recipient)
    if page.kind is PageKind.UPDATE:
        draft.say(
            Entry(
                situation.now, "update.sent", TRIAGED, f"told {whom}: {page.subject}", _data(page)
            )
        )
        return
    draft.say(Entry(situation.now, "page.sent", TRIAGED, f"paged {whom}", _data(page)))
    told = draft.incident.told
    if page.recipient not in told:
        draft.change(told=(*told, page.recipient))
    if draft.incident.state is not State.OPEN:
        # it went out while somebody acknowledged or resolved: this one must hear of it too
        about = str(draft.incident.state)
        news = News(f"{about} while this page was on its way", about)
        draft.send(update_row(situation, draft.incident, page.recipient, news))


def _try_again(situation: Situation, draft: Draft, page: Page, verdict: TryAgain) -> None:
    if gives_up(page, situation.now):
        failed = replace(page, state=PageState.FAILED, error=verdict.error)
        draft.add(SavePage(failed))
        _say_failed(situation, draft, failed, Reason.GAVE_UP)
        return
    passes_on = wants_fallback(page, verdict)
    waiting = replace(
        page,
        passed_on=page.passed_on or passes_on,
        due_at=retry_at(page, verdict, situation.now),
        error=verdict.error,
        possible_duplicate=page.possible_duplicate or verdict.maybe_accepted,
    )
    draft.add(SavePage(waiting))
    if is_told(page):
        _say_failed(situation, draft, waiting, Reason.TRYING_AGAIN)
    if passes_on:
        _succeed(situation, draft, waiting)


def _refused(situation: Situation, draft: Draft, page: Page) -> None:
    """It failed for good; unless nobody else will be paged: then whoever refuses is asked again.

    A provider that says 404 is mended sooner or later, and a contact that is wrong by a reload.
    """
    if is_told(page):
        _say_failed(situation, draft, page, Reason.REFUSED)
    _succeed(situation, draft, page)
    if _is_cared_for(situation, draft, page):
        draft.add(SavePage(replace(page, state=PageState.FAILED)))
    else:
        draft.add(SavePage(replace(page, due_at=situation.now + RETRY_MAX_US)))


def _is_cared_for(situation: Situation, draft: Draft, page: Page) -> bool:
    """Whether nobody needs the page, or others were, are or will be paged in its place."""
    if page.kind is PageKind.UPDATE or _superseded(page, draft.incident) is not None:
        return True
    added = (effect.page for effect in draft.effects() if isinstance(effect, AddPage))
    others = any(
        other.kind is PageKind.PAGE
        and (other.incident, other.epoch) == (page.incident, page.epoch)
        and other.id != page.id
        and other.state in (PageState.DUE, PageState.SENT)
        for other in (*situation.view.pages.values(), *added)
    )
    return others or draft.incident.escalation.next_at is not None


def _say_failed(situation: Situation, draft: Draft, page: Page, reason: Reason) -> None:
    text = f"attempt {page.attempts} to reach {_whom(page.recipient)} failed: {page.error}"
    draft.say(Entry(situation.now, "page.failed", TRIAGED, text, _data(page) | {"reason": reason}))


def _data(page: Page) -> dict[str, object]:
    return {
        "page": page.id,
        "person": page.recipient.person,
        "contact": page.recipient.contact,
        "channel": page.channel,
        "epoch": page.epoch,
        "round": page.round,
        "step": page.step,
        "attempt": page.attempts,
    }


def _whom(recipient: Recipient) -> str:
    if not recipient.person:
        return recipient.contact
    return f"{recipient.person} by {recipient.contact}"


def _succeed(situation: Situation, draft: Draft, failed: Page) -> None:
    """Start what comes after a page that fails: it must not end with nobody."""
    if failed.kind is PageKind.UPDATE or _superseded(failed, draft.incident) is not None:
        return
    for contact in _other_contacts(situation.settings, failed):
        if _start(situation, draft, failed, contact):
            return
    if any(_goes_on(page, failed, draft.incident) for page in situation.view.pages.values()):
        return  # the step has another who is or will be reached, or fails in turn
    next_step_now(situation, draft, failed)


def _goes_on(page: Page, failed: Page, incident: Incident) -> bool:
    """Whether `page` is another of the failed one's step that has not failed; no catch-all's."""
    same_step = (page.incident, page.step_id) == (failed.incident, failed.step_id)
    if not same_step or page.id == failed.id:
        return False
    if page.kind is not PageKind.PAGE or page.state not in (PageState.DUE, PageState.SENT):
        return False
    return page.target in map(str, targets_of(incident.plan, page.step))


def _other_contacts(settings: Settings, failed: Page) -> Iterator[str]:
    """The person's other contacts: those of the `page` list first, in order.

    What is of urgency `notify` goes to the `notify` list only: it is nothing for a phone.
    """
    person = settings.people.get(failed.recipient.person)
    if person is None:
        return
    ways, others = person.page, list(person.contacts)
    if failed.urgency == "notify":
        ways, others = person.notify, []
    for name in dict.fromkeys([*(way.contact for way in ways), *others]):
        recipient = Recipient(person.id, name)
        if recipient != failed.recipient and channel_of(settings, recipient):
            yield name


def _start(situation: Situation, draft: Draft, failed: Page, contact: str) -> bool:
    """Page the failed page's person by another contact; False when that has failed already."""
    recipient = Recipient(failed.recipient.person, contact)
    identity = page_id(draft.incident.id, failed.step_id, failed.target, recipient)
    existing = situation.view.pages.get(identity)
    if existing is None:
        successor = replace(
            failed,
            id=identity,
            recipient=recipient,
            channel=channel_of(situation.settings, recipient) or "",
            due_at=situation.now,
            created_at=situation.now,
            state=PageState.DUE,
            attempts=0,
            answered=0,
            token=0,
            possible_duplicate=False,
            passed_on=False,
            error="",
            fallback=failed.fallback + 1,
        )
        draft.send(successor)
        return True
    if existing.state is PageState.DUE and existing.attempts == 0:
        draft.add(SavePage(replace(existing, due_at=min(existing.due_at, situation.now))))
    return existing.state is not PageState.FAILED
