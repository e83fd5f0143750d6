"""What is told of one change in several reports."""

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.tidy.imports import reachable, target
from tests.tidy.source import read
from triaged.core.records.changes import Change, completed

BEGUN = Change("gh", "1", "checkout", 10, 10, "checkout 1.4")
DONE = Change("gh", "1", "checkout", 12, 30, "rolled out", ended_at=30, status="success")


def test_a_change_began_at_the_earlier_time_and_is_as_was_said_last() -> None:
    assert completed(BEGUN, DONE) == Change(
        "gh", "1", "checkout", 10, 30, "rolled out", ended_at=30, status="success"
    )


def test_what_is_late_does_not_undo_what_was_said_after_it() -> None:
    assert completed(DONE, BEGUN) == completed(BEGUN, DONE)


REPORTS = st.builds(
    lambda at, said_at, ended_at: Change("s", "1", "x", at, said_at, str(said_at), ended_at),
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
)


@given(REPORTS, REPORTS)
def test_the_same_told_again_changes_nothing(one: Change, other: Change) -> None:
    once = completed(one, other)

    assert completed(once, other) == once


def test_nothing_that_decides_can_read_a_hint() -> None:
    package = read(ROOT, "triaged")
    known = {source.module for source in package}
    graph = {
        source.module: {target(name, known) for _, name in source.imported()} & known
        for source in package
    }

    reached = reachable(graph, ["triaged.engine", "triaged.core.decide", "triaged.rules.evaluate"])

    hints = {
        *("triaged.core.records.changes", "triaged.core.text.learning.similarity"),
        *("triaged.core.dependencies", "triaged.store.tables.changes"),
        *("triaged.store.queries.similar_incidents", "triaged.store.queries.page_stats"),
    }
    assert hints <= known
    assert not hints & reached
