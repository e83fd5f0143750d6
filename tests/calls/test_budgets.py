"""Budgets of calls: bounded in a time, troubles told once."""

from triaged.calls.budgets import CALLS_MAX, FAILURES_MAX, QUIET_US, WITHIN_US, Budget
from triaged.core.records.events import SelfAlertResolved
from triaged.core.time.durations import MINUTE, SECOND


def test_so_many_calls_in_a_time() -> None:
    budget = Budget("slack")

    assert sum(budget.allows(SECOND) for _ in range(CALLS_MAX + 50)) == CALLS_MAX
    assert not budget.allows(SECOND + WITHIN_US - 1)
    assert budget.allows(SECOND + WITHIN_US)


def test_failures_of_a_minute_are_one_trouble() -> None:
    budget = Budget("slack")

    told = [budget.failed(number) for number in range(FAILURES_MAX * 3)]

    assert [number for number, trouble in enumerate(told) if trouble] == [FAILURES_MAX - 1]


def test_failures_that_come_slowly_are_none() -> None:
    budget = Budget("slack")

    assert [budget.failed(number * 4 * SECOND) for number in range(100)] == [None] * 100


def test_trouble_is_over_when_it_has_been_quiet() -> None:
    budget = Budget("slack")
    for _ in range(FAILURES_MAX):
        budget.failed(MINUTE)

    assert budget.quiet(MINUTE + QUIET_US - 1) is None
    over = budget.quiet(MINUTE + QUIET_US)
    assert over == SelfAlertResolved("callbacks:slack", "no such call for 10m")
    assert budget.quiet(MINUTE + QUIET_US) is None
