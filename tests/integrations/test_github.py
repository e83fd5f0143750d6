"""Issues at GitHub: assignees, pull requests, the marker."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.integrations.fakes.github import GitHub
from tests.integrations.fakes.peer import NOW, run
from tests.integrations.samples import ACTION, SETTINGS
from triaged.core.records.practice.requests import Done
from triaged.errors import Malformed
from triaged.integrations import Changed, ReadChanges, TrackIssue, github


def settings(**changes: object) -> github.Settings:
    found = SETTINGS["github"]
    assert isinstance(found, github.Settings)
    return msgspec.structs.replace(found, **changes)


@pytest.mark.parametrize(("account", "kept"), [("bob-at-github", True), ("nobody", False)])
def test_owner_is_assigned_where_the_account_can_be(account: str, kept: bool) -> None:
    peer = GitHub()

    end = run(github.track(TrackIssue(ACTION), settings(assignees={"bob": account}), NOW), peer)

    assert isinstance(end, Done)
    assert (peer.issues[0].get("assignees") == [account]) is kept


def test_pull_request_is_no_issue() -> None:
    peer = GitHub()
    run(github.track(TrackIssue(ACTION), settings(), NOW), peer)
    peer.issues[0]["pull_request"] = {"url": "…"}

    changes = run(github.changes(ReadChanges(NOW), settings(), NOW), peer)
    again = run(github.track(TrackIssue(ACTION, maybe_since=NOW), settings(), NOW), peer)

    assert changes == Changed((), NOW)
    assert again == Done({"ref": "o/r#2", "url": "https://github.com/o/r/issues/2"})


def test_marker_counts_only_as_a_line_of_its_own() -> None:
    peer = GitHub()
    quoting = replace(ACTION, id="other", text=f"see triaged-action: {ACTION.id}")
    run(github.track(TrackIssue(quoting), settings(), NOW), peer)

    end = run(github.track(TrackIssue(ACTION, maybe_since=NOW), settings(), NOW), peer)

    assert isinstance(end, Done)
    assert end.result["ref"] == "o/r#2"


def test_issue_of_a_repository_of_before_is_made_anew() -> None:
    peer = GitHub()

    end = run(github.track(TrackIssue(ACTION, ref="old/r#7"), settings(), NOW), peer)

    assert isinstance(end, Done)
    assert peer.said == ["POST /repos/o/r/issues"]


@pytest.mark.parametrize(("reason", "state"), [("completed", "done"), ("not_planned", "cancelled")])
def test_reason_of_a_close_is_kept(reason: str, state: str) -> None:
    peer = GitHub()
    run(github.track(TrackIssue(ACTION), settings(), NOW), peer)
    peer.closes(1, reason)

    end = run(github.changes(ReadChanges(NOW), settings(), NOW), peer)

    assert isinstance(end, Changed)
    assert [each.state for each in end.changes] == [state]


def test_callback_in_a_form_is_refused_with_the_remedy() -> None:
    peer = GitHub()
    run(github.track(TrackIssue(ACTION), settings(), NOW), peer)
    callback = peer.calls(1)
    form = {**callback.headers, "content-type": "application/x-www-form-urlencoded"}

    with pytest.raises(Malformed, match="application/json"):
        github.called(replace(callback, headers=form), settings())
