"""An item learns of its issue, and its tracker's changes are read from then on."""

from msgspec.structs import replace

from tests.core.practice.test_tracker_rows import asked, tracking
from triaged.core.practice.tracker_rows import CHANGES_EVERY_US
from triaged.core.records.practice.request_events import RequestEnded
from triaged.core.records.practice.requests import Done, Request, RequestState
from triaged.core.records.verdicts import Refused

READING = "integration/github/changes"
ISSUE = Done({"ref": "o/r#7", "url": "https://github.com/o/r/issues/7"})


def test_item_is_told_of_its_issue_and_changes_are_read_from_then_on() -> None:
    world = tracking("github", tracker="github")
    world.add()
    claimed = replace(asked(world)[0], token=1, attempts=1)
    world.view.add_row(claimed)

    world.handle(RequestEnded(claimed, ISSUE))

    item = world.item()
    assert (item.tracker, item.tracker_ref, item.tracker_url) == (
        "github",
        "o/r#7",
        "https://github.com/o/r/issues/7",
    )
    assert [entry.kind for entry in world.entries[1]][-1] == "action.tracked"
    reading = world.view.row(Request, READING)
    assert reading is not None
    assert (reading.kind, reading.due_at) == ("tracker.changes", world.now + CHANGES_EVERY_US)


def test_reading_that_goes_on_is_left_alone_and_one_that_failed_begins_again() -> None:
    world = tracking("github", tracker="github")
    world.add()
    claimed = replace(asked(world)[0], token=1, attempts=1)
    world.view.add_row(claimed)
    world.handle(RequestEnded(claimed, ISSUE))
    reading = world.view.row(Request, READING)
    assert reading is not None
    for before, token in ((replace(reading, token=4), 4), (failed(reading), 8)):
        world.view.add_row(before)
        world.view.add_row(claimed)

        world.handle(RequestEnded(claimed, ISSUE))

        after = world.view.row(Request, READING)
        assert after is not None
        assert (after.state, after.token) == (RequestState.DUE, token)


def failed(reading: Request) -> Request:
    return replace(reading, state=RequestState.FAILED, token=7)


def test_issue_that_is_refused_changes_no_item() -> None:
    world = tracking("github", tracker="github")
    world.add()
    before = world.item()
    claimed = replace(asked(world)[0], token=1, attempts=1)
    world.view.add_row(claimed)

    world.handle(RequestEnded(claimed, Refused("HTTP 401")))

    assert world.item() == before
    assert [entry.kind for entry in world.entries[1]][-1] == "request.failed"
