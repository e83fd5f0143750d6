from tests.core.practice.status_desk import Desk
from triaged.core.practice.status.deciding_status import decide_status
from triaged.core.records.practice.status import ComponentStatus
from triaged.core.records.practice.status_events import (
    ComponentSet,
    MaintenanceDue,
    SubscriptionEnded,
)
from triaged.core.situation import Situation


def test_every_event_of_the_page_has_a_decision() -> None:
    desk = Desk()
    situation = Situation(desk.view, desk.settings, desk.now)

    decisions = [
        decide_status(situation, event)
        for event in (
            ComponentSet("carol", "checkout", ComponentStatus.MAJOR_OUTAGE),
            MaintenanceDue("m1", 1),
            SubscriptionEnded("ann"),
        )
    ]

    assert [len(one.effects) for one in decisions] == [1, 0, 0]
