import pytest
from msgspec.structs import replace

from tests.core.practice.world import Practice
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    MessagesImported,
    PracticeEvent,
)
from triaged.core.records.practice.notes import Marker, Message
from triaged.core.time.durations import HOUR


def world_with_entries() -> Practice:
    """A world whose incident knows how many entries it has: a store keeps the number."""
    world = Practice()
    world.view.incidents[1] = replace(world.view.incidents[1], entries=4)
    return world


def test_correction_names_the_entry_and_leaves_it() -> None:
    world = world_with_entries()
    before = list(world.entries[1])
    world.handle(EntryCorrected(1, "bob", 2, "it was three pods"))

    assert world.entries[1][: len(before)] == before
    (entry,) = world.said("correction")
    assert (entry.text, entry.data) == ("it was three pods", {"corrects": 2})


def test_marker_names_the_entry() -> None:
    world = world_with_entries()
    world.handle(EntryMarked(1, "bob", 2, Marker.KEY_MOMENT))

    (entry,) = world.said("marker")
    assert entry.data == {"marks": 2, "marker": "key_moment"}
    assert entry.text == "entry 2 is key moment"


@pytest.mark.parametrize("seq", [0, -1, 5])
@pytest.mark.parametrize("kind", ["correction", "marker"])
def test_entry_that_does_not_exist_is_refused(kind: str, seq: int) -> None:
    event: PracticeEvent = EntryCorrected(1, "bob", seq, "x")
    if kind == "marker":
        event = EntryMarked(1, "bob", seq, Marker.REPAIR)

    answer = world_with_entries().handle(event)

    assert isinstance(answer, Unknown)
    assert "its last one is 4" in answer.detail


def test_messages_keep_their_time_and_come_once() -> None:
    world = world_with_entries()
    at = world.now - HOUR
    first = Message("m1", at, "carol", "restarting")
    later = Message("m2", at + 1, "bob", "done")
    world.handle(MessagesImported(1, "alice", (later, first)))
    world.handle(MessagesImported(1, "alice", (first, later, first)))

    found = [(entry.at, entry.actor, entry.text) for entry in world.said("message")]
    assert found == [(at, "alice", "carol: restarting"), (at + 1, "alice", "bob: done")]
    assert world.said("message")[0].data == {"author": "carol", "ref": "m1"}


def test_one_message_from_the_future_refuses_all() -> None:
    world = world_with_entries()
    ahead = Message("m1", world.now + HOUR, "carol", "hm")

    answer = world.handle(MessagesImported(1, "alice", (Message("m0", 1, "c", "x"), ahead)))

    assert isinstance(answer, Conflict)
    assert world.said("message") == []


def test_messages_after_the_end_are_taken() -> None:
    world = world_with_entries()
    message = Message("m1", world.now, "carol", "hm")

    assert isinstance(world.handle(MessagesImported(1, "alice", (message,))), Acted)
