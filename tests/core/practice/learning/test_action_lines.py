"""Action items in the document's line form: written, and read back from pasted Markdown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.practice.learning.action_lines import (
    ActionLine,
    WrongLine,
    read_line,
    read_lines,
    written,
)
from triaged.core.records.practice.action_items import ActionKind, Priority

DAY = date(2026, 3, 4)
DOCUMENT = [
    "- [ ] Fix: Upgrade ORM to patched version (P0, @bob, by 03/06)",
    "- [ ] Detect: Add connection pool utilization alert (P1, @carol, by 03/07)",
    "- [ ] Prevent: Add connection leak detection to CI (P2, @dave, by 03/14)",
    "- [ ] Process: Add ORM to critical dependency test matrix (P2, @alice, by 03/14)",
]

TEXTS = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=300)
    .map(str.strip)
    .filter(bool)
)
OWNERS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,20}", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def test_documents_lines_are_read_and_written_byte_for_byte() -> None:
    items, wrong = read_lines(DOCUMENT, DAY)

    assert wrong == []
    assert items[0] == ActionLine(
        ActionKind.FIX, "Upgrade ORM to patched version", Priority.P0, "bob", date(2026, 3, 6)
    )
    assert [item.kind for item in items] == [*ActionKind]
    assert [written(item, DAY) for item in items] == DOCUMENT


@given(
    st.builds(
        ActionLine,
        st.sampled_from(ActionKind),
        TEXTS,
        st.sampled_from(Priority),
        OWNERS,
        DAYS,
        st.booleans(),
    ),
    DAYS,
)
def test_written_line_is_read_back(item: ActionLine, day: date) -> None:
    assert read_line(written(item, day), day) == item


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("by 03/04", date(2026, 3, 4)),
        ("by 03/03", date(2027, 3, 3)),
        ("by 2/29", date(2028, 2, 29)),
        ("by 2026-01-31", date(2026, 1, 31)),
    ],
)
def test_year_is_that_of_the_nearest_date_from_the_incident_on(line: str, due: date) -> None:
    found = read_line(f"- [x] fix: it (P0, @bob, {line})", DAY)

    assert isinstance(found, ActionLine)
    assert (found.due, found.done) == (due, True)


def test_date_more_than_a_year_off_is_written_with_its_year() -> None:
    item = ActionLine(ActionKind.FIX, "it", Priority.P3, "bob", DAY + timedelta(400))

    assert written(item, DAY) == "- [ ] Fix: it (P3, @bob, by 2027-04-08)"


@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        ("- Fix: it (P0, @bob, by 03/06)", "a box is missing"),
        ("- [ ] it (P0, @bob, by 03/06)", "the kind is missing"),
        ("- [ ] Repair: it (P0, @bob, by 03/06)", "the kind is missing"),
        ("- [ ] Fix: it", "priority, owner and due date are missing"),
        ("- [ ] Fix: (P0, @bob, by 03/06)", "what is to be done"),
        ("- [ ] Fix: it (P0, by 03/06)", "names no owner"),
        ("- [ ] Fix: it (P0, @bob)", "names no due date"),
        ("- [ ] Fix: it (@bob, by 03/06)", "names no priority"),
        ("- [ ] Fix: it (P0, @bob, by 13/40)", "is no date"),
        ("- [ ] Fix: it (P0, @bob, by soon)", "is no date"),
        ("- [ ] Fix: it (P9, @bob, by 03/06)", "'P9' is neither"),
    ],
)
def test_line_that_lacks_something_says_what(line: str, lacks: str) -> None:
    items, (wrong,) = read_lines(["Prose is ignored.", "", line], DAY, first=40)

    assert items == []
    assert isinstance(wrong, WrongLine)
    assert wrong.line == 42
    assert lacks in wrong.message
