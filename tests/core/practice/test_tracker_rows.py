"""A changed action item wants its issue to say so, once, in the tracker of its team."""

import pytest
from msgspec.structs import replace

from tests.core.practice.learning_world import Learning
from triaged.core.practice.tracker_rows import taken_over, tracked_events
from triaged.core.records.practice.action_items import ActionState
from triaged.core.records.practice.learning_events import ActionItemTracked
from triaged.core.records.practice.requests import Request
from triaged.core.settings import Integrations, Team
from triaged.core.time.durations import HOUR
from triaged.integrations import IssueChange

OPEN, IN_PROGRESS, DONE, CANCELLED = ActionState


def tracking(*trackers: str, tracker: str | None = None, team: str | None = None) -> Learning:
    """A world with trackers: the default one, and that of the team."""
    world = Learning()
    world.settings = replace(
        world.settings,
        integrations=Integrations(trackers=trackers, tracker=tracker),
        teams={**world.settings.teams, "payments": Team("payments", ("alice",), tracker=team)},
        public_url="https://triaged.example.org",
    )
    return world


def asked(world: Learning) -> list[Request]:
    found = [one for one in world.view.rows_of(Request, 1) if one.kind == "tracker.issue"]
    return sorted(found, key=lambda one: one.created_at)


def test_new_item_asks_for_an_issue() -> None:
    world = tracking("github", tracker="github")

    world.add("bob", "2026-04-08")

    (request,) = asked(world)
    assert (request.lane, request.topic) == ("integration/github", "github/action/a")
    assert request.body["ref"] == ""
    assert request.body["action"] == {
        "id": "a",
        "incident": "INC-1",
        "url": "https://triaged.example.org/api/v1/incidents/INC-1",
        "kind": "fix",
        "priority": "P1",
        "text": "Upgrade ORM",
        "owner": "bob",
        "due": "2026-04-08",
        "state": "open",
    }


def test_change_asks_again_with_what_is_known_and_the_same_topic() -> None:
    world = tracking("github", tracker="github")
    world.add()
    world.handle(ActionItemTracked("a", 1, "github", "o/r#7", "u", None, world.now))
    world.now += HOUR

    world.change(state=DONE)

    first, second = asked(world)
    assert first.topic == second.topic
    assert (second.body["ref"], second.body["action"]["state"]) == ("o/r#7", "done")


def test_what_the_tracker_says_asks_for_nothing() -> None:
    world = tracking("github", tracker="github")
    world.add()
    world.now += HOUR

    world.handle(ActionItemTracked("a", 1, "github", "o/r#7", "u", DONE, world.now))

    assert len(asked(world)) == 1


@pytest.mark.parametrize(
    ("trackers", "tracker", "team", "lanes"),
    [
        (("a", "b"), "a", None, ["integration/a"]),
        (("a", "b"), "a", "b", ["integration/b"]),
        (("a", "b"), None, None, []),
        ((), "gone", None, []),
    ],
)
def test_tracker_is_that_of_the_team_then_the_default(
    trackers: tuple[str, ...], tracker: str | None, team: str | None, lanes: list[str]
) -> None:
    world = tracking(*trackers, tracker=tracker, team=team)
    world.view.add_incident(replace(world.incident, team="payments"))

    world.add()

    assert [one.lane for one in asked(world)] == lanes


def test_drill_leaves_no_trace_in_a_tracker() -> None:
    world = tracking("github", tracker="github")
    world.view.add_incident(replace(world.incident, kind="drill"))

    world.add()

    assert asked(world) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "after"),
    [
        (OPEN, DONE, DONE),
        (IN_PROGRESS, OPEN, IN_PROGRESS),
        (OPEN, IN_PROGRESS, IN_PROGRESS),
        (CANCELLED, DONE, CANCELLED),
        (DONE, CANCELLED, CANCELLED),
        (DONE, OPEN, OPEN),
        (CANCELLED, IN_PROGRESS, IN_PROGRESS),
    ],
)
def test_tracker_counts_where_it_says_something_else_not_where_it_says_less(
    ours: ActionState, theirs: ActionState, after: ActionState
) -> None:
    assert taken_over(ours, theirs) is after


def test_changes_are_believed_only_of_issues_that_a_request_of_ours_led_to() -> None:
    world = tracking("github", tracker="github")
    world.add()
    (request,) = asked(world)
    known = {
        "o/r#7": replace(request, result={"ref": "o/r#7", "url": "u"}),
        "o/r#9": replace(request, kind="room.create"),
        "o/r#10": replace(request, incident=None),
    }
    refs = ("o/r#7", "o/r#8", "o/r#9", "o/r#10")

    events = tracked_events("github", [IssueChange(ref, "", "done", 5) for ref in refs], known)

    assert events == [ActionItemTracked("a", 1, "github", "o/r#7", "u", DONE, 5)]
