from tests.core.practice.world import COMMANDER, Practice
from triaged.core.text.work_document import RoleDocument, work_fields
from triaged.core.time.durations import MINUTE
from triaged.wire import instant_text


def test_document_tells_who_has_which_role_and_when_the_next_update_is_due() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    now = instant_text(world.now)

    assert work_fields(world.view.incidents[1]) == {
        "declared_at": now,
        "next_update_at": instant_text(world.now + 15 * MINUTE),
        "updates": 0,
        "postmortem": None,
        "action_items": 0,
        "roles": [RoleDocument(COMMANDER, "alice", now)],
    }
