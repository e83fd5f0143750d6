"""Posts are repeated elsewhere, the newest of an incident, and never after it is resolved."""

from typing import Any

from msgspec.structs import replace

from tests.core.practice.status_desk import OUT, UP, Desk
from triaged.core.practice.status.statuspage_pushes import PUSH, is_outlived
from triaged.core.records.events import Resolved
from triaged.core.records.practice.request_events import RequestDue
from triaged.core.records.practice.requests import Request, RequestState
from triaged.core.records.practice.status import Impact, PostStatus
from triaged.core.settings import Integrations
from triaged.core.time.durations import MINUTE


def repeating(*pages: str) -> Desk:
    desk = Desk()
    desk.settings = replace(desk.settings, integrations=Integrations(status_pages=pages))
    desk.lead()
    return desk


def asked(desk: Desk) -> list[Request]:
    found = [one for one in desk.view.rows_of(Request, 1) if one.kind == PUSH]
    return sorted(found, key=lambda one: one.created_at)


def push(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = request.body["push"]
    return found


def test_published_post_is_repeated_on_each_page_elsewhere() -> None:
    desk = repeating("a", "b")

    desk.posts(components={"checkout": OUT}, impact=Impact.MAJOR, body="One.\nTwo.")

    requests = asked(desk)
    assert [one.lane for one in requests] == ["integration/a", "integration/b"]
    assert len({one.topic for one in requests}) == 2
    said = push(requests[0])
    assert (said["id"], said["name"], said["status"]) == (
        "thread1",
        "Checkout Issues",
        "investigating",
    )
    assert (said["components"], said["impact"]) == ({"checkout": "major_outage"}, "major")
    assert said["body"].startswith("One. Two.\n\nNext update: ")


def test_draft_is_repeated_nowhere() -> None:
    desk = repeating("a")

    desk.draft()

    assert asked(desk) == []


def test_without_a_page_elsewhere_nothing_is_asked() -> None:
    desk = repeating()

    desk.posts()

    assert asked(desk) == []


def test_posts_of_one_incident_have_one_topic() -> None:
    desk = repeating("a")
    desk.posts()
    desk.run_until(desk.now + MINUTE)
    desk.handle(Resolved(1, "alice"))

    desk.posts(PostStatus.RESOLVED, components={"checkout": UP})

    first, second = asked(desk)
    assert first.topic == second.topic
    assert push(second)["status"] == "resolved"
    assert "Next update" not in push(second)["body"]


def test_push_that_failed_is_not_tried_again_after_the_resolve() -> None:
    desk = repeating("a")
    desk.posts()
    failed = replace(asked(desk)[0], token=2, attempts=2, answered=1, error="busy")
    desk.view.add_row(failed)
    before = is_outlived(failed, desk.incident)
    desk.handle(Resolved(1, "alice"))

    desk.handle(RequestDue(failed))

    assert not before
    assert asked(desk)[0].state is RequestState.SUPERSEDED


def test_first_attempt_and_the_resolve_itself_go_after_the_resolve() -> None:
    desk = repeating("a")
    desk.posts()
    first = replace(asked(desk)[0], attempts=1)
    resolved = replace(first, attempts=5, body={"push": {**push(first), "status": "resolved"}})
    desk.handle(Resolved(1, "alice"))

    assert not is_outlived(first, desk.incident)
    assert not is_outlived(resolved, desk.incident)
    assert not is_outlived(replace(first, attempts=5), None)
