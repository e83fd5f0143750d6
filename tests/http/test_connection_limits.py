"""Who opens connections and says nothing is shown the door; who asks may stay."""

from triaged.core.time.durations import SECOND
from triaged.http.connection_limits import HALF_OPEN_MAX, HEAD_US, IDLE_MAX, ConnectionLimits


class Line:
    """A connection from an address."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.address = address
        self.aborted = False

    def get_extra_info(self, name: str) -> object:
        """Its peer."""
        return (self.address, 4711) if name == "peername" else None

    def abort(self) -> None:
        """Close it."""
        self.aborted = True


def test_a_stranger_has_some_seconds_to_say_something() -> None:
    limits, line = ConnectionLimits(), Line()

    assert limits.close_half_open([line], 0) == 0
    assert limits.close_half_open([line], HEAD_US - 1) == 0
    assert limits.close_half_open([line], HEAD_US) == 1
    assert line.aborted


def test_who_has_asked_may_stay() -> None:
    limits, line = ConnectionLimits(), Line()
    limits.close_half_open([line], 0)
    limits.requested(line)

    assert limits.close_half_open([line], 60 * SECOND) == 0


def test_an_address_has_few_strangers_and_the_newest_go() -> None:
    limits = ConnectionLimits()
    old = [Line() for _ in range(HALF_OPEN_MAX)]
    other = Line("192.0.2.2")
    limits.close_half_open(old, 0)

    new = [Line(), Line()]
    assert limits.close_half_open([*old, other, *new], SECOND) == 2

    assert all(line.aborted for line in new)
    assert not any(line.aborted for line in [*old, other])


def test_in_a_crowd_an_address_keeps_few_that_rest_and_the_oldest_go() -> None:
    limits = ConnectionLimits(crowd=10)
    many = [Line() for _ in range(IDLE_MAX + 3)]
    few = [Line("192.0.2.2") for _ in range(IDLE_MAX)]

    assert limits.close_idle([*few, *many], count=10) == 0
    assert limits.close_idle([*few, *many], count=12) == 2
    assert [line.aborted for line in many[:3]] == [True, True, False]
    assert limits.close_idle([*few, *many[2:]], count=1000) == 1
    assert not any(line.aborted for line in few)


def test_a_connection_that_is_gone_is_forgotten() -> None:
    limits, line = ConnectionLimits(), Line()
    limits.requested(line)
    limits.close_half_open([line], 0)
    limits.close_half_open([], SECOND)

    limits.close_half_open([line], 2 * SECOND)

    assert limits.close_half_open([line], 2 * SECOND + HEAD_US) == 1, "its memory was used again"
