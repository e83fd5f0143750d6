"""What differs between two runs."""

from array import array

from tests.core.world import MONDAY, settings
from triaged.core.records.history import Paged
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR
from triaged.dry_run.replay.comparison import compare_runs, metrics, tally
from triaged.dry_run.replay.replay import CARRIED, Ran, Run


def ran(number: int, severity: str = "SEV-2", *pages: str) -> Ran:
    """An incident for which these people were paged."""
    paged = tuple(Paged(MONDAY, whom) for whom in pages)
    return Ran(number, f"title {number}", Severity(severity), MONDAY, missed=False, pages=paged)


def a_run(homes: list[int], *incidents: Ran) -> Run:
    """What came of alerts with these homes."""
    return Run("digest", incidents, array("q", homes), 0)


def test_two_that_became_one_have_merged_and_the_other_way_round_split() -> None:
    two, one = a_run([1, 2], ran(1), ran(2)), a_run([1, 1], ran(1))

    assert [len(each.before) for each in compare_runs(two, one, settings()).merged] == [2]
    assert [len(each.after) for each in compare_runs(one, two, settings()).split] == [2]


def test_numbers_do_not_matter_what_they_hold_does() -> None:
    found = compare_runs(a_run([1, 2], ran(1), ran(2)), a_run([9, 8], ran(8), ran(9)), settings())

    assert found.nothing
    assert found.same == 2


def test_another_severity_other_pages_none_and_new() -> None:
    before = a_run([1, 2, 3, 0], ran(1), ran(2, "SEV-2", "alice"), ran(3))
    after = a_run([1, 2, 0, 3], ran(1, "SEV-1"), ran(2, "SEV-2", "bob"), ran(3))

    found = compare_runs(before, after, settings())

    counts = (found.severities, found.paged, found.vanished, found.opened)
    assert [len(each) for each in counts] == [1, 1, 1, 1]


def test_what_belonged_to_an_incident_from_before_is_left_out() -> None:
    found = compare_runs(a_run([CARRIED]), a_run([1], ran(1)), settings())

    assert (found.nothing, found.carried) == (True, 1)


def test_night_is_that_of_the_reader() -> None:
    late = Paged(MONDAY + 10 * HOUR, "alice")  # 20:00 UTC is 22:00 in Berlin
    run = a_run([1], Ran(1, "t", Severity.SEV1, MONDAY, missed=True, pages=(late,)))

    found = metrics(tally(run, settings()))

    assert (found["night_pages"], found["person:alice.night_pages"], found["missed"]) == (1, 1, 1)
    assert tally(run, settings()).hours[22] == 1
