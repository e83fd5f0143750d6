"""Documents of overrides, and what is wrong with them."""

from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, duty, override
from triaged.api._duty import override_document, problem_of
from triaged.core.time.durations import HOUR

ONE = override(1, "dave", MONDAY, MONDAY + HOUR)


def test_an_override_is_pending_active_over_or_ended() -> None:
    ended = replace(ONE, ended_at=MONDAY, ended_by="bob")

    assert [
        override_document(row, duty(row), at).state
        for row, at in ((ONE, MONDAY - 1), (ONE, MONDAY), (ONE, MONDAY + HOUR), (ended, MONDAY))
    ] == ["pending", "active", "over", "ended"]


def test_an_override_says_why_it_does_not_do_what_it_says() -> None:
    covering = override(2, "erin", MONDAY, MONDAY + HOUR)
    gone = replace(ONE, person="frank")

    assert problem_of(ONE, duty(ONE)) is None
    assert problem_of(ONE, duty(ONE, covering)) == "has no effect: later overrides cover it"
    assert problem_of(gone, duty(gone)) == (
        "frank is not in the configuration: pages go to the catch-all"
    )
    assert problem_of(replace(ONE, schedule="x"), duty(ONE)) == (
        "the schedule x is not in the configuration"
    )
