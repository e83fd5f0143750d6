"""Figures that the timeline of an incident tells."""

from msgspec.structs import replace

from tests.core.practice.golden import ACCOUNT, ENTRIES, at, entry
from triaged.core.practice.learning.postmortem_facts import figures_of, peak_of
from triaged.core.time.durations import MINUTE


def test_time_in_each_severity_follows_its_changes() -> None:
    changed = entry(6, at(15, 50), "severity.changed", "alice", **{"from": "SEV-1", "to": "SEV-2"})

    figures = figures_of(replace(ACCOUNT, entries=[*ENTRIES[:5], changed, *ENTRIES[6:]]))

    assert figures.severities == {"SEV-1": 27 * MINUTE, "SEV-2": 20 * MINUTE}
    assert figures.duration_us == 47 * MINUTE


def test_missed_update_counts_as_promised_until_it_is_posted() -> None:
    late = entry(15, at(15, 45), "update.late", due_at=0)

    missed = figures_of(replace(ACCOUNT, entries=[*ENTRIES[:14], late]))
    posted = figures_of(replace(ACCOUNT, entries=[*ENTRIES[:14], late, *ENTRIES[14:]]))

    assert (missed.updates_on_time, missed.updates) == (0, 1)
    assert (posted.updates_on_time, posted.updates) == (1, 2)


def test_peak_is_the_most_that_run_at_one_instant() -> None:
    assert peak_of([]) is None
    assert peak_of([(1, 5), (2, 3), (3, None), (9, None)]) == 2
    assert peak_of([(1, 1), (1, 1)]) == 2


def test_incident_that_is_not_over_lasts_until_its_last_entry() -> None:
    running = replace(ACCOUNT, incident=replace(ACCOUNT.incident, resolved_at=None))

    assert figures_of(replace(running, entries=ENTRIES[:14])).duration_us == 19 * MINUTE
    assert figures_of(replace(running, entries=())).duration_us == 0


def test_nobody_was_paged_before_an_acknowledgement_without_a_page() -> None:
    figures = figures_of(replace(ACCOUNT, entries=[ENTRIES[0], *ENTRIES[2:]]))

    assert figures.acknowledged_after_us is None


def test_people_are_those_who_acted() -> None:
    assert figures_of(ACCOUNT).people == ("bob", "alice", "carol")
