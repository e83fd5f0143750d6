"""Muted incidents: nothing is sent and no target runs; when the muting ends, they are armed.

The incident rests from the moment at which something was due and it was muted. A look, at the
latest every 15 s, finds out when that is over.
"""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.muting.muters import LOOK_EVERY_US, Muted, cause_named
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import (
    ArmTimer,
    Count,
    Decision,
    DropTimer,
    Effect,
    Hold,
    SavePage,
)
from triaged.core.records.model import (
    Entry,
    Incident,
    Page,
    PageKind,
    PageState,
    Reason,
    Response,
    State,
)
from triaged.core.records.timers import AtRiskDue, MuteDue, StepDue, TargetDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND

HELD_MOST_US = 300 * SECOND
"""A page whose mute has no known end asks again by then; the incident's looks come long before."""

LOOK_FIRST_US = 1 * SECOND
"""A page that is due just after the muting ended waits so long for the look-up that arms."""


def mute_of(situation: Situation, incident: Incident) -> Muted | None:
    """The causes that mute a live incident now; None: it is not muted, or over.

    While it waits to resolve because nothing fires, what muted it last still does.
    """
    if not incident.live:
        return None
    labels = situation.view.labels.get(incident.number)
    if not labels:
        return _last_muted(incident)
    return situation.mutes().of(labels.values())


def _last_muted(incident: Incident) -> Muted | None:
    if incident.resolving_at is None or incident.firing or not incident.held_by:
        return None
    causes = tuple(cause_named(name) for name in incident.held_by)
    return Muted(causes, None, {})


def rest(situation: Situation, draft: Draft, muted: Muted) -> None:
    """Stop the target and the steps of a muted incident, and arm the next look-up."""
    before = draft.incident
    known = before.held_by
    _say_changes(situation, draft, muted, known)
    if before.state is State.OPEN and not (before.rests and before.escalation.next_at is None):
        missed = before.response is Response.MISSED
        draft.change(
            armed_at=None,
            respond_by=None,
            at_risk_at=None,
            response=Response.MISSED if missed else Response.ON_TRACK,
            escalation=replace(before.escalation, next_at=None),
        )
        draft.drop(StepDue, AtRiskDue, TargetDue)
    if known != muted.by:
        draft.change(held_by=muted.by)
    draft.arm(MuteDue(before.number, _look_at(muted, situation.now)))


def _look_at(muted: Muted, now: int) -> int:
    latest = now + LOOK_EVERY_US
    return latest if muted.until is None else min(latest, muted.until)


def _say_changes(situation: Situation, draft: Draft, muted: Muted, known: tuple[str, ...]) -> None:
    new = [name for name in muted.by if name not in known]
    ended = [name for name in known if name not in muted.by]
    if new:
        data: dict[str, object] = {"by": new, "until": muted.until, "reason": Reason.MUTED}
        about = {str(cause): cause.about for cause in muted.causes if cause.about}
        told = [f"{name} ({about[name]})" if name in about else name for name in new]
        text = f"muted by {', '.join(told)}"
        draft.say(Entry(situation.now, "incident.muted", TRIAGED, text, data | {"about": about}))
    if ended:
        _say_unmuted(situation, draft, ended, muted.by)
    if new and not known:
        for kind, number in muted.counts.items():
            draft.add(Count("suppressed", kind, value=number))


def _say_unmuted(
    situation: Situation, draft: Draft, ended: list[str], still: tuple[str, ...]
) -> None:
    data: dict[str, object] = {"by": ended, "still": list(still), "reason": Reason.UNMUTED}
    text = f"no longer muted by {', '.join(ended)}"
    text += f", but still by {', '.join(still)}" if still else ""
    draft.say(Entry(situation.now, "incident.unmuted", TRIAGED, text, data))


def look(situation: Situation, timer: MuteDue) -> Decision:
    """Look up what mutes the incident; if nothing does any more, arm it where it is open."""
    gone = DropTimer(timer.incident, MuteDue)
    incident = situation.incident(timer.incident)
    if incident is None:
        return Decision((gone,))
    muted = mute_of(situation, incident)
    known = incident.held_by
    idle = incident.state is not State.OPEN or incident.escalation.next_at is None
    if muted is not None and muted.by == known and idle:
        return Decision((ArmTimer(MuteDue(timer.incident, _look_at(muted, situation.now))),))
    if muted is None and not known:
        return Decision((gone,))
    draft = Draft(incident)
    draft.add(gone)
    if muted is not None:
        rest(situation, draft, muted)
    else:
        _end(situation, draft)
    return Decision(draft.effects())


def _end(situation: Situation, draft: Draft) -> None:
    """End the muting: arm the incident if it rested, and let its held pages go."""
    before = draft.incident
    if before.live:  # of what is over it would be no news
        _say_unmuted(situation, draft, list(before.held_by), ())
    draft.change(held_by=())
    if before.rests:
        arm(situation, draft, Cause(Reason.UNMUTED, situation.now))
    for page in situation.view.pages.values():
        if page.incident == before.number and page.state is PageState.DUE:
            draft.add(_let_go(draft.incident, page, situation.now))


def _let_go(incident: Incident, page: Page, now: int) -> Effect:
    """The row of a held page after the muting: updates go out now, older pages are superseded."""
    if page.kind is PageKind.UPDATE:
        return SavePage(replace(page, due_at=min(page.due_at, now)))
    if incident.state is State.OPEN:
        if page.epoch == incident.escalation.epoch:
            return SavePage(page)
        reason = Reason.NEWER_EPOCH
    else:
        over = incident.state is not State.ACKNOWLEDGED
        reason = Reason.RESOLVED if over else Reason.ACKNOWLEDGED
    return SavePage(replace(page, state=PageState.SUPERSEDED, error=reason, lease_until=0))


def hold(situation: Situation, page: Page, incident: Incident, muted: Muted) -> Decision:
    """Hold a page whose incident is muted; the timeline says so once for each cause."""
    draft = Draft(incident)
    known = incident.held_by
    rest(situation, draft, muted)
    until = muted.until or situation.now + HELD_MOST_US
    if any(name not in known for name in muted.by):
        whom = page.recipient.person or page.recipient.contact
        data: dict[str, object] = {"page": page.id, "person": page.recipient.person}
        data |= {"contact": page.recipient.contact, "by": list(muted.by), "until": muted.until}
        text = f"held for {whom}: muted by {', '.join(muted.by)}"
        draft.say(Entry(situation.now, "page.held", TRIAGED, text, data | {"reason": Reason.MUTED}))
    held = held_until(page, until)
    return Decision((SavePage(held), *draft.effects()), Hold(held))


def look_first(situation: Situation, page: Page) -> Decision:
    """Hold a page of a resting incident that nothing mutes any more, until the look-up arms it."""
    held = held_until(page, situation.now + LOOK_FIRST_US)
    return Decision((SavePage(held), ArmTimer(MuteDue(page.incident, situation.now))), Hold(held))


def held_until(page: Page, until: int) -> Page:
    """The page as it waits; what was claimed of it is given back.

    An attempt before that which has not told its end may have reached the provider.
    """
    doubtful = page.possible_duplicate or page.attempts - 1 > page.answered
    given_back = replace(page, due_at=until, lease_until=0, answered=page.attempts)
    return replace(given_back, possible_duplicate=doubtful)
