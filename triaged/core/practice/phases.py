"""Phases: what begins each, how long it should last, and what is said when it lasts longer."""

from collections.abc import Mapping

from triaged.core.draft import Draft
from triaged.core.lifecycle import set_phase
from triaged.core.practice.checklists import left_to_do
from triaged.core.practice.work import change_work, holder_of, work_of
from triaged.core.records.events import NoteAdded
from triaged.core.records.model import Incident, Phase
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.records.timers import PhaseDue
from triaged.core.response.paging import News, notify_person
from triaged.core.situation import Situation
from triaged.core.text.update_form import duration_text
from triaged.core.time.durations import HOUR, MINUTE

GUIDE_US: Mapping[Phase, int | None] = {
    Phase.DETECTION: 5 * MINUTE,
    Phase.TRIAGE: 10 * MINUTE,
    Phase.INVESTIGATION: 45 * MINUTE,
    Phase.MITIGATION: None,
    Phase.RESOLUTION: None,
}
"""How long each phase should last: detection to minute 5, triage to 15, investigation to 60."""

AGAIN_US = 15 * MINUTE
NUDGES_MAX = 5

DEBUGGING_MAX = 3
DEBUGGING_US = 10 * MINUTE
"""So many hypotheses and fixes of the commander in so long are debugging."""

NUDGE_EVERY_US = HOUR

BEGINS: Mapping[NoteKind, Phase] = {
    NoteKind.HYPOTHESIS: Phase.INVESTIGATION,
    NoteKind.FIX: Phase.MITIGATION,
}
"""The phase that a note begins, unless the work is there or further."""

ORDER = list(Phase)


def noted(situation: Situation, draft: Draft, event: NoteAdded) -> None:
    """A note can begin a phase, and show that the commander debugs."""
    phase = BEGINS.get(event.kind)
    if phase is None or not draft.incident.live:
        return
    if ORDER.index(draft.incident.phase) < ORDER.index(phase):
        set_phase(situation, draft, phase, event.by)
    if holder_of(draft.incident, Role.INCIDENT_COMMANDER) == event.by:
        _notice_debugging(situation, draft, event.by)


def _notice_debugging(situation: Situation, draft: Draft, commander: str) -> None:
    """Ask a commander who debugs, privately and once an hour, to hand over one of the two."""
    now, work = situation.now, work_of(draft.incident)
    recent = tuple(at for at in work.debugged_at if at > now - DEBUGGING_US)
    written = (*recent, now)[-DEBUGGING_MAX:]
    change_work(draft, debugged_at=written)
    if len(written) < DEBUGGING_MAX:
        return
    if work.nudged_at is not None and now - work.nudged_at < NUDGE_EVERY_US:
        return
    change_work(draft, nudged_at=now)
    text = "you are commanding and debugging; hand over one?"
    notify_person(situation, draft, commander, News(text, f"debugging-{now}", private=True))


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Watch how long the phase lasts of an incident that somebody has in hand."""
    incident = draft.incident
    work = work_of(incident)
    if work.declared_at is None:
        return
    if not incident.live:
        if before is not None and before.live:
            draft.drop(PhaseDue)
        return
    if (
        before is None
        or not before.live
        or before.phase is not incident.phase
        or work_of(before).declared_at is None
    ):
        _arm(situation, draft)


def _arm(situation: Situation, draft: Draft) -> None:
    guide_us = GUIDE_US[draft.incident.phase]
    if guide_us is None:
        draft.drop(PhaseDue)
        return
    due_at = max(work_of(draft.incident).phase_at + guide_us, situation.now)
    draft.arm(PhaseDue(draft.incident.number, due_at))


def due(situation: Situation, draft: Draft, timer: PhaseDue) -> None:
    """Tell whoever commands that the phase lasts longer than it should, and what is left to do."""
    incident, now = draft.incident, situation.now
    guide_us = GUIDE_US[incident.phase]
    if not incident.live or guide_us is None:
        return
    phase_at = work_of(incident).phase_at
    if phase_at + guide_us > now:
        _arm(situation, draft)
        return
    whom = holder_of(incident, Role.INCIDENT_COMMANDER) or incident.holder
    if whom is not None:
        text = f"{incident.phase} lasts {duration_text(now - phase_at)}"
        text += f" (the guide says {duration_text(guide_us)})"
        left = left_to_do(incident)
        text += f": {left[0].text}?" if left else ""
        notify_person(situation, draft, whom, News(text, f"phase-{now}"))
    if timer.step + 1 < NUDGES_MAX:
        draft.arm(PhaseDue(incident.number, now + AGAIN_US, timer.step + 1))
