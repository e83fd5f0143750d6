"""Incidents after the store was put back from a copy.

It is as it was when the copy was made; whoever answers it must know that something may be missing.
Steps that are overdue since then fire at once, as after every start.
"""

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Decision
from triaged.core.records.events import StoreRestored
from triaged.core.records.model import Entry
from triaged.core.situation import Situation
from triaged.wire import instant_text


def restored(situation: Situation, event: StoreRestored) -> Decision:
    """Say on the timeline of a live incident up to when it is known."""
    incident = situation.incident(event.incident)
    if incident is None or not incident.live:
        return Decision()
    draft = Draft(incident)
    until = instant_text(event.copied_at)
    text = f"the store was put back from a copy: what happened after {until} is not known"
    draft.say(Entry(situation.now, "incident.restored", TRIAGED, text, {"copied_at": until}))
    return Decision(draft.effects())
