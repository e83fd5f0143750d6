"""Batches about a drill, for a store in which two engines decide at once."""

from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT
from tests.store.batches import Batch, events
from triaged.core.records.events import TimerFired
from triaged.core.records.practice.drills import DrillAborted, DrillAnswered, DrillStarted, Prompt
from triaged.core.records.timers import DrillDue

DRILL = 9
"""The incident of the drill in the scene, whose next alert is due."""

STARTED = DrillStarted(
    "bob", "d1", replace(CHECKOUT, prompts=(Prompt(0, "What do you see?"),)), ("alice",)
)
PRACTICE: dict[str, Batch] = {
    "drill": events(replace(STARTED, id="d9")),
    "answer": events(DrillAnswered(DRILL, "bob", "an answer")),
    "other answer": events(DrillAnswered(DRILL, "alice", "another answer")),
    "abort": events(DrillAborted(DRILL, "bob", "enough")),
    "injection": events(TimerFired(DrillDue(DRILL, 0))),
}
PRACTICE_PAIRS = [
    ("answer", "other answer"),
    ("answer", "abort"),
    ("injection", "abort"),
    ("injection", "answer"),
    ("drill", "new"),
]
