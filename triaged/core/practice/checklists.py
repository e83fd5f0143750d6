"""The checklist of each phase, in the words of the founding document.

Some items are done when triaged sees them done; a person ticks the others.
"""

from collections.abc import Callable, Mapping

import msgspec

from triaged.core.draft import Draft
from triaged.core.practice.work import change_work, holder_of, work_of
from triaged.core.records.answers import Acted, Unknown
from triaged.core.records.effects import Decision
from triaged.core.records.model import Entry, Incident, Phase, State, incident_id
from triaged.core.records.practice.events import ItemTicked
from triaged.core.records.practice.roles import REQUIRED
from triaged.core.response.holding import keep_active
from triaged.core.situation import Situation


class Item(msgspec.Struct, frozen=True):
    """Something to do in a phase."""

    name: str
    text: str
    is_seen: Callable[[Incident], bool] | None = None
    """Whether triaged sees it done; None: a person ticks it."""


def _always(_: Incident) -> bool:
    return True


def _is_acknowledged(incident: Incident) -> bool:
    return incident.acknowledged_at is not None or incident.state is State.ACKNOWLEDGED


def _is_assessed(incident: Incident) -> bool:
    return incident.chosen is not None


def _is_declared(incident: Incident) -> bool:
    return work_of(incident).declared_at is not None


def _has_roles(incident: Incident) -> bool:
    return all(holder_of(incident, role) is not None for role in REQUIRED)


def _is_investigated(incident: Incident) -> bool:
    return incident.phase in (Phase.INVESTIGATION, Phase.MITIGATION, Phase.RESOLUTION)


def _is_mitigated(incident: Incident) -> bool:
    return incident.phase in (Phase.MITIGATION, Phase.RESOLUTION)


CHECKLIST: Mapping[Phase, tuple[Item, ...]] = {
    Phase.DETECTION: (
        Item("noticed", "Alert fires or customer reports issue", _always),
        Item("acknowledged", "On-call acknowledges", _is_acknowledged),
        Item("assessed", "Initial assessment: severity + impact", _is_assessed),
    ),
    Phase.TRIAGE: (
        Item("declared", "Incident declared (Slack channel created)", _is_declared),
        Item("roles", "Roles assigned (IC, Tech Lead, Comms)", _has_roles),
        Item("hypothesis", "Hypothesis formed based on symptoms", _is_investigated),
    ),
    Phase.INVESTIGATION: (
        Item("debugging", "Systematic debugging"),
        Item("review", "Dashboard and log review"),
        Item("cause", "Root cause identification"),
        Item("scope", "Impact scope defined"),
    ),
    Phase.MITIGATION: (
        Item("fix", "Implement fix (rollback, config change, hotfix)", _is_mitigated),
        Item("verified", "Verify fix resolves user-facing symptoms"),
        Item("recovery", "Monitor recovery"),
    ),
    Phase.RESOLUTION: (
        Item("nominal", "Confirm all systems nominal"),
        Item("status_page", 'Update status page to "resolved"'),
        Item("postmortem", "Schedule postmortem"),
    ),
}

ITEMS: Mapping[str, Item] = {item.name: item for items in CHECKLIST.values() for item in items}


def is_done(incident: Incident, item: Item) -> bool:
    """Whether an item is done: triaged sees it, or a person has ticked it."""
    seen = item.is_seen is not None and item.is_seen(incident)
    return seen or item.name in work_of(incident).ticked


def left_to_do(incident: Incident) -> list[Item]:
    """The items of the present phase that are not done."""
    return [item for item in CHECKLIST[incident.phase] if not is_done(incident, item)]


def tick(situation: Situation, event: ItemTicked) -> Decision:
    """Tick an item, or take the tick back; the same again is no error."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    item = ITEMS.get(event.item)
    if item is None:
        known = ", ".join(ITEMS)
        return Decision((), Unknown(f"the checklist has no item {event.item!r}; it has {known}"))
    ticked = work_of(incident).ticked
    if (item.name in ticked) is event.is_done:
        return Decision((), Acted(incident.number))
    draft = Draft(incident)
    left = tuple(name for name in ticked if name != item.name)
    change_work(draft, ticked=(*left, item.name) if event.is_done else left)
    text = f"{'done' if event.is_done else 'not done'}: {item.text}"
    data: dict[str, object] = {"item": item.name, "done": event.is_done}
    draft.say(Entry(situation.now, "checklist.ticked", event.by, text, data))
    keep_active(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))
