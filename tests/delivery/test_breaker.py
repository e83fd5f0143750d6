from tests.channels.notices import NOW
from triaged.core.records.events import Delivered, Refused, Scope, TryAgain
from triaged.core.time.durations import SECOND
from triaged.delivery.breaker import HOLD_US, PAUSE_US, PROBE_US, Breaker

FAILED = TryAgain("down")
HUNG = TryAgain("no reply to RCPT", scope=Scope.UNCERTAIN)
PUT_OFF = TryAgain("SMTP 450", scope=Scope.RECIPIENT)
ALICE, BOB = "/alice/mail", "/bob/mail"


def admits(breaker: Breaker, now: int, recipient: str = ALICE) -> bool:
    """Whether an attempt is made."""
    return breaker.wait_us(recipient, now) == 0


def broken(failures: int = 3) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        assert admits(breaker, NOW)
        breaker.record(ALICE, FAILED, NOW)
    return breaker


def test_two_failures_are_chance() -> None:
    assert admits(broken(2), NOW)


def test_three_failures_in_a_row_begin_a_pause() -> None:
    breaker = broken()

    assert breaker.left_us(NOW) == PAUSE_US
    assert not admits(breaker, NOW)
    assert not admits(breaker, NOW + PAUSE_US - 1)


def test_success_between_failures_begins_the_count_again() -> None:
    breaker = broken(2)
    breaker.record(ALICE, Delivered(), NOW)
    breaker.record(ALICE, FAILED, NOW)

    assert admits(breaker, NOW)


def test_refusal_is_an_answer() -> None:
    breaker = broken(2)
    breaker.record(ALICE, Refused("no such user"), NOW)
    breaker.record(ALICE, FAILED, NOW)

    assert admits(breaker, NOW)


def test_after_the_pause_one_attempt_at_a_time_is_made() -> None:
    breaker = broken()
    later = NOW + PAUSE_US

    assert [admits(breaker, later), admits(breaker, later)] == [True, False]
    assert breaker.record(ALICE, FAILED, later)
    assert not admits(breaker, later)


def test_success_ends_it() -> None:
    breaker = broken()
    later = NOW + PAUSE_US
    admits(breaker, later)
    breaker.record(ALICE, Delivered(), later)

    assert [admits(breaker, later), admits(breaker, later)] == [True, True]


def test_wish_of_the_provider_holds_for_the_whole_lane() -> None:
    breaker = Breaker()
    breaker.record(ALICE, TryAgain("HTTP 429", 30 * SECOND), NOW)

    assert not admits(breaker, NOW + 30 * SECOND - 1)
    assert admits(breaker, NOW + 30 * SECOND)


def test_wish_for_longer_than_a_minute_is_a_minute() -> None:
    breaker = Breaker()
    breaker.record(ALICE, TryAgain("HTTP 429", 3_600 * SECOND), NOW)

    assert breaker.left_us(NOW) == 60 * SECOND


def test_short_wish_is_waited_out_and_not_worth_a_warning() -> None:
    assert not Breaker().record(ALICE, TryAgain("HTTP 429", HOLD_US), NOW)


def test_page_that_a_pause_keeps_back_was_not_tried() -> None:
    breaker = broken()

    assert breaker.not_now(breaker.wait_us(ALICE, NOW)).after_us == PAUSE_US


def test_page_waits_a_little_while_another_is_the_probe() -> None:
    breaker = broken()
    later = NOW + PAUSE_US
    assert breaker.wants_probe(later)

    assert admits(breaker, later)
    assert not breaker.wants_probe(later)
    assert breaker.wait_us(BOB, later) == PROBE_US
    assert breaker.probed == ALICE


def test_mailbox_that_is_put_off_says_that_the_server_works() -> None:
    breaker = broken(2)
    for _ in range(200):
        assert admits(breaker, NOW)
        assert not breaker.record(ALICE, PUT_OFF, NOW)

    assert (breaker.failures, admits(breaker, NOW)) == (0, True)


def test_mailbox_that_hangs_is_given_a_pause_of_its_own() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.record(ALICE, HUNG, NOW)

    assert (admits(breaker, NOW), admits(breaker, NOW, BOB)) == (False, True)
    assert admits(breaker, NOW + PAUSE_US)


def test_hanging_for_two_recipients_is_the_servers() -> None:
    breaker = Breaker()
    begins = [breaker.record(whom, HUNG, NOW) for whom in (ALICE, BOB, ALICE)]

    assert begins == [False, False, True]
    assert not admits(breaker, NOW, "/carol/mail")


def test_answer_to_another_recipient_says_that_it_was_the_mailbox() -> None:
    breaker = Breaker()
    breaker.record(ALICE, HUNG, NOW)
    breaker.record(BOB, Delivered(), NOW)
    breaker.record(ALICE, HUNG, NOW)
    breaker.record(BOB, HUNG, NOW)

    assert admits(breaker, NOW, "/carol/mail")


def test_quota_that_is_used_up_is_waited_out_and_a_wish_is_not() -> None:
    used_up, wished = Breaker(), Breaker()

    used_up.record(ALICE, TryAgain("used up", 3600 * SECOND, is_quota=True), NOW)
    wished.record(ALICE, TryAgain("slow down", 3600 * SECOND), NOW)

    assert used_up.left_us(NOW) == 3600 * SECOND
    assert used_up.not_now(1).is_limit
    assert wished.left_us(NOW) == 60 * SECOND
