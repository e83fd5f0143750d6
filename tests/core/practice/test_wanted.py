from tests.core.practice.world import COMMANDER, TECHNICAL, Practice
from triaged.core.practice.wanted import roles_wanted, update_wanted, why_not_wanted
from triaged.core.practice.work import work_of
from triaged.core.records.events import Resolved
from triaged.core.records.model import Reason


def test_page_for_roles_is_needed_until_all_are_held() -> None:
    world = Practice()
    wanted = roles_wanted([COMMANDER, TECHNICAL])
    world.give(COMMANDER, "bob")
    assert why_not_wanted(wanted, world.view.incidents[1]) is None

    world.give(TECHNICAL, "carol")
    assert why_not_wanted(wanted, world.view.incidents[1]) is Reason.DONE


def test_page_for_an_update_is_needed_while_its_deadline_stands() -> None:
    world = Practice()
    world.give(COMMANDER, "bob")
    deadline = work_of(world.view.incidents[1]).next_update_at or 0

    assert why_not_wanted(update_wanted(deadline), world.view.incidents[1]) is None
    assert why_not_wanted(update_wanted(deadline - 1), world.view.incidents[1]) is Reason.DONE


def test_nothing_is_needed_of_what_is_over() -> None:
    world = Practice()
    world.handle(Resolved(1, "alice"))

    assert why_not_wanted(update_wanted(1), world.view.incidents[1]) is Reason.RESOLVED
