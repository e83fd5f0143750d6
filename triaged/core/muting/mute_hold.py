"""Muted incidents: nothing is sent and no target runs; when the muting ends, they are armed.

An incident rests from the moment at which a page, a step or a target was due and it was muted. What
mutes it is checked at the latest every 15 s, with every change of what fires in it, and when a
silence or a window changes. A check at which nothing is due records what mutes the incident and
changes nothing else: who checks, and how often, makes no difference to who is paged.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.muting.muters import LOOK_EVERY_US, AlertId, Muted
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Hold
from triaged.core.records.effects import ArmTimer, Count, Decision, DropTimer, Effect, SavePage
from triaged.core.records.expectations import Watch, expected_rule
from triaged.core.records.model import (
    Entry,
    Incident,
    Labels,
    Page,
    PageKind,
    PageState,
    Reason,
    Response,
    State,
)
from triaged.core.records.timers import AtRiskDue, MuteDue, StepDue, TargetDue
from triaged.core.response.entries import when
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND

HELD_MOST_US = 300 * SECOND
"""A page whose mute has no known end asks again by then; the incident's looks come long before."""

LOOK_FIRST_US = 1 * SECOND
"""A page that is due just after the muting ended waits so long for the look-up that arms."""


def mute_of(situation: Situation, incident: Incident) -> Muted | None:
    """The causes that mute a live incident now; None: it is not muted, or over.

    Where nothing fires, the labels of the last alert count: of the one that joined last while the
    incident waits to resolve, of the one seen last where an expected alert is missing.
    """
    if not incident.live:
        return None
    labels = situation.view.labels.get(incident.number)
    if labels:
        return situation.mutes().of(labels)
    last = last_alert(situation.view.watches, incident)
    known = None if last is None else situation.view.last_labels.get(last)
    return None if last is None or known is None else situation.mutes().of({last: known})


def last_alert(watches: Mapping[str, Watch], incident: Incident) -> AlertId | None:
    """The alert that a live incident in which nothing fires is muted by, if there is one."""
    expected = expected_rule(incident.key)
    if expected is not None:
        watch = watches.get(expected)
        return (watch.source, watch.fingerprint) if watch is not None and watch.source else None
    waits = incident.resolving_at is not None and not incident.firing
    return incident.last_joined if waits else None


def rest(situation: Situation, draft: Draft, muted: Muted) -> None:
    """Stop the target and the steps of a muted incident of which something is due."""
    before = draft.incident
    _note(situation, draft, muted)
    runs = before.bundled_at is None and not (before.rests and before.escalation.next_at is None)
    if before.state is State.OPEN and runs:
        missed = before.response is Response.MISSED
        draft.change(
            armed_at=None,
            respond_by=None,
            at_risk_at=None,
            response=Response.MISSED if missed else Response.ON_TRACK,
            escalation=replace(before.escalation, next_at=None),
        )
        draft.drop(StepDue, AtRiskDue, TargetDue)


def _note(situation: Situation, draft: Draft, muted: Muted) -> None:
    """Record what mutes the incident, and arm the next check."""
    known = draft.incident.held_by
    _say_changes(situation, draft, muted, known)
    if known != muted.by:
        draft.change(held_by=muted.by)
    draft.arm(MuteDue(draft.incident.number, _look_at(muted, situation.now)))


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
        if muted.until is not None:
            text += f" until {when(situation, muted.until)}"
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
    """Check what mutes the incident; if nothing does any more, arm it where it rests."""
    gone = DropTimer(timer.incident, MuteDue)
    incident = situation.incident(timer.incident)
    if incident is None:
        return Decision((gone,))
    muted = mute_of(situation, incident)
    if muted is None and not incident.held_by:
        return Decision((gone,))
    if muted is not None and muted.by == incident.held_by:
        return Decision((ArmTimer(MuteDue(timer.incident, _look_at(muted, situation.now))),))
    draft = Draft(incident)
    draft.add(gone)
    if muted is not None:
        _note(situation, draft, muted)
    else:
        _end(situation, draft)
    return Decision(draft.effects())


def joined(situation: Situation, draft: Draft, identity: AlertId, labels: Labels) -> None:
    """This alert has joined a muted incident: if nothing mutes it, the muting has ended."""
    if situation.mutes().causes(identity, labels):
        check_mutes(situation, draft)  # there may be causes that were not there before
    else:
        draft.drop(MuteDue)
        _end(situation, draft)


def check_mutes(situation: Situation, draft: Draft) -> None:
    """What fires in the incident has changed: check at once what mutes it."""
    incident = draft.incident
    if incident.live and (incident.held_by or (incident.firing and situation.settings.muters)):
        draft.arm(MuteDue(incident.number, situation.now))


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
    if page.kind is PageKind.PAGE:
        rest(situation, draft, muted)
    else:
        _note(situation, draft, muted)
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
