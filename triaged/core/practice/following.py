"""Consequences for the practice of a changed incident, whoever or whatever changed it."""

from msgspec import UNSET

from triaged.core.draft import Draft
from triaged.core.practice import drills, phases, roles, rooms, updates
from triaged.core.practice.learning import postmortem_deadlines
from triaged.core.practice.status import status_deadlines
from triaged.core.records.effects import Decision, Effect, SaveIncident
from triaged.core.records.model import Incident
from triaged.core.situation import Situation
from triaged.core.two_way import posts


def with_practice(situation: Situation, decision: Decision) -> Decision:
    """The decision, and what the practice adds to the changes of incidents in it."""
    known = situation.view.incidents
    for one in decision.effects:  # each alert comes here, and nearly all go no further
        if type(one) is SaveIncident and _matters(
            situation, known.get(one.incident.number), one.incident
        ):
            break
    else:
        return decision
    last = {
        one.incident.number: one.incident for one in decision.effects if type(one) is SaveIncident
    }
    added: list[Effect] = []
    for number, incident in last.items():
        before = known.get(number)
        if _matters(situation, before, incident):
            draft = Draft(incident)
            _follow(situation, before, draft)
            effects = draft.effects()
            if len(effects) > 1 or draft.incident is not incident:
                added += effects
    return Decision((*decision.effects, *added), decision.answer) if added else decision


def _matters(situation: Situation, before: Incident | None, after: Incident) -> bool:
    """True if the practice looks at the change: most changes are of alerts, and of no interest.

    An incident that alerts open has no work yet; that begins when a person has it in hand.
    """
    if before is None:
        page = situation.settings.status_page
        return after.work is not UNSET or status_deadlines.sets_components(page, after)
    return (
        before.state is not after.state
        or before.severity is not after.severity
        or before.phase is not after.phase
        or before.work is not after.work
        or (bool(situation.settings.edited) and posts.shows(before, after))
    )


def _follow(situation: Situation, before: Incident | None, draft: Draft) -> None:
    roles.followed(situation, before, draft)
    phases.followed(situation, before, draft)
    updates.followed(situation, before, draft)
    postmortem_deadlines.followed(situation, before, draft)
    status_deadlines.followed(situation, before, draft)
    rooms.followed(situation, before, draft)
    drills.followed(situation, before, draft)
    posts.followed(situation, before, draft)
