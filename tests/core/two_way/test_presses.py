"""A press does what the button says only where the incident is still as the message shows it."""

import pytest

from tests.core.two_way.desks import Desk
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.events import Acknowledged, Resolved
from triaged.core.records.model import State
from triaged.core.records.pages import StepId
from triaged.core.records.practice.events import Merged
from triaged.core.records.two_way import Pressed, Verb


def press(
    desk: Desk, verb: Verb, by: str = "alice", shown: StepId | None = None, number: int = 1
) -> Answer:
    """Press a button of the message as it is now, or as it was."""
    now = desk.view.incidents[number].escalation.step_id if number in desk.view.incidents else None
    return desk.handle(Pressed(number, by, verb, shown or now or StepId(1, 1, 1)))


def lines(desk: Desk) -> int:
    """How many entries the timeline has."""
    return len(desk.entries[1])


def test_acknowledge() -> None:
    desk = Desk()

    assert press(desk, "acknowledge") == Acted(1)
    assert desk.incident.holder == "alice"


def test_second_press_changes_nothing() -> None:
    desk = Desk()
    press(desk, "acknowledge")
    before = lines(desk)

    assert press(desk, "acknowledge") == Acted(1)
    assert lines(desk) == before


def test_acknowledging_what_somebody_else_has_takes_nothing_away() -> None:
    desk = Desk()
    press(desk, "acknowledge", "bob")

    answer = press(desk, "acknowledge")

    assert isinstance(answer, Conflict)
    assert desk.incident.holder == "bob"


def test_take_over() -> None:
    desk = Desk()
    press(desk, "acknowledge", "bob")

    press(desk, "take_over")

    assert desk.incident.holder == "alice"


@pytest.mark.parametrize("verb", ["acknowledge", "take_over", "escalate", "unacknowledge"])
def test_acknowledging_what_is_resolved_never_opens_it_again(verb: Verb) -> None:
    desk = Desk()
    desk.handle(Resolved(1, "bob"))
    before = lines(desk)

    answer = press(desk, verb)

    assert isinstance(answer, Conflict)
    assert desk.state() is State.RESOLVED
    assert lines(desk) == before


def test_button_of_an_older_epoch_does_nothing() -> None:
    desk = Desk()
    old = desk.incident.escalation.step_id
    press(desk, "acknowledge", "bob")
    press(desk, "unacknowledge", "bob")
    before = lines(desk)

    answer = press(desk, "acknowledge", shown=old)

    assert answer == Conflict("INC-1: the button is of an older message")
    assert desk.state() is State.OPEN
    assert lines(desk) == before


def test_escalating_twice_by_one_button_escalates_once() -> None:
    desk = Desk()
    shown = desk.incident.escalation.step_id
    press(desk, "escalate", shown=shown)
    step = desk.incident.escalation.step_id

    answer = press(desk, "escalate", shown=shown)

    assert isinstance(answer, Conflict)
    assert desk.incident.escalation.step_id == step


def test_resolve_and_again() -> None:
    desk = Desk()
    press(desk, "resolve")
    before = lines(desk)

    assert press(desk, "resolve") == Acted(1)
    assert desk.state() is State.RESOLVED
    assert lines(desk) == before


def test_button_of_what_was_merged_says_where_it_went() -> None:
    desk = Desk()
    desk.fires(alertname="Other", severity="SEV-1")
    desk.handle(Merged(1, "bob", 2))

    answer = press(desk, "acknowledge")

    assert isinstance(answer, Conflict)
    assert "INC-2" in answer.detail


def test_incident_that_nobody_knows() -> None:
    assert press(Desk(), "acknowledge", number=99) == Unknown("there is no INC-99")


def test_button_that_tests_a_contact_acknowledges_nothing() -> None:
    desk = Desk()

    assert isinstance(press(desk, "verify"), Conflict)
    assert desk.state() is State.OPEN


def test_press_of_somebody_who_holds_it_by_a_command_is_harmless() -> None:
    desk = Desk()
    desk.handle(Acknowledged(1, "alice"))

    assert press(desk, "take_over") == Acted(1)
