"""Pages and updates: the people behind a target now, their contacts, and the outbox rows."""

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.oncall.contact_states import why_off
from triaged.core.oncall.duty import on_call
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import AddPage
from triaged.core.records.model import (
    Entry,
    Escalation,
    Incident,
    Page,
    PageKind,
    Plan,
    Reason,
    Recipient,
    StepId,
    Target,
)
from triaged.core.records.pages import HOLDER
from triaged.core.records.practice.drills import DESK
from triaged.core.response.skipping import say_skipped
from triaged.core.settings import ContactStep, Person, Settings
from triaged.core.situation import Situation


class News(msgspec.Struct, frozen=True, gc=False):
    """An update: the sentence that it says, and the kind of news that it is.

    An epoch, or a re-opening that waits in a storm, tells each recipient each kind once.
    """

    subject: str
    about: str
    text: str | UnsetType = UNSET
    """A text of its own that follows the sentence."""
    wanted: str | UnsetType = UNSET
    """For a page: what it wants (`Page.wanted`)."""
    private: bool | UnsetType = UNSET
    """True: for its reader alone, and on no timeline."""


class Pager:
    """The pages of one firing: each recipient gets at most one, whatever targets name it."""

    def __init__(self, situation: Situation, draft: Draft, received_at: int) -> None:
        self.situation = situation
        self.draft = draft
        self._received_at = received_at
        self.settings = situation.settings
        self._paged: set[Recipient] = set()

    def names(self, target: Target) -> list[str]:
        """Whom a page to `target` would go to now: people, or the channel."""
        if target.kind == "channel":
            return [str(target)] if target.name in self.settings.channels else []
        people, _ = people_of(self.situation, target)
        incident = self.draft.incident
        return [each.id for each in people if ways_to(self.situation, each, incident).usable]

    def page(self, target: Target, place: Escalation) -> bool:
        """Put the pages to `target` in the outbox; False, with an entry, if that reaches nobody."""
        if target.kind == "channel" and target.name in self.settings.channels:
            self._send(Recipient("", target.name), target, place)
            return True
        people, reason = people_of(self.situation, target)
        reached = [self._page_person(person, target, place) for person in people]
        if any(reached):
            return True
        if people:
            reason = Reason.NO_USABLE_CONTACT
        say_skipped(self.situation, self.draft, target, reason)
        return False

    def _page_person(self, person: Person, target: Target, place: Escalation) -> bool:
        ways = ways_to(self.situation, person, self.draft.incident)
        _say_passed_over(self.situation, self.draft, ways)
        for way in ways.usable:
            self._send(Recipient(person.id, way.contact), target, place, way.after_us)
        return bool(ways.usable)

    def _send(
        self, recipient: Recipient, target: Target, place: Escalation, after_us: int = 0
    ) -> None:
        if recipient in self._paged:
            return  # two late steps, or two targets of one: one page is enough
        self._paged.add(recipient)
        page = page_row(self.draft.incident, self.settings, recipient, str(target), place)
        times = {"created_at": self.situation.now, "due_at": self.situation.now + after_us}
        received_at = self._received_at + after_us
        self.draft.send(replace(page, received_at=received_at, **times))


def paged_people(draft: Draft) -> tuple[str, ...]:
    """Whom the pages among the rows of a draft go to: people, `channel:<name>`."""
    added = (effect.page for effect in draft.effects() if isinstance(effect, AddPage))
    whom = (page.recipient for page in added if page.kind is PageKind.PAGE)
    return tuple(dict.fromkeys(each.person or f"channel:{each.contact}" for each in whom))


def people_of(situation: Situation, target: Target) -> tuple[list[Person], Reason]:
    """The people whom `target` means at `now`; if there are none, why."""
    settings = situation.settings
    names: tuple[str, ...] = ()
    match target.kind:
        case "person":
            names = (target.name,)
        case "schedule" if target.name in settings.schedules:
            names = on_call(situation.duty, target.name, situation.now)
        case "team" if target.name in settings.teams:
            names = settings.teams[target.name].people
        case _:
            return [], Reason.TARGET_GONE
    people = [settings.people[name] for name in names if name in settings.people]
    return people, Reason.TARGET_GONE if target.kind == "person" else Reason.NOBODY_ON_CALL


def targets_of(incident: Incident, step: int) -> tuple[Target, ...]:
    """The targets of a step: the assignee before the first, `last_resort` after the last."""
    plan = incident.plan
    if step == 0:
        return (Target("person", incident.escalation.assignee),)
    return last_resort(plan) if step > len(plan.steps) else plan.steps[step - 1].notify


def targets_from(incident: Incident, further: int) -> tuple[Target, ...]:
    """The targets of the step that comes next, or of one `further` on."""
    return targets_of(incident, max(incident.escalation.step, 1) + further)


def last_resort(plan: Plan) -> tuple[Target, ...]:
    """Whom an exhausted incident pages: the catch-all; without one, whom the last step pages."""
    return plan.steps[-1].notify if plan.catch_all is None else (plan.catch_all,)


class Ways(msgspec.Struct, frozen=True, gc=False):
    """How a person is paged: the contacts in order, and those that are passed over."""

    usable: tuple[ContactStep, ...]
    off: tuple[tuple[Recipient, str], ...] = ()
    """Contacts that are off, and why."""


def ways_to(situation: Situation, person: Person, incident: Incident) -> Ways:
    """The contacts by which `person` is paged for `incident`.

    Those whose channel is gone are left out. In place of one that is off the next contact is used,
    at the time of the one that is off; behind the last of the list, another one of the person's.
    What is of urgency `notify` goes to the `notify` list only: it is nothing for a phone.
    """
    settings = situation.settings
    urgency = settings.severities[incident.severity].urgency
    ways = person.page if urgency == "page" else person.notify
    named = {way.contact for way in ways}
    others = person.contacts if urgency == "page" and ways else ()
    more = [ContactStep(name, ways[-1].after_us) for name in others if name not in named]
    usable: list[ContactStep] = []
    off: list[tuple[Recipient, str]] = []
    waiting: list[int] = []
    """Times of the contacts that are off and have nobody in their place yet."""
    for way in (*ways, *more):
        if way.contact not in named and not waiting:
            break
        recipient = Recipient(person.id, way.contact)
        if channel_of(settings, recipient) is None:
            continue
        reason = why_off(situation.view, settings, recipient)
        if reason is not None:
            off += [(recipient, reason)] if way.contact in named else []
            waiting.append(way.after_us)
            continue
        after_us = min([way.after_us, *waiting])
        usable.append(ContactStep(way.contact, after_us))
        waiting.clear()
    return Ways(tuple(usable), tuple(off))


def _say_passed_over(situation: Situation, draft: Draft, ways: Ways) -> None:
    for recipient, reason in ways.off:
        text = f"{recipient.person} by {recipient.contact}: contact off ({reason})"
        data: dict[str, object] = {"person": recipient.person, "contact": recipient.contact}
        data |= {"target": f"person:{recipient.person}", "reason": Reason.CONTACT_OFF}
        draft.say(Entry(situation.now, "page.skipped", TRIAGED, text, data))


def page_row(
    incident: Incident, settings: Settings, recipient: Recipient, target: str, place: Escalation
) -> Page:
    """The page of the step at `place` to `recipient`; its times are the caller's to set."""
    return Page(
        id=page_id(incident.id, place.step_id, target, recipient),
        incident=incident.number,
        kind=PageKind.PAGE,
        recipient=recipient,
        channel=channel_of(settings, recipient) or "",
        urgency=settings.severities[incident.severity].urgency,
        severity=incident.severity,
        due_at=0,
        created_at=0,
        received_at=0,
        epoch=place.epoch,
        round=place.round,
        step=place.step,
        target=target,
    )


def page_id(incident_id: str, step: StepId, target: str, recipient: Recipient) -> str:
    """The identity of a page: the same decision made twice gives the same row.

    `INC-12/1/1/2/schedule:primary/alice/mail`: epoch, round and step follow the incident.
    """
    return f"{incident_id}/{step}/{target}/{recipient.person}/{recipient.contact}"


def channel_of(settings: Settings, recipient: Recipient) -> str | None:
    """The channel behind a recipient as of now; None when it is gone."""
    channel = recipient.contact
    if recipient.contact == DESK:
        channel = settings.console
    elif recipient.person:
        person = settings.people.get(recipient.person)
        contact = person.contacts.get(recipient.contact) if person else None
        channel = contact.channel if contact else ""
    return channel if channel in settings.channels else None


def inform(situation: Situation, draft: Draft, news: News, by: str) -> None:
    """Tell everybody who was paged, on the same contact and thread, but `by`.

    So are the holder, and whoever has a role.
    """
    incident = draft.incident
    whom: dict[Recipient, None] = {}
    for recipient in incident.told:
        if not recipient.person or recipient.person != by:
            whom |= dict.fromkeys(usable_recipients(situation, draft, recipient, news))
    for recipient in whom:
        draft.send(update_row(situation, incident, recipient, news))
    others = [incident.acknowledged_by or ""]
    others += [] if incident.work is UNSET else [held.person for held in incident.work.roles]
    known = {by, "", *(each.person for each in incident.told)}
    for name in dict.fromkeys(others):
        if name not in known:
            notify_person(situation, draft, name, news)


def usable_recipients(
    situation: Situation, draft: Draft, recipient: Recipient, news: News
) -> tuple[Recipient, ...]:
    """Where the news for `recipient` goes: there, or to the person's next contact for updates.

    That is where the contact or its channel is gone, or the contact is off; which is put on the
    timeline.
    """
    reason = why_unusable(situation, recipient)
    if reason is None:
        return (recipient,)
    others = notified_by(situation, recipient.person)
    whom = f"{recipient.person} by {recipient.contact}" if recipient.person else recipient.contact
    text = f"not told {whom}: {reason.replace('_', ' ')}"
    text += f"; goes by {others[0].contact} instead" if others else ""
    data: dict[str, object] = {"person": recipient.person, "contact": recipient.contact}
    data |= {"subject": news.subject, "reason": reason}
    draft.say(Entry(situation.now, "update.skipped", TRIAGED, text, data))
    return tuple(others[:1])


def update_row(situation: Situation, incident: Incident, recipient: Recipient, news: News) -> Page:
    """The update to `recipient` as an outbox row, due now."""
    epoch = f"{incident.escalation.epoch}.{incident.reopens}"  # not each re-opening is an epoch
    page = page_row(incident, situation.settings, recipient, news.about, incident.escalation)
    return replace(
        page,
        id=f"{incident.id}/{epoch}/{news.about}/{recipient.person}/{recipient.contact}",
        kind=PageKind.UPDATE,
        urgency="notify",
        subject=news.subject,
        text=news.text,
        private=news.private,
        due_at=situation.now,
        created_at=situation.now,
        received_at=situation.now,
    )


def page_person(situation: Situation, draft: Draft, name: str, news: News) -> None:
    """Page the holder about something new in what they have, by the person's contacts in order."""
    person = situation.settings.people.get(name)
    if person is not None:
        _page_about(situation, draft, person, HOLDER, news)


def page_targets(situation: Situation, draft: Draft, targets: Iterable[Target], news: News) -> None:
    """Page `targets` for what the news say is wanted of an incident that somebody may hold.

    Where that reaches nobody, the catch-all of the policy is paged.
    """
    reached = [_page_target(situation, draft, target, news) for target in targets]
    catch_all = draft.incident.plan.catch_all
    if not any(reached) and catch_all is not None:
        _page_target(situation, draft, catch_all, news)


def _page_target(situation: Situation, draft: Draft, target: Target, news: News) -> bool:
    """Page one target; False, with an entry, if that reaches nobody."""
    if target.kind == "channel" and target.name in situation.settings.channels:
        draft.send(_page_of(situation, draft, Recipient("", target.name), str(target), news))
        return True
    people, reason = people_of(situation, target)
    reached = [_page_about(situation, draft, person, str(target), news) for person in people]
    if any(reached):
        return True
    say_skipped(situation, draft, target, Reason.NO_USABLE_CONTACT if people else reason)
    return False


def _page_about(
    situation: Situation, draft: Draft, person: Person, target: str, news: News
) -> bool:
    """Page a person by the contacts in order; False if none can be used."""
    ways = ways_to(situation, person, draft.incident)
    _say_passed_over(situation, draft, ways)
    for way in ways.usable:
        page = _page_of(situation, draft, Recipient(person.id, way.contact), target, news)
        due_at = situation.now + way.after_us
        draft.send(replace(page, due_at=due_at, received_at=due_at))
    return bool(ways.usable)


def _page_of(
    situation: Situation, draft: Draft, recipient: Recipient, target: str, news: News
) -> Page:
    """A page about the news, due now: its identity is that of the update about them."""
    row = update_row(situation, draft.incident, recipient, news)
    page = page_row(
        draft.incident, situation.settings, recipient, target, draft.incident.escalation
    )
    times = {"created_at": row.created_at, "due_at": row.due_at, "received_at": row.received_at}
    says = {"subject": news.subject, "text": news.text, "wanted": news.wanted}
    return replace(page, id=row.id, **says, **times)


def notify_target(
    situation: Situation, draft: Draft, target: Target, news: News, known: set[str]
) -> None:
    """Send an update to whom `target` names now; people who are `known` to have it get none."""
    if target.kind == "channel" and target.name in situation.settings.channels:
        recipient = Recipient("", target.name)
        draft.send(update_row(situation, draft.incident, recipient, news))
        return
    for person in people_of(situation, target)[0]:
        if person.id not in known:
            known.add(person.id)
            notify_person(situation, draft, person.id, news)


def notify_person(situation: Situation, draft: Draft, name: str, news: News) -> None:
    """Send an update by the person's `notify` contacts; where all are off, by another one."""
    for recipient in notified_by(situation, name):
        draft.send(update_row(situation, draft.incident, recipient, news))


def notified_by(situation: Situation, name: str) -> list[Recipient]:
    """The contacts by which a person gets updates, as far as they can be used.

    Where all of them are off, it is the first of the person's other contacts.
    """
    person = situation.settings.people.get(name)
    if person is None:
        return []
    ways = [Recipient(name, way.contact) for way in person.notify]
    reasons = [why_unusable(situation, way) for way in ways]
    usable = [way for way, reason in zip(ways, reasons, strict=True) if reason is None]
    if usable or Reason.CONTACT_OFF not in reasons:
        return usable
    others = [Recipient(name, contact) for contact in person.contacts]
    return [one for one in others if why_unusable(situation, one) is None][:1]


def why_unusable(situation: Situation, recipient: Recipient) -> Reason | None:
    """Why nothing can be sent to a recipient; None: nothing is known against it."""
    if channel_of(situation.settings, recipient) is None:
        return Reason.CHANNEL_GONE
    off = why_off(situation.view, situation.settings, recipient)
    return None if off is None else Reason.CONTACT_OFF
