"""The entrance of the practice: it hands each of its events to the module that decides it."""

from typing import assert_never

from triaged.core.practice.roles import assign_role, release_role
from triaged.core.practice.updates import post_update, snooze_update
from triaged.core.records.effects import Decision
from triaged.core.records.practice.events import (
    PracticeEvent,
    RoleAssigned,
    RoleReleased,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.situation import Situation


def practise(situation: Situation, event: PracticeEvent) -> Decision:
    """Decide an event of the practice."""
    match event:
        case RoleAssigned():
            return assign_role(situation, event)
        case RoleReleased():
            return release_role(situation, event)
        case UpdatePosted():
            return post_update(situation, event)
        case UpdateSnoozed():
            return snooze_update(situation, event)
        case _:
            assert_never(event)
