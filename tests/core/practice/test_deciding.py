import pytest

from tests.core.practice.world import COMMANDER, Practice
from triaged.core.practice.deciding import practise
from triaged.core.records.answers import Unknown
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    MessagesImported,
    PracticeEvent,
    RoleAssigned,
    RoleReleased,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.notes import Marker


@pytest.mark.parametrize(
    "event",
    [
        RoleAssigned(7, "alice", COMMANDER, "bob"),
        RoleReleased(7, "alice", COMMANDER),
        UpdatePosted(7, "alice", "a", "b", "c"),
        UpdateSnoozed(7, "alice", 1 << 60),
        EntryCorrected(7, "alice", 1, "x"),
        EntryMarked(7, "alice", 1, Marker.REPAIR),
        MessagesImported(7, "alice", ()),
        ItemTicked(7, "alice", "scope"),
    ],
)
def test_incident_that_does_not_exist_is_unknown(event: PracticeEvent) -> None:
    answer = practise(Practice().situation(), event).answer

    assert isinstance(answer, Unknown)
    assert "INC-7" in answer.detail
