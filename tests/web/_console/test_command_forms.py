"""Forms of the command page; what they do is in tests/web/test_command.py."""

from triaged.core.records.events import PhaseChanged
from triaged.core.records.model import Phase
from triaged.core.records.practice.events import ItemTicked, UpdatePosted
from triaged.core.time.durations import MINUTE
from triaged.web._console.command_forms import event_of, read_typed

NOW = 1_800_000_000_000_000


def test_an_update_promises_the_next_one_from_now() -> None:
    typed = read_typed(b"do=update&impact=a&theory=b&actions=c&minutes=15")
    assert typed is not None

    assert event_of(typed, 1, "alice", NOW) == UpdatePosted(
        incident=1,
        by="alice",
        impact="a",
        theory="b",
        actions="c",
        next_update_at=NOW + 15 * MINUTE,
    )


def test_buttons_are_events() -> None:
    phase, tick = read_typed(b"do=phase&phase=triage"), read_typed(b"do=tick&item=x&done=0")
    assert phase is not None
    assert tick is not None

    assert event_of(phase, 1, "a", NOW) == PhaseChanged(1, "a", Phase.TRIAGE)
    assert event_of(tick, 1, "a", NOW) == ItemTicked(1, "a", "x", is_done=False)
    assert read_typed(b"\xff") is None
