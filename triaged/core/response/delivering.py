"""May this page go out now, and what follows from the provider's answer.

Acknowledgement, muting and calendars are decided here, at the last moment. A page that fails has a
successor: the person's next contact, then the catch-all and the next step.
"""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.muting.mute_hold import held_until, hold, look_first, mute_of
from triaged.core.oncall.quiet_hours import hold_for_quiet
from triaged.core.oncall.switching import follow_delivery
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Drop, Hold, Send
from triaged.core.records.effects import AddPage, Count, Decision, SaveIncident, SavePage
from triaged.core.records.events import (
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    NotTried,
    PageDue,
    Refused,
    RetryWanted,
    TryAgain,
)
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
from triaged.core.response.contact_gone import contact_off, given_back, rerouted
from triaged.core.response.entries import when
from triaged.core.response.escalation import calendar_of
from triaged.core.response.paging import (
    News,
    channel_of,
    update_row,
    usable_recipients,
    why_unusable,
)
from triaged.core.response.retrying import (
    PATIENCE_US,
    RETRY_MAX_US,
    gives_up,
    is_told,
    retry_at,
    wants_fallback,
)
from triaged.core.response.succeeding import anew, succeed, superseded
from triaged.core.situation import Situation
from triaged.core.time.calendars import is_open, next_open
from triaged.core.two_way.posts import posted


def may_go(situation: Situation, event: PageDue) -> Decision:
    """Send, hold or drop a page that has been claimed."""
    now = situation.now
    page = event.page
    stored = situation.view.pages.get(page.id)
    incident = situation.incident(page.incident)
    if stored is None or stored.token != page.token or incident is None:
        return Decision((), Drop(page))  # somebody else has it: theirs to decide
    reason = superseded(page, incident)
    if reason is not None:
        return _dropped(situation, page, incident, reason)
    channel = channel_of(situation.settings, page.recipient)
    if channel is not None and channel != page.channel:
        moved = replace(given_back(page, now), channel=channel)
        return Decision((SavePage(moved),), Hold(moved))  # a reload has moved the contact
    unusable = None if page.test else why_unusable(situation, page.recipient)
    if unusable is not None and page.kind is PageKind.UPDATE:
        return rerouted(situation, page, incident, unusable)
    if unusable is Reason.CONTACT_OFF:
        return Decision((), Send(page, incident, contact_off(situation, page)))
    if (kept_back := _kept_back(situation, page, incident)) is not None:
        return kept_back
    if (held := hold_for_quiet(situation, page, incident)) is not None:
        return held
    if page.attempts - 1 > page.answered and not page.possible_duplicate:
        page = replace(page, possible_duplicate=True)  # the last attempt never told its end
        return Decision((SavePage(page),), Send(page, incident))
    return Decision((), Send(page, incident))


def _kept_back(situation: Situation, page: Page, incident: Incident) -> Decision | None:
    """Why a page that is needed does not go now; nothing mutes a test of a contact."""
    now = situation.now
    if page.test:
        return _too_late(situation, page, incident) if gives_up(page, now) else None
    muted = mute_of(situation, incident)
    if muted is not None:
        return hold(situation, page, incident, muted)
    if incident.rests:
        return look_first(situation, page)
    calendar = calendar_of(situation.settings, incident.severity)
    if calendar is not None and not is_open(calendar, now):
        return _held(situation, page, incident, next_open(calendar, now))
    return None


def _too_late(situation: Situation, page: Page, incident: Incident) -> Decision:
    """The end of a test page that could not be sent while somebody waited for it."""
    tried = given_back(page, page.due_at)
    failed = replace(tried, state=PageState.FAILED, error=page.error or "it could not go in time")
    draft = Draft(incident)
    draft.add(SavePage(failed))
    say_failed(situation, draft, failed, Reason.GAVE_UP)
    return Decision(draft.effects(), Drop(failed))


def _dropped(situation: Situation, page: Page, incident: Incident, reason: Reason) -> Decision:
    """Nobody needs it; who may have got it from an attempt without an end hears why."""
    done = replace(page, state=PageState.SUPERSEDED, error=reason, lease_until=0)
    if page.attempts - 1 == page.answered or page.kind is PageKind.UPDATE:
        return Decision((SavePage(done),), Drop(done))
    draft = Draft(incident)
    draft.add(SavePage(done))
    _may_have_it(situation, draft, page)
    return Decision(draft.effects(), Drop(done))


def _held(situation: Situation, page: Page, incident: Incident, until: int) -> Decision:
    held = held_until(page, until)
    draft = Draft(incident)
    data = _data(page) | {"reason": Reason.CALENDAR_CLOSED, "until": until}
    text = f"held for {_whom(page.recipient)}: the calendar is closed"
    text += f" until {when(situation, until)}"
    draft.say(Entry(situation.now, "page.held", TRIAGED, text, data))
    return Decision((SavePage(held), *draft.effects()), Hold(held))


def ended(situation: Situation, event: DeliveryEnded) -> Decision:
    """Record the provider's verdict, and start a successor where the page failed."""
    page = situation.view.pages.get(event.page_id)
    if page is None or page.token != event.token or page.state is not PageState.DUE:
        return Decision()  # the lease was lost: whoever claimed it since will report
    draft = Draft(situation.view.incidents[page.incident])
    if isinstance(event.verdict, NotTried):
        _not_tried(situation, draft, page, event.verdict)
        return Decision(draft.effects())
    followed = follow_delivery(situation, event, page)
    page = replace(page, answered=event.attempt, lease_until=0)
    match event.verdict:
        case Delivered() as verdict:
            _delivered(situation, draft, page, verdict)
        case TryAgain() as verdict:
            page = _tried(situation, page, event.began_at)
            _try_again(situation, draft, page, verdict)
        case Refused(error=error):
            page = replace(_tried(situation, page, event.began_at), error=error)
            _refused(situation, draft, page)
        case _:
            assert_never(event.verdict)
    return Decision((*draft.effects(), *followed))


def slow(situation: Situation, event: DeliverySlow) -> Decision:
    """An attempt takes long: it goes on, and the next contact is tried beside it."""
    page = situation.view.pages.get(event.page_id)
    if page is None or page.token != event.token or page.state is not PageState.DUE:
        return Decision()
    draft = Draft(situation.view.incidents[page.incident])
    if page.kind is PageKind.UPDATE or page.passed_on or superseded(page, draft.incident):
        return Decision()
    page = replace(_tried(situation, page, event.began_at), passed_on=True)
    draft.add(SavePage(page))
    text = f"attempt {page.attempts} to reach {_whom(page.recipient)} takes long, and goes on"
    data = _data(page) | {"reason": Reason.CHANNEL_SLOW}
    draft.say(Entry(situation.now, "page.delayed", TRIAGED, text, data))
    succeed(situation, draft, page, passes_on=True, for_good=False)
    return Decision(draft.effects())


def retry_now(situation: Situation, event: RetryWanted) -> Decision:
    """A page that waits for another attempt is due now, one that a calendar holds at its opening.

    What a mute holds waits on: what ends that lets it go.
    """
    page = situation.view.pages.get(event.page_id)
    incident = None if page is None else situation.incident(page.incident)
    if page is None or incident is None or page.token != event.token:
        return Decision()
    if page.state is not PageState.DUE or page.due_at <= situation.now:
        return Decision()
    due_at = situation.now if page.error else _released_at(situation, page, incident)
    return Decision((SavePage(replace(page, due_at=due_at)),) if due_at != page.due_at else ())


def _released_at(situation: Situation, page: Page, incident: Incident) -> int:
    """When a page that is held may go by the present settings, as far as calendars decide."""
    if not page.attempts or incident.held_by or page.test:
        return page.due_at
    calendar = calendar_of(situation.settings, incident.severity)
    return situation.now if calendar is None else next_open(calendar, situation.now)


def _tried(situation: Situation, page: Page, began_at: int | None) -> Page:
    if page.tried_at is not None:
        return page
    return replace(page, tried_at=situation.now if began_at is None else began_at)


def _not_tried(situation: Situation, draft: Draft, page: Page, verdict: NotTried) -> None:
    """The provider is left alone: the page waits, and the next contact is tried meanwhile.

    For a place in a provider's rate it waits `PATIENCE_US` without anybody else being paged.
    """
    passes_on = not verdict.is_limit or verdict.after_us > PATIENCE_US
    waiting = replace(
        _tried(situation, given_back(page, situation.now + verdict.after_us), None),
        error=page.error or verdict.error,  # why it failed before says more
        passed_on=page.passed_on or (passes_on and page.kind is PageKind.PAGE),
    )
    draft.add(SavePage(waiting))
    if page.kind is PageKind.UPDATE or page.passed_on:
        return
    reason = Reason.RATE_LIMIT if verdict.is_limit else Reason.CHANNEL_PAUSED
    data = _data(waiting) | {"reason": reason, "until": waiting.due_at}
    text = f"waits to reach {_whom(page.recipient)}: {verdict.error}"
    text += f"; held until {when(situation, waiting.due_at)}"
    draft.say(Entry(situation.now, "page.delayed", TRIAGED, text, data))
    succeed(situation, draft, waiting, passes_on=passes_on, for_good=False)


def _delivered(situation: Situation, draft: Draft, page: Page, verdict: Delivered) -> None:
    page = replace(page, provider_ref=verdict.ref, error="")
    draft.add(SavePage(replace(page, state=PageState.SENT, sent_at=situation.now)))
    posted(situation, draft, page, verdict.ref)
    _say_refused(situation, draft, page, verdict.refused)
    if verdict.put_off:
        draft.send(_rest_of(situation, page, verdict.put_off))
    whom, data = _whom(page.recipient), _data(page)
    if page.kind is PageKind.UPDATE:
        text = f"told {whom}" + ("" if page.private else f": {page.subject}")
        draft.say(Entry(situation.now, "update.sent", TRIAGED, text, data))
        return
    if verdict.put_off:
        data |= {"put_off": list(verdict.put_off)}
    text = f"paged {whom}"
    if verdict.is_unconfirmed:
        text, data = f"{text}: nobody says whether it arrived", data | {"unconfirmed": True}
    draft.say(Entry(situation.now, "page.sent", TRIAGED, text, data))
    _may_have_it(situation, draft, page)


def _may_have_it(situation: Situation, draft: Draft, page: Page) -> None:
    """Its recipient hears of acknowledgement and resolve; of what happened meanwhile, now."""
    if page.kind is PageKind.UPDATE or page.test:
        return
    told = draft.incident.told
    if page.recipient not in told:
        draft.change(told=(*told, page.recipient))
    survivor = situation.survivor(draft.incident)
    if survivor is not draft.incident and page.recipient not in survivor.told:
        draft.add(SaveIncident(replace(survivor, told=(*survivor.told, page.recipient))))
    happened = _happened(page, draft.incident)
    if happened is not None:
        # it went out while somebody acknowledged or resolved: this one must hear of it too
        what, about = happened
        said = f"merged into {survivor.id}" if draft.incident.merged_into is not None else what
        news = News(f"{said} while this page was on its way", about)
        for recipient in usable_recipients(situation, draft, page.recipient, news):
            draft.send(update_row(situation, draft.incident, recipient, news))


def _happened(page: Page, incident: Incident) -> tuple[str, str] | None:
    """(what, the kind of news) made the page needless; None: nothing, or its recipient did."""
    if page.wanted is UNSET or not incident.live:
        state = str(incident.state)
        by = incident.acknowledged_by if incident.live else incident.resolved_by
        known = incident.state is State.OPEN or page.recipient.person == by
        return None if known else (state, state)
    # who has the incident does not matter to a page for an empty role or a late update
    is_done = superseded(page, incident) is not None
    return ("what it asks for was done", f"done-{page.wanted}") if is_done else None


def _rest_of(situation: Situation, page: Page, addresses: tuple[str, ...]) -> Page:
    """Page for the addresses of a contact that were put off, while others have it."""
    head, person, contact = page.id.rsplit("/", 2)
    rest = anew(page, retry_at(page, TryAgain(""), situation.now))
    return replace(
        rest,
        id=f"{head}+/{person}/{contact}",
        created_at=situation.now,
        addresses=addresses,
        rest=True,
    )


def _say_refused(
    situation: Situation, draft: Draft, page: Page, refused: tuple[tuple[str, str], ...]
) -> None:
    for address, error in refused:
        text = f"{_whom(page.recipient)} has no page at {address}: {error}"
        data = _data(page) | {"address": address, "reason": Reason.REFUSED}
        draft.say(Entry(situation.now, "page.failed", TRIAGED, text, data))


def _try_again(situation: Situation, draft: Draft, page: Page, verdict: TryAgain) -> None:
    if verdict.maybe_accepted:
        _may_have_it(situation, draft, page)
    if gives_up(page, situation.now):
        failed = replace(page, state=PageState.FAILED, error=verdict.error)
        draft.add(SavePage(failed))
        say_failed(situation, draft, failed, Reason.GAVE_UP)
        return
    passes_on = wants_fallback(page, verdict)
    waiting = replace(
        page,
        passed_on=page.passed_on or passes_on,
        due_at=retry_at(page, verdict, situation.now),
        error=verdict.error,
        addresses=verdict.put_off or page.addresses,
        possible_duplicate=page.possible_duplicate or verdict.maybe_accepted,
    )
    draft.add(SavePage(waiting))
    if not page.test:
        draft.add(Count("retried", page.channel))
    _say_refused(situation, draft, page, verdict.refused)
    if is_told(page):
        say_failed(situation, draft, waiting, Reason.TRYING_AGAIN)
    succeed(situation, draft, waiting, passes_on=passes_on, for_good=False)


def _refused(situation: Situation, draft: Draft, page: Page) -> None:
    """It failed for good; unless nobody else will be paged: then whoever refuses is asked again.

    A provider that says 404 is mended sooner or later, and a contact that is wrong by a reload.
    """
    if is_told(page):
        say_failed(situation, draft, page, Reason.REFUSED)
    succeed(situation, draft, page, passes_on=True, for_good=True)
    if is_cared_for(situation, draft, page):
        draft.add(SavePage(replace(page, state=PageState.FAILED)))
    else:
        draft.add(SavePage(replace(page, due_at=situation.now + RETRY_MAX_US)))
        draft.add(Count("retried", page.channel))


def is_cared_for(situation: Situation, draft: Draft, page: Page) -> bool:
    """True if nobody needs the page, or others were, are or will be paged in its place."""
    if page.kind is PageKind.UPDATE or page.rest or page.test:
        return True
    if superseded(page, draft.incident):
        return True
    added = (effect.page for effect in draft.effects() if isinstance(effect, AddPage))
    others = any(
        other.kind is PageKind.PAGE
        and (other.incident, other.epoch) == (page.incident, page.epoch)
        and other.id != page.id
        and other.state in (PageState.DUE, PageState.SENT)
        for other in (*situation.view.pages.values(), *added)
    )
    place = draft.incident.escalation
    return others or (place.next_at is not None and place.exhausted_at is None)


def say_failed(situation: Situation, draft: Draft, page: Page, reason: Reason) -> None:
    """Put on the timeline that an attempt at a page has failed."""
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
