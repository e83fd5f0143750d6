"""Successors of a failed attempt: the person's next contact, then the plan's next step.

A step has reached nobody when no attempt of it can succeed any more, or when none has within
`NOBODY_US`. Until then a temporary refusal is waited for: who is called out of bed by the catch-all
because a mail server greylists is called for nothing.
"""

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.wanted import why_not_wanted
from triaged.core.records.effects import SavePage
from triaged.core.records.model import Incident, Page, PageKind, PageState, Reason, Recipient, State
from triaged.core.records.pages import HOLDER
from triaged.core.records.timers import ReachDue
from triaged.core.response.escalation import next_step_now
from triaged.core.response.paging import channel_of, targets_of, why_unusable
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND

NOBODY_US = 30 * SECOND
"""From the first attempt of a step that failed. Greylisting and restarts are over in seconds; of
the five minutes of a SEV-1 no more may pass before others are asked."""


def superseded(page: Page, incident: Incident) -> Reason | None:
    """Why nobody needs the page any more; None: it is needed."""
    if page.kind is PageKind.UPDATE or page.test:
        return None
    if page.wanted is not UNSET:
        return why_not_wanted(page.wanted, incident)
    if page.target == HOLDER and incident.holder == page.recipient.person:
        has_acted = (incident.active_at or 0) > page.created_at
        return Reason.ACKNOWLEDGED if has_acted else None
    if incident.state is State.ACKNOWLEDGED:
        return Reason.ACKNOWLEDGED
    if incident.state is State.MERGED:
        return Reason.MERGED
    if incident.state is not State.OPEN:
        return Reason.RESOLVED
    if page.epoch < incident.escalation.epoch:
        return Reason.NEWER_EPOCH
    if _was_repeated(page, incident):
        return Reason.PAGED_AGAIN
    return None


def _was_repeated(page: Page, incident: Incident) -> bool:
    """True if the page of an exhausted incident, tried before, has been followed by the next one.

    One that has waited for its contact until now goes out, however often others were paged since.
    """
    if page.tried_at is None:
        return False
    place = incident.escalation
    repeats = page.step > len(incident.plan.steps) and page.round == place.round
    return repeats and page.step + 1 < place.step


def succeed(
    situation: Situation, draft: Draft, failed: Page, *, passes_on: bool, for_good: bool
) -> None:
    """Start what comes after `failed`, which is as it is saved: it must not end with nobody.

    `passes_on`: the person's next contact starts now. `for_good`: this contact will never work.
    """
    if (
        failed.kind is PageKind.UPDATE
        or failed.rest
        or failed.test
        or superseded(failed, draft.incident)
    ):
        return
    contacts = _other_contacts(situation, failed) if passes_on else ()
    started = any(_start(situation, draft, failed, contact) for contact in contacts)
    if failed.target == HOLDER or failed.wanted is not UNSET:
        return  # no step of the policy waits for it
    if for_good and not started and not _others_go_on(situation, failed, draft.incident):
        next_step_now(situation, draft, failed)
        return
    due = _unreached(situation, draft.incident, failed)
    if due:
        draft.arm(ReachDue(draft.incident.number, due[0][0], draft.incident.escalation.epoch))


def give_up_waiting(situation: Situation, draft: Draft) -> None:
    """The steps that nobody has been reached by in `NOBODY_US` have reached nobody."""
    for due_at, page in _unreached(situation, draft.incident):
        if due_at <= situation.now:
            next_step_now(situation, draft, page)
    dues = [due_at for due_at, _ in _unreached(situation, draft.incident)]
    if later := [due_at for due_at in dues if due_at > situation.now]:
        draft.arm(ReachDue(draft.incident.number, later[0], draft.incident.escalation.epoch))


def _unreached(
    situation: Situation, incident: Incident, failed: Page | None = None
) -> list[tuple[int, Page]]:
    """(when it will have reached nobody, its first page) of each step in trouble, in order."""
    pages = {page.id: page for page in situation.view.pages.values()}
    if failed is not None:
        pages[failed.id] = failed
    steps: dict[tuple[int, int], list[Page]] = {}
    for page in pages.values():
        if (page.incident, page.epoch) == (incident.number, incident.escalation.epoch):
            steps.setdefault((page.round, page.step), []).append(page)
    place = incident.escalation
    found: list[tuple[int, Page]] = []
    for step, every in steps.items():
        ours = [page for page in every if _is_of_step(page, incident)]
        tried = [(page.tried_at, page.id, page) for page in ours if page.tried_at is not None]
        reached = any(page.state is PageState.SENT for page in ours)
        if tried and not reached and step > (place.unreached_round, place.unreached_step):
            at, _, first = min(tried)
            found.append((at + NOBODY_US, first))
    return sorted(found, key=lambda each: (each[0], each[1].id))


def _others_go_on(situation: Situation, failed: Page, incident: Incident) -> bool:
    """True if another page of the failed one's step has not failed."""
    return any(
        (page.incident, page.step_id) == (failed.incident, failed.step_id)
        and page.id != failed.id
        and page.state in (PageState.DUE, PageState.SENT)
        and _is_of_step(page, incident)
        for page in situation.view.pages.values()
    )


def _is_of_step(page: Page, incident: Incident) -> bool:
    """True if `page` goes to whom its step names; the catch-all's does not."""
    if page.kind is not PageKind.PAGE:
        return False
    return page.target in map(str, targets_of(incident, page.step))


def _other_contacts(situation: Situation, failed: Page) -> Iterator[str]:
    """The person's other contacts that can be used: those of the `page` list first, in order.

    What is of urgency `notify` goes to the `notify` list only: it is nothing for a phone.
    """
    person = situation.settings.people.get(failed.recipient.person)
    if person is None:
        return
    ways, others = person.page, list(person.contacts)
    if failed.urgency == "notify":
        ways, others = person.notify, []
    for name in dict.fromkeys([*(way.contact for way in ways), *others]):
        recipient = Recipient(person.id, name)
        if recipient != failed.recipient and why_unusable(situation, recipient) is None:
            yield name


def _start(situation: Situation, draft: Draft, failed: Page, contact: str) -> bool:
    """Page the failed page's person by another contact; False when that has failed already."""
    recipient = Recipient(failed.recipient.person, contact)
    head = failed.id.rsplit("/", 2)[0]
    identity = f"{head}/{recipient.person}/{recipient.contact}"
    existing = situation.view.pages.get(identity)
    if existing is None:
        fallback = replace(
            anew(failed, situation.now),
            id=identity,
            recipient=recipient,
            channel=channel_of(situation.settings, recipient) or "",
            fallback=failed.fallback + 1,
        )
        draft.send(fallback)
        return True
    if existing.state is PageState.DUE and existing.attempts == 0:
        draft.add(SavePage(replace(existing, due_at=min(existing.due_at, situation.now))))
    return existing.state is not PageState.FAILED


def anew(page: Page, now: int) -> Page:
    """A page like `page` that nobody has tried yet, due now."""
    return replace(
        page,
        due_at=now,
        created_at=now,
        state=PageState.DUE,
        attempts=0,
        answered=0,
        token=0,
        lease_until=0,
        possible_duplicate=False,
        passed_on=False,
        tried_at=None,
        addresses=(),
        error="",
    )
