"""Re-opening: what comes back within `reopen_within`, and whether its holder still has it."""

from triaged.core.alerts.raises import resume
from triaged.core.alerts.source_shares import anew
from triaged.core.draft import Draft
from triaged.core.lifecycle import set_phase
from triaged.core.records.actors import ALERTS, TRIAGED
from triaged.core.records.model import Entry, Incident, Phase, Reason, Response, State
from triaged.core.records.timers import ReopenWindowDue
from triaged.core.response.holding import go_on
from triaged.core.response.paging import News, notify_person
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE

STILL_HELD_US = 5 * MINUTE
"""For so long after its end an acknowledged episode is still in its holder's hands: the same
trouble, by the flapping of a threshold. Later nobody may be looking any more. An episode that goes
on, by its own start, is held for as long as it may re-open."""


def reopens(situation: Situation, incident: Incident) -> bool:
    """True if a new episode with its key re-opens `incident` instead of opening another."""
    resolved_at = incident.resolved_at
    return (
        incident.state is State.RESOLVED
        and incident.next is None
        and resolved_at is not None
        and situation.now < resolved_at + situation.settings.reopen_within
    )


def reopen(situation: Situation, draft: Draft, reason: Reason, by: str) -> None:
    """Open the incident again, without an acknowledgement; the caller arms it."""
    missed = draft.incident.response is Response.MISSED
    draft.change(
        state=State.OPEN,
        reopens=draft.incident.reopens + 1,
        resolved_at=None,
        resolved_by=None,
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledged_until=None,
        snoozed_until=None,
        respond_by=None,
        held_by=(),
        shares=anew(draft.incident.shares),
        response=Response.MISSED if missed else Response.ON_TRACK,
        next=None,
    )
    draft.drop(ReopenWindowDue)
    resume(situation, draft)
    text = _reopened(reason, by)
    draft.say(Entry(situation.now, "incident.reopened", by, text, {"reason": reason}))
    set_phase(situation, draft, Phase.DETECTION, by)


def _reopened(reason: Reason, by: str) -> str:
    match reason:
        case Reason.REOPEN_WINDOW:
            return "re-opened: an alert of it fires again"
        case Reason.REOPENED_BY_HAND:
            return f"re-opened by {by}"
        case _:
            return f"re-opened: {reason.replace('_', ' ')}"


def come_back(
    situation: Situation, draft: Draft, reason: Reason, *, same_episode: bool = False
) -> bool:
    """Re-open what ended by itself; True: its holder still has it and is told, so nobody is paged.

    Otherwise the caller arms it. `same_episode`: it was over by mistake, for the alert that is back
    has the start that it had.
    """
    incident = draft.incident
    held_us = situation.settings.reopen_within if same_episode else STILL_HELD_US
    if not _is_still_held(situation, incident, held_us):
        reopen(situation, draft, reason, TRIAGED)
        return False
    holder = incident.acknowledged_by or ""
    draft.change(
        state=State.ACKNOWLEDGED,
        reopens=incident.reopens + 1,
        resolved_at=None,
        resolved_by=None,
        shares=anew(incident.shares),
        next=None,
    )
    draft.drop(ReopenWindowDue)
    resume(situation, draft)
    text = f"{_reopened(reason, TRIAGED)}; {holder} still holds it"
    draft.say(Entry(situation.now, "incident.reopened", TRIAGED, text, {"reason": reason}))
    set_phase(situation, draft, Phase.TRIAGE, TRIAGED)
    go_on(situation, draft)
    news = News("it is back, and still yours", f"back-{incident.reopens + 1}")
    notify_person(situation, draft, holder, news)
    return True


def _is_still_held(situation: Situation, incident: Incident, held_us: int) -> bool:
    """True if its snooze lasts, or its acknowledgement does and it ended just now, by itself."""
    if incident.acknowledged_by is None or incident.resolved_at is None:
        return False
    if incident.resolved_by not in (ALERTS, TRIAGED):
        return False  # a person said that it was over, and was wrong
    if incident.snoozed_until is not None:
        return situation.now < incident.snoozed_until
    until = incident.resolved_at + held_us
    if incident.acknowledged_until is not None:
        until = min(until, incident.acknowledged_until)
    return situation.now < until
