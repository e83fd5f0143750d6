"""The course of an incident: what of its timeline figures are made of."""

from tests.core.practice.learning.test_figures import figures
from tests.core.world import MONDAY
from triaged.core.practice.learning.courses import Begun, Brief, Mark, MarkData, course_of
from triaged.core.practice.learning.figures import Spread
from triaged.core.records.model import Phase, Severity
from triaged.core.time.durations import HOUR, MINUTE


def test_a_phase_that_lasts_is_in_no_figure_before_it_is_over() -> None:
    changed = Mark(MONDAY + MINUTE, "phase.changed", "alice", MarkData(before="detection"))
    open_one = course_of(Brief(1, Severity.SEV1, MONDAY, phase=Phase.TRIAGE), [changed])

    assert open_one.phases == {Phase.DETECTION: MINUTE}


def test_the_first_acknowledgement_counts_and_any_act_of_a_person() -> None:
    marks = [
        Mark(MONDAY + n * MINUTE, "incident.acknowledged", who, MarkData())
        for n, who in ((1, "alice"), (9, "bob"))
    ]

    assert course_of(Brief(1, Severity.SEV1, MONDAY), marks).acknowledged_at == MONDAY + MINUTE
    assert [
        course_of(Brief(1, Severity.SEV1, MONDAY), [Mark(MONDAY, "note", who, MarkData())]).acted
        for who in ("alice", "token:ops", "triaged", "alerts", "rule:noisy")
    ] == [True, True, False, False, False]


def test_declared_and_mitigated_have_their_spans() -> None:
    marks = [
        Mark(MONDAY + MINUTE, "phase.changed", "bob", MarkData(before="triage", to="mitigation")),
        Mark(MONDAY + HOUR, "phase.changed", "bob", MarkData(before="triage", to="mitigation")),
    ]
    brief = Brief(1, Severity.SEV1, MONDAY, work=Begun(MONDAY + 2 * MINUTE))

    spans = figures(course_of(brief, marks)).spans

    assert spans["mitigate"] == Spread(1, MINUTE, MINUTE)
    assert spans["declare"] == Spread(1, 2 * MINUTE, 2 * MINUTE)
