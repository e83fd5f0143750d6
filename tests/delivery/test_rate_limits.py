from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from triaged.channels.common.limits import Limits, Rate
from triaged.core.records.severity import Severity
from triaged.core.time.durations import MINUTE, SECOND
from triaged.delivery.rate_limits import DESTINATIONS_MAX, RateLimits

T = 1_800_000_000 * SECOND
SEV = Severity.SEV2


def sent(limits: RateLimits, at: int, destination: str = "C1") -> int:
    """Have a message go at `at`; gives when it goes."""
    wait_us, reason = limits.slot(destination, SEV, at)
    assert reason is None
    return at + wait_us


def test_nothing_waits_without_limits() -> None:
    limits = RateLimits(Limits())
    assert {limits.slot("C1", SEV, T) for _ in range(1000)} == {(0, None)}


def test_a_burst_goes_at_once_and_what_follows_is_sat_out() -> None:
    limits = RateLimits(Limits(each=(Rate(2),)))
    assert [sent(limits, T) - T for _ in range(5)] == [0, 0, SECOND, SECOND, 2 * SECOND]


def test_longer_waits_are_promised_in_order_and_take_nothing() -> None:
    rate = Rate(1, 10 * SECOND)
    limits = RateLimits(Limits(all=(rate,)))
    assert sent(limits, T) == T
    waits = [limits.slot("C1", SEV, T) for _ in range(3)]
    assert waits == [(10 * SECOND, rate), (20 * SECOND, rate), (30 * SECOND, rate)]
    assert limits.slot("C1", Severity.SEV1, T) == (10 * SECOND, rate)  # and is claimed first
    assert limits.slot("C1", Severity.SEV4, T) == (40 * SECOND, rate)
    assert sent(limits, T + 10 * SECOND) == T + 10 * SECOND


def test_destinations_have_windows_of_their_own() -> None:
    limits = RateLimits(Limits(each=(Rate(1, MINUTE),)))
    assert [sent(limits, T, name) for name in ("C1", "C2")] == [T, T]
    assert limits.slot("C1", SEV, T) == (MINUTE, Rate(1, MINUTE))


def test_the_narrowest_of_several_rates_decides() -> None:
    limits = RateLimits(Limits(all=(Rate(30),), each=(Rate(3, SECOND), Rate(4, MINUTE))))
    assert [sent(limits, T) - T for _ in range(4)] == [0, 0, 0, SECOND]
    assert limits.slot("C1", SEV, T + SECOND) == (59 * SECOND, Rate(4, MINUTE))


def test_remembered_destinations_are_few() -> None:
    limits = RateLimits(Limits(each=(Rate(1, MINUTE),)))
    for number in range(3 * DESTINATIONS_MAX):
        sent(limits, T + number, f"C{number}")
    assert limits.remembered <= DESTINATIONS_MAX
    last = f"C{3 * DESTINATIONS_MAX - 1}"
    assert limits.slot(last, SEV, T + 3 * DESTINATIONS_MAX)[1] is not None


@given(
    st.integers(1, 5),
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 4 * SECOND), st.sampled_from("abc")), max_size=60),
)
def test_no_window_ever_has_more_than_its_number(
    number: int, seconds: int, arrivals: list[tuple[int, str]]
) -> None:
    rate = Rate(number, seconds * SECOND)
    whole = Rate(2 * number, SECOND)
    limits = RateLimits(Limits(all=(whole,), each=(rate,)))
    now, gone = T, dict[str, list[int]]()
    for after_us, destination in arrivals:
        now += after_us
        wait_us, reason = limits.slot(destination, SEV, now)
        if reason is None:
            gone.setdefault(destination, []).append(now + wait_us)
    kept(rate, list(gone.values()))
    kept(whole, [[at for instants in gone.values() for at in instants]])


def kept(rate: Rate, series: list[list[int]]) -> None:
    """No stretch of the rate's time has more messages than its number."""
    for instants in map(sorted, series):
        for index, first in enumerate(instants):
            assert bisect_left(instants, first + rate.within_us) - index <= rate.number
