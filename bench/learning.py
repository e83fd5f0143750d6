"""What postmortems cost: the draft of a long incident, the lint of a long text, merge and page."""

import time
from collections.abc import Callable
from statistics import median

from bench.options import Options
from bench.table import Line
from triaged.core.practice.learning.blameless import lint
from triaged.core.practice.learning.postmortem_draft import draft
from triaged.core.practice.learning.postmortem_facts import Account
from triaged.core.records.model import ChainedEntry, Incident, Plan, Severity, State
from triaged.core.text.merging import merge
from triaged.core.time.durations import SECOND
from triaged.web._markdown import rendered

ENTRIES = 5_000
WORDS = 10_000
DRAFT_MS, LINT_MS = 300, 20
"""The limits that were promised."""

NAMES = [f"person-{number}" for number in range(200)]
SENTENCES = (
    "The deploy of 14:00 brought a connection leak, which the pool hid for an hour. ",
    "person-7 noticed the error rate, and paged the database team at once. ",
    "The alert should have fired at 80 percent, as the runbook said. ",
    "Nobody was told that the second replica had been drained. ",
)


def measure(options: Options) -> list[Line]:
    """The median of some repetitions, in processor time."""
    repeats = 3 if options.quick else 15
    account = _account()
    text = _text()
    theirs = text.replace("14:00", "14:05")
    drafting = _ms(lambda: draft(account), repeats)
    linting = _ms(lambda: lint(text, NAMES), repeats)
    merging = _ms(lambda: merge(text, f"{text}\nmine", theirs), repeats)
    showing = _ms(lambda: rendered(text), repeats)
    return [
        _line(f"postmortem draft, {ENTRIES:,} entries", drafting, DRAFT_MS),
        _line(f"blameless lint, {WORDS:,} words", linting, LINT_MS),
        Line(f"merge of two texts of {WORDS:,} words", f"{merging:.1f} ms"),
        Line(f"page of {WORDS:,} words", f"{showing:.1f} ms"),
    ]


def _line(name: str, took: float, limit: int) -> Line:
    return Line(name, f"{took:.1f} ms", wanted=f"≤ {limit} ms", holds=took <= limit)


def _ms(work: Callable[[], object], repeats: int) -> float:
    work()
    took = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        took.append((time.process_time() - began) * 1e3)
    return median(took)


def _account() -> Account:
    """An incident of many notes, changes of phase and severity."""
    entries = [
        ChainedEntry(1, seq, seq * SECOND, seq * SECOND, *_said(seq), "") for seq in range(ENTRIES)
    ]
    incident = Incident(
        number=1,
        key=(),
        title="Checkout Failures",
        severity=Severity.SEV1,
        severity_by="unclassified",
        opened_at=0,
        plan=Plan("default", ()),
        state=State.RESOLVED,
        resolved_at=ENTRIES * SECOND,
    )
    return Account(incident, entries, "error rate > 5%")


def _said(seq: int) -> tuple[str, str, str, dict[str, object]]:
    match seq % 4:
        case 0:
            return "note", "bob", f"step {seq} of the search", {}
        case 1:
            return "page.sent", "triaged", "paged bob", {}
        case 2:
            to = "mitigation" if seq % 8 == 2 else "investigation"
            return "phase.changed", "bob", "", {"from": "triage", "to": to}
        case _:
            return "severity.changed", "bob", "", {"from": "SEV-1", "to": f"SEV-{1 + seq % 2}"}


def _text() -> str:
    """A postmortem of so many words, in paragraphs of four sentences."""
    paragraph = "".join(SENTENCES)
    number = WORDS // len(paragraph.split()) + 1
    paragraphs = [f"{paragraph}({index})" for index in range(number)]
    return "## Summary\n" + "\n\n".join(paragraphs) + "\n"
