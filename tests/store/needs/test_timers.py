from triaged.core.practice.reports import unseen_key
from triaged.core.records.practice.drills import DrillRun
from triaged.core.records.practice.reports import CustomerReport
from triaged.core.records.timers import DrillDue, MuteDue, ReportDue
from triaged.core.view import key_text
from triaged.store.needs.event_needs import EventNeeds, of_incident
from triaged.store.needs.timers import timer_needs


def test_a_report_that_nobody_reads_may_open_an_incident_that_pages() -> None:
    needs = timer_needs(ReportDue(7, 1, step=2))

    assert needs == EventNeeds(
        numbers=frozenset({7}),
        rows={CustomerReport: {7}},
        keys=frozenset({key_text(unseen_key(2))}),
        openings=True,
    )


def test_a_step_of_a_drill_needs_the_drill() -> None:
    assert timer_needs(DrillDue(7, 1)) == of_incident(7, DrillRun)


def test_the_end_of_a_mute_needs_the_pages_that_waited() -> None:
    needs = timer_needs(MuteDue(7, 1))

    assert needs.pages_of == needs.muted == frozenset({7})
