"""Batches about postmortems and action items: incident 2 is over, has a text and the item `a`."""

from tests.store.batches import Batch, events
from triaged.core.records.practice.action_items import ActionKind, ActionState, Priority
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemTracked,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)


def action(identity: str, owner: str) -> ActionItemAdded:
    """Somebody adds an action item to the incident that is over."""
    fix = ActionKind.FIX
    return ActionItemAdded(2, "bob", identity, fix, Priority.P1, f"item {identity}", owner)


LEARNING: dict[str, Batch] = {
    "write": events(PostmortemSaved(2, "bob", "bob's text", 1, "facts")),
    "other write": events(PostmortemSaved(2, "alice", "alice's text", 1, "facts")),
    "first write": events(PostmortemSaved(3, "alice", "alice's text", 0, "facts")),
    "review": events(PostmortemReviewed(2, "bob", 1)),
    "publish": events(PostmortemPublished(2, "bob", 1)),
    "waive": events(PostmortemWaived(2, "bob", "nobody was harmed by it")),
    "action": events(action("b", "alice")),
    "other action": events(action("c", "bob")),
    "action changes": events(ActionItemChanged("a", 2, "bob", ActionState.CANCELLED, "why not")),
    "action tracked": events(
        ActionItemTracked("a", 2, "github", "#1", "u", ActionState.DONE, 1 << 51)
    ),
}
LEARNING_PAIRS = [
    ("write", "other write"),
    ("other write", "write"),
    ("first write", "waive"),
    ("write", "publish"),
    ("publish", "write"),
    ("waive", "publish"),
    ("waive", "close"),
    ("action", "other action"),
    ("action", "close"),
    ("action changes", "action tracked"),
    ("action tracked", "action changes"),
]
