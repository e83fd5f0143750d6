"""Messages that are kept, and edited when the incident changes."""

import pytest
from msgspec.structs import replace

from tests.core.two_way.desks import Desk
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Escalated,
    NoteAdded,
    Reopened,
    Resolved,
    SeverityChosen,
    Unacknowledged,
)
from triaged.core.records.model import Severity
from triaged.core.records.practice.events import Merged
from triaged.core.records.practice.request_events import RequestDue, RequestEnded
from triaged.core.records.practice.requests import CONFIRM, Request, RequestState
from triaged.core.records.two_way import Edit, MessagesEdited
from triaged.core.records.verdicts import Refused, TryAgain
from triaged.core.time.durations import DAY, SECOND


def claimed(desk: Desk, request: Request) -> Request:
    """The request as a lane has taken it once more."""
    taken = replace(request, token=request.token + 1, attempts=request.attempts + 1)
    desk.view.add_row(taken)
    return taken


def test_provider_that_queues_is_asked_after_five_seconds_what_became_of_a_page() -> None:
    desk = Desk(confirmed=frozenset({"desk"}))

    (asked,) = desk.requests(CONFIRM)

    (post,) = desk.posts()
    assert (asked.lane, asked.body) == ("message/desk", {"page": post.id, "ref": post.ref})
    assert asked.due_at == post.posted_at + 5 * SECOND
    assert Desk().requests(CONFIRM) == []


def test_page_on_a_channel_that_edits_is_kept_with_its_name_there() -> None:
    desk = Desk()

    (post,) = desk.posts()

    assert post.ref == f"C1/{post.id}"
    assert post.edited
    assert desk.edits() == [], "it says what is so"


@pytest.mark.parametrize(
    "action",
    [
        Acknowledged(1, "alice"),
        Resolved(1, "alice"),
        SeverityChosen(1, "alice", Severity.SEV2),
        Escalated(1, "alice"),
    ],
)
def test_change_of_the_incident_edits_its_messages(action: Action) -> None:
    desk = Desk()

    desk.handle(action)

    (edit,) = desk.edits()
    assert (edit.lane, edit.topic) == ("message/desk", "INC-1/message/desk")
    assert edit.gives_up_at == edit.created_at + 7 * DAY


@pytest.mark.parametrize(
    ("before", "action"),
    [
        (Acknowledged(1, "alice"), Unacknowledged(1, "alice")),
        (Acknowledged(1, "alice"), Acknowledged(1, "bob", take_over=True)),
        (Resolved(1, "alice"), Reopened(1, "alice")),
    ],
)
def test_each_further_change_edits_once_more(before: Action, action: Action) -> None:
    desk = Desk()
    desk.handle(before)
    desk.now += SECOND
    known = {edit.id for edit in desk.edits()}

    desk.handle(action)

    assert len({edit.id for edit in desk.edits()} - known) == 1


def test_merge_edits_the_messages_of_what_was_merged() -> None:
    desk = Desk()
    desk.fires(alertname="Other", severity="SEV-1")

    desk.handle(Merged(1, "alice", 2))

    assert len(desk.edits()) == 1


def test_note_edits_nothing() -> None:
    desk = Desk()

    desk.handle(NoteAdded(1, "alice", "hm"))

    assert desk.edits() == []


def test_second_page_to_the_same_place_has_the_first_say_so() -> None:
    desk = Desk()

    desk.run(150)

    assert len([post for post in desk.posts() if post.edited]) == 2
    assert desk.edits() != []


def test_update_is_kept_so_that_it_can_be_answered_and_not_edited() -> None:
    desk = Desk()
    desk.settings = replace(desk.settings, heard=frozenset({"mail"}), edited=frozenset())
    desk.handle(Acknowledged(1, "bob"))
    desk.deliver()

    assert [post.edited for post in desk.posts() if post.channel == "mail"] == [False]


def test_edits_are_given_up_after_five_attempts_and_nobody_hears_of_it() -> None:
    desk = Desk()
    desk.handle(Acknowledged(1, "alice"))
    (edit,) = desk.edits()
    for attempt in range(5):
        (edit,) = desk.edits()
        assert edit.state is RequestState.DUE, attempt
        desk.handle(RequestEnded(claimed(desk, edit), TryAgain("HTTP 500")))

    (edit,) = desk.edits()
    assert edit.state is RequestState.FAILED
    assert "request.failed" not in desk.kinds()


def test_edit_that_was_refused_is_no_news_either() -> None:
    desk = Desk()
    desk.handle(Acknowledged(1, "alice"))
    (edit,) = desk.edits()

    desk.handle(RequestEnded(claimed(desk, edit), Refused("invalid_auth")))

    assert "request.failed" not in desk.kinds()


def test_edit_that_has_waited_for_a_week_is_dropped() -> None:
    desk = Desk()
    desk.handle(Acknowledged(1, "alice"))
    (edit,) = desk.edits()
    desk.now = edit.gives_up_at + 1

    desk.handle(RequestDue(claimed(desk, edit)))

    assert [one.state for one in desk.edits() if one.id == edit.id] == [RequestState.FAILED]


def test_what_a_message_says_and_is_called_is_kept() -> None:
    desk = Desk()
    (post,) = desk.posts()

    desk.handle(MessagesEdited(1, (Edit(post.id, "C1/9", "abc"), Edit("gone", "x", "y"))))

    assert desk.posts() == [replace(post, ref="C1/9", rendered="abc")]
