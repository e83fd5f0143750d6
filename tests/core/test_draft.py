from tests.core.world import World
from triaged.core.draft import Draft
from triaged.core.records.effects import Append, DropTimer, SaveIncident
from triaged.core.records.model import Entry
from triaged.core.records.timers import StepDue


def test_a_draft_gives_the_incident_first_and_every_row_in_order() -> None:
    world = World()
    world.fires(severity="SEV-2")
    draft = Draft(world.incident)
    entry = Entry(0, "note", "bob", "hello")

    draft.say(entry)
    draft.change(title="new")
    draft.drop(StepDue)

    assert draft.effects() == (
        SaveIncident(draft.incident),
        Append(1, entry),
        DropTimer(1, StepDue),
    )
    assert draft.incident.title == "new"
