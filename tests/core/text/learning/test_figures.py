"""Figures in words: a span names its anchors, and what was left out."""

from tests.core.practice.learning.test_figures import course, figures
from tests.core.world import MONDAY
from triaged.core.practice.learning.courses import Sent
from triaged.core.text.learning.figures import sentences, span_sentences, time_text
from triaged.core.time.durations import HOUR, MINUTE, SECOND


def test_a_span_names_its_anchors_and_what_was_left_out() -> None:
    answered = [
        course(n, pages=(Sent(MONDAY, "alice"),), acknowledged_at=MONDAY + us)
        for n, us in enumerate((60 * SECOND, 100 * SECOND, 6 * MINUTE), 1)
    ]
    drills = [course(10 + n, brief_kind="drill") for n in range(3)]

    found = figures(*answered, *drills)

    assert span_sentences(found)["acknowledge"] == (
        "first page → first acknowledgement, p50 1 m 40 s, p90 6 m, n = 3, 3 drills excluded"
    )
    assert found.incidents == 3


def test_times_have_two_units_at_most() -> None:
    times = (0, 45 * SECOND, 100 * SECOND, 6 * MINUTE, 125 * MINUTE, 2 * HOUR, 76 * HOUR)

    assert [time_text(us) for us in times] == [
        *("0 s", "45 s", "1 m 40 s", "6 m", "2 h 05 m", "2 h", "3 d 4 h")
    ]
    assert list(sentences(figures()))[-2:] == ["updates on time, none", "actionable pages, none"]
