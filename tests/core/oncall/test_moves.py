from tests.core.oncall.test_duty import MONDAY, duty, override
from triaged.core.oncall.duty import Shift
from triaged.core.oncall.moves import Move, differs, moves, new_gaps
from triaged.core.records.duty.overrides import NOBODY
from triaged.core.time.durations import DAY, HOUR

END = MONDAY + DAY


def test_moves_are_the_shifts_that_differ() -> None:
    after = duty(override(1, "dave", MONDAY + HOUR, MONDAY + 2 * HOUR))

    assert moves(duty(), after, "primary", MONDAY, END) == [
        Move(
            "alice",
            (Shift("alice", MONDAY, END),),
            (Shift("alice", MONDAY, MONDAY + HOUR), Shift("alice", MONDAY + 2 * HOUR, END)),
        ),
        Move("dave", (), (Shift("dave", MONDAY + HOUR, MONDAY + 2 * HOUR),)),
    ]
    assert moves(after, after, "primary", MONDAY, END) == []


def test_two_duties_differ_where_other_people_are_on_call() -> None:
    after = duty(override(1, "dave", MONDAY + HOUR, MONDAY + 2 * HOUR))

    assert differs(duty(), after, "primary", MONDAY, END)
    assert not differs(duty(), after, "primary", MONDAY, MONDAY + HOUR)
    assert not differs(duty(), after, "primary", MONDAY + 2 * HOUR, END)
    assert not differs(duty(), duty(override(1, "alice", MONDAY, END)), "primary", MONDAY, END)


def test_somebody_who_is_gone_differs_from_nobody() -> None:
    gone = duty(override(1, "frank", MONDAY, END))
    nobody = duty(override(1, NOBODY, MONDAY, END))

    assert differs(gone, nobody, "primary", MONDAY, END)


def test_new_gaps_are_those_that_were_none_joined() -> None:
    before = duty(override(1, NOBODY, MONDAY, MONDAY + HOUR))
    both = [override(n, NOBODY, MONDAY + n * HOUR, MONDAY + (n + 1) * HOUR) for n in (0, 1, 2)]
    after = duty(*both)

    assert new_gaps(before, after, "primary", MONDAY, END) == [(MONDAY + HOUR, MONDAY + 3 * HOUR)]
    assert new_gaps(before, before, "primary", MONDAY, END) == []
