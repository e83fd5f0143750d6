"""Batches about who is on call: override 1 is in force, and a swap waits for alice's answer."""

from tests.core.world import MONDAY
from tests.store.batches import Batch, events
from triaged.core.records.duty.away import AwayConfirmed, AwayEnded, AwaySet
from triaged.core.records.practice.duty_events import (
    DutyEvent,
    OverrideEnded,
    OverridesMade,
    Span,
    SwapAnswered,
    SwapExpired,
    SwapProposed,
)
from triaged.core.time.durations import DAY, HOUR, WEEK
from triaged.core.time.oncall import Rotation, Schedule

ROTA = Schedule("primary", "UTC", (Rotation(("alice", "bob"), WEEK, "2026-03-30T00:00"),))
NEXT = MONDAY + WEEK


def override(person: str, by: str, key: str = "") -> OverridesMade:
    """Somebody is on call for half a day from tomorrow."""
    span = Span(MONDAY + DAY, MONDAY + DAY + 12 * HOUR, person)
    return OverridesMade(by, "primary", (span,), "why", key=key)


SCENE: tuple[DutyEvent, ...] = (
    OverridesMade("bob", "primary", (Span(MONDAY + 2 * HOUR, MONDAY + 9 * HOUR, "carol"),), "why"),
    SwapProposed("bob", "bob", "alice", "primary", (NEXT, NEXT + DAY), None, "why", MONDAY + HOUR),
    AwaySet("a1", "alice", MONDAY + DAY, MONDAY + 2 * DAY, "why", "bob"),
)
DUTY: dict[str, Batch] = {
    "override": events(override("bob", "carol")),
    "other override": events(override("carol", "alice")),
    "keyed override": events(override("bob", "alice", "k")),
    "end override": events(OverrideEnded("1", "bob")),
    "agree": events(SwapAnswered("2", "alice", "alice", agrees=True)),
    "withdraw": events(SwapAnswered("2", "bob", "bob", agrees=False)),
    "swap expires": events(SwapExpired("2")),
    "away": events(AwaySet("a2", "bob", MONDAY + DAY, MONDAY + 2 * DAY, "why", "bob")),
    "confirm away": events(AwayConfirmed("a1", "bob")),
    "end away": events(AwayEnded("a1", "alice")),
    "propose": events(
        SwapProposed("bob", "bob", "carol", "primary", (NEXT, NEXT + DAY), None, "", key="k")
    ),
}
DUTY_PAIRS = [
    ("override", "other override"),
    ("override", "end override"),
    ("override", "agree"),
    ("confirm away", "end away"),
    ("confirm away", "override"),
    ("override", "acknowledge"),
    ("end override", "timers"),
    ("keyed override", "propose"),
    ("agree", "withdraw"),
    ("agree", "swap expires"),
]
