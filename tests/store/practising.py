"""Batches about a drill, for a store in which two engines decide at once."""

from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT
from tests.store.batches import Batch, events
from triaged.core.practice.reports import service_digest
from triaged.core.records.events import TimerFired
from triaged.core.records.practice.drills import DrillAborted, DrillAnswered, DrillStarted, Prompt
from triaged.core.records.practice.reports import (
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportFiled,
)
from triaged.core.records.severity import Severity
from triaged.core.records.timers import DrillDue, ReportDue

DRILL = 9
"""The incident of the drill in the scene, whose next alert is due."""

STARTED = DrillStarted(
    "bob", "d1", replace(CHECKOUT, prompts=(Prompt(0, "What do you see?"),)), ("alice",)
)
REPORT = 10
"""The notice about the first of two reports in the scene, at which nobody has looked."""

FILED = ReportFiled("REP-1", "customer", "Cannot pay", "it fails", "checkout")
SCENE = (STARTED, FILED, replace(FILED, id="REP-2"))
PRACTICE: dict[str, Batch] = {
    "drill": events(replace(STARTED, id="d9")),
    "answer": events(DrillAnswered(DRILL, "bob", "an answer")),
    "other answer": events(DrillAnswered(DRILL, "alice", "another answer")),
    "abort": events(DrillAborted(DRILL, "bob", "enough")),
    "injection": events(TimerFired(DrillDue(DRILL, 0))),
    "report": events(replace(FILED, id="REP-9")),
    "attach": events(ReportAttached("REP-1", "bob", 1)),
    "declare report": events(ReportDeclared("REP-1", "alice", Severity.SEV2)),
    "dismiss": events(ReportDismissed("REP-1", "alice", "works for us")),
    "report is due": events(TimerFired(ReportDue(REPORT, 0, service_digest("checkout")))),
    "other report is due": events(TimerFired(ReportDue(REPORT + 1, 0, service_digest("checkout")))),
}
PRACTICE_PAIRS = [
    ("answer", "other answer"),
    ("answer", "abort"),
    ("injection", "abort"),
    ("injection", "answer"),
    ("drill", "new"),
    ("attach", "declare report"),
    ("attach", "dismiss"),
    ("attach", "resolve"),
    ("report is due", "attach"),
    ("report is due", "dismiss"),
    ("report is due", "other report is due"),
]
