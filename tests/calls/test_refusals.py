from triaged.calls.refusals import SILENCE, Refusals
from triaged.channels.common.two_way import Press, Receipt, ReceiptState, Reply, Typed
from triaged.channels.contract import CHANNELS
from triaged.core.time.durations import HOUR

SMS, SLACK = CHANNELS.load("twilio_sms"), CHANNELS.load("slack")
ALICE, BOB = Typed("+4915112345678", "x"), Typed("+15005550006", "x")
REFUSED, DONE = Reply("`x` is not a command.", done=False), Reply("INC-1 is acknowledged.")


def test_five_refusals_an_hour_are_told_to_a_number() -> None:
    refusals = Refusals()

    told = [refusals.kept_back("sms", SMS, ALICE, REFUSED, at) for at in range(7)]

    assert told == [REFUSED] * 5 + [SILENCE] * 2
    assert refusals.kept_back("sms", SMS, BOB, REFUSED, 7) == REFUSED
    assert refusals.kept_back("sms", SMS, ALICE, REFUSED, HOUR) == REFUSED
    assert refusals.kept_back("sms", SMS, ALICE, REFUSED, HOUR) == SILENCE


def test_what_was_done_is_always_told() -> None:
    refusals = Refusals()

    told = [refusals.kept_back("sms", SMS, ALICE, DONE, 1) for _ in range(9)]

    assert told == [DONE] * 9
    assert refusals.kept_back("sms", SMS, ALICE, REFUSED, 1) == REFUSED


def test_words_that_cost_nothing_are_not_kept_back() -> None:
    refusals = Refusals()

    assert [refusals.kept_back("c", SLACK, ALICE, REFUSED, 1) for _ in range(9)] == [REFUSED] * 9
    receipt = Receipt("SM1", ReceiptState.SENT)
    assert refusals.kept_back("sms", SMS, receipt, REFUSED, 1) == REFUSED
    assert refusals.kept_back("sms", SMS, Press("+1", "v"), REFUSED, 1) == REFUSED
