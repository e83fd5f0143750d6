from msgspec.structs import replace

from tests.core.practice.golden import ACTIONS
from triaged.core.records.practice.action_items import ActionState


def test_somebody_acts_until_it_is_done_or_cancelled() -> None:
    unfinished = [state for state in ActionState if replace(ACTIONS[0], state=state).is_unfinished]

    assert unfinished == [ActionState.OPEN, ActionState.IN_PROGRESS]
