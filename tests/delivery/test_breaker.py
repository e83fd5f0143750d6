from tests.channels.notices import NOW, PAGE
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import PageKind
from triaged.core.response.retrying import wants_fallback
from triaged.core.time.durations import SECOND
from triaged.delivery.breaker import HOLD_US, PAUSE_US, Breaker, not_now

FAILED = TryAgain("down")


def broken(failures: int = 3) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        assert breaker.admits(NOW)
        breaker.record(FAILED, NOW)
    return breaker


def test_two_failures_are_chance() -> None:
    assert broken(2).admits(NOW)


def test_three_failures_in_a_row_begin_a_pause() -> None:
    breaker = broken()

    assert breaker.left_us(NOW) == PAUSE_US
    assert not breaker.admits(NOW)
    assert not breaker.admits(NOW + PAUSE_US - 1)


def test_success_between_failures_begins_the_count_again() -> None:
    breaker = broken(2)
    breaker.record(Delivered(), NOW)
    breaker.record(FAILED, NOW)

    assert breaker.admits(NOW)


def test_refusal_is_an_answer() -> None:
    breaker = broken(2)
    breaker.record(Refused("no such user"), NOW)
    breaker.record(FAILED, NOW)

    assert breaker.admits(NOW)


def test_after_the_pause_one_attempt_at_a_time_is_made() -> None:
    breaker = broken()
    later = NOW + PAUSE_US

    assert [breaker.admits(later), breaker.admits(later)] == [True, False]
    assert breaker.record(FAILED, later)
    assert not breaker.admits(later)


def test_success_ends_it() -> None:
    breaker = broken()
    later = NOW + PAUSE_US
    breaker.admits(later)
    breaker.record(Delivered(), later)

    assert [breaker.admits(later), breaker.admits(later)] == [True, True]


def test_wish_of_the_provider_holds_for_the_whole_lane() -> None:
    breaker = Breaker()
    breaker.record(TryAgain("HTTP 429", 30 * SECOND), NOW)

    assert not breaker.admits(NOW + 30 * SECOND - 1)
    assert breaker.admits(NOW + 30 * SECOND)


def test_wish_for_longer_than_a_minute_is_a_minute() -> None:
    breaker = Breaker()
    breaker.record(TryAgain("HTTP 429", 3_600 * SECOND), NOW)

    assert breaker.left_us(NOW) == 60 * SECOND


def test_short_wish_is_waited_out_and_not_worth_a_warning() -> None:
    assert not Breaker().record(TryAgain("HTTP 429", HOLD_US), NOW)


def test_page_that_a_pause_keeps_back_starts_the_next_contact() -> None:
    assert PAGE.kind is PageKind.PAGE
    assert wants_fallback(PAGE, not_now(5 * SECOND))
    assert not_now(40 * SECOND).after_us == 40 * SECOND
    assert not not_now(5 * SECOND).maybe_accepted
