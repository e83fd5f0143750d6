"""A call is taken once, however often its provider repeats it."""

from tests.core.two_way.desks import Desk
from triaged.core.records.answers import Acted, Conflict
from triaged.core.records.events import Asked, Closed, Declared, NoteAdded, Resolved
from triaged.core.records.model import Severity
from triaged.core.records.two_way import TakenCall


def test_note_that_comes_twice_is_written_once() -> None:
    desk = Desk()
    asked = Asked("slack/Ev1", NoteAdded(1, "alice", "hm"))

    answers = [desk.handle(asked), desk.handle(asked)]

    assert answers == [Acted(1), Acted(1)]
    assert desk.kinds().count("note") == 1


def test_declaration_that_comes_twice_opens_one_incident() -> None:
    desk = Desk()
    asked = Asked("slack/Ev1", Declared("alice", "slow", Severity.SEV2))

    assert desk.handle(asked) == Acted(2)
    assert desk.handle(asked) == Acted(0)
    assert sorted(desk.view.incidents) == [1, 2]


def test_another_call_is_taken_too() -> None:
    desk = Desk()

    for call in ("slack/Ev1", "slack/Ev2", "other/Ev1"):
        desk.handle(Asked(call, NoteAdded(1, "alice", "hm")))

    assert desk.kinds().count("note") == 3


def test_call_that_was_refused_may_come_again() -> None:
    desk = Desk()

    asked = Asked("slack/Ev1", Closed(1, "alice"))

    assert isinstance(desk.handle(asked), Conflict)
    assert desk.view.row(TakenCall, "slack/Ev1") is None
    desk.handle(Resolved(1, "alice"))
    assert desk.handle(asked) == Acted(1)
