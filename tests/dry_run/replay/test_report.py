"""The report in Markdown and JSON."""

import json

from msgspec.structs import replace

from tests.core.world import MONDAY, settings
from tests.dry_run.past import RecordedPast, Softer
from triaged.core.records.history import Paged
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR, MINUTE
from triaged.dry_run.replay.comparison import Changed, compare_runs
from triaged.dry_run.replay.limits import parse_limit
from triaged.dry_run.replay.replay import Ran, happened, replay
from triaged.dry_run.replay.report import (
    ReplayReport,
    document,
    incidents_of,
    judged,
    markdown,
    report_of,
    worst_first,
)

HOSTILE = "<script>alert(1)</script> | @team\n# [x](http://evil) `"


def report(title: str = "Down") -> ReplayReport:
    """Two alerts of one incident that others would have made two of."""
    past = RecordedPast(settings())
    past.fire(f"{title}/1")
    past.fire(f"{title}/2")
    past.pass_(HOUR)
    history = past.history()
    other = settings(rules=Softer())
    runs = happened(history), replay(history, settings()), replay(history, other)
    found = compare_runs(runs[0], runs[1], other), compare_runs(runs[1], runs[2], other)
    return report_of((MONDAY, MONDAY + HOUR), runs, ("these rules", "soft"), found)


def test_markdown_says_what_differs() -> None:
    assert (
        markdown(report())
        == """\
## Replay: these rules → soft

### Fidelity

2 alerts from 2026-03-30 10:00 to 2026-03-30 11:00.

The present rules give what happened for 1 of 1 incidents.

### Numbers

|  | these rules | soft | change |
| --- | --- | --- | --- |
| incidents | 1 | 2 | +1 |
| SEV-1 | 0 | 0 |  |
| SEV-2 | 1 | 0 | -1 |
| SEV-3 | 0 | 2 | +2 |
| SEV-4 | 0 | 0 |  |
| pages | 6 | 12 | +6 |
| pages at night (22-07) | 0 | 0 |  |
| response targets missed | 1 | 2 | +1 |
| alerts suppressed | 0 | 0 |  |

### Pages by person

| whom | these rules | soft | change |
| --- | --- | --- | --- |
| alice | 4 (0 at night) | 8 (0 at night) | +4 |
| bob | 2 (0 at night) | 4 (0 at night) | +2 |

### Split (1)

| opened | before | after | title |
| --- | --- | --- | --- |
| 2026-03-30 10:00 | INC-1 SEV-2, 6 pages | INC-1 SEV-3, 6 pages; INC-2 SEV-3, 6 pages | Down |
"""
    )


def test_text_of_strangers_is_text_in_markdown() -> None:
    text = markdown(report(HOSTILE))

    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "\\| @\u200bteam \\# \\[x\\](http://evil) \\`" in text


def test_json_counts_and_lists() -> None:
    found = document(judged(report(), [parse_limit("incidents > +50%")]))

    text = json.loads(json.dumps(found))
    assert text["difference"]["split"]["count"] == 1
    assert text["fidelity"]["nothing"]
    assert text["failed"] == ["incidents > +50%"]


def test_incidents_that_were_reclassified_are_named() -> None:
    changed = replace(report(), reclassified=(1, 2, 3, 4, 5, 6))

    assert "changed INC-1, INC-2, INC-3, INC-4, INC-5, …." in markdown(changed)
    assert "reclassify" not in markdown(report())


def ran(number: int, severity: str, *page_minutes: int) -> Ran:
    """An incident whose pages went out so many minutes after its opening."""
    pages = tuple(Paged(MONDAY + minutes * MINUTE, "alice") for minutes in page_minutes)
    level = Severity(severity)
    return Ran(number, f"title {number}", level, MONDAY + number, missed=False, pages=pages)


def test_worst_changes_come_first() -> None:
    more_pages = Changed((ran(1, "SEV-2", 0),), (ran(1, "SEV-2", 0, 1),))
    later = Changed((ran(2, "SEV-2", 0),), (ran(2, "SEV-2", 9),))
    lowered = Changed((ran(3, "SEV-1", 0),), (ran(3, "SEV-3", 0),))
    lost = Changed((ran(4, "SEV-3", 0),), (ran(4, "SEV-3"),))
    gone = Changed((ran(5, "SEV-1", 0),), ())

    found = worst_first([more_pages, later, lowered, lost, gone])

    assert found == [gone, lost, lowered, later, more_pages]


def test_merged_incidents_are_counted_as_incidents() -> None:
    before = [ran(number, "SEV-2", 0) for number in range(1, 31)]
    assert incidents_of([Changed(tuple(before), (ran(1, "SEV-2", 0),))]) == 30
    assert incidents_of([Changed((), (ran(1, "SEV-2", 0), ran(2, "SEV-2", 0)))]) == 2
