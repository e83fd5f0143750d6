"""Facts about duty as an index by schedule and time."""

from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, event, feed, override
from triaged.core.oncall.facts import Line, indexed, with_row
from triaged.core.records.duty.overrides import Override
from triaged.core.time.durations import HOUR


def test_a_line_knows_its_piece_and_the_next() -> None:
    line: Line[str] = Line((10, 20), (("a",), ()))

    assert [line.at(at) for at in (9, 10, 19, 20)] == [(), ("a",), ("a",), ()]
    assert [line.next_change(at) for at in (9, 10, 20)] == [10, 20, None]


def test_a_piece_holds_nothing_that_a_later_override_covers() -> None:
    every = [override(n, "dave", MONDAY, MONDAY + HOUR) for n in range(1, 1_001)]

    line = indexed(every).schedules["primary"].overrides

    assert [[one.id for one in piece] for piece in line.pieces] == [["1000"], []]


def test_an_override_without_effect_is_in_no_piece() -> None:
    undone = replace(override(1, "dave", MONDAY, MONDAY + HOUR), ended_at=MONDAY)

    assert indexed([undone]).schedules["primary"].overrides == Line[Override]((), ())


def test_an_event_that_is_twice_in_a_feed_is_one_assignment() -> None:
    rota = feed("rota", event("1", "bob"), event("2", "bob"))

    line = indexed([], [rota]).schedules["primary"].primary_feed

    assert [[one.person for one in piece] for piece in line.pieces] == [["bob"], []]


def test_facts_with_a_row_are_those_that_would_be_read() -> None:
    one, two = (override(n, "dave", MONDAY, MONDAY + n * HOUR) for n in (1, 2))
    rota = feed("rota", event("1", "bob"))
    ended = replace(one, ended_at=MONDAY, ended_by="bob")

    grown = with_row(with_row(indexed([one], [rota]), two), ended)

    assert grown == indexed([ended, two], [rota])
    assert with_row(grown, feed("other", event("1", "bob"))) is grown
