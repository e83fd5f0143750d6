"""Issues at Jira: documents, fields that a project lacks, ways through a workflow."""

import msgspec
from msgspec.structs import replace

from tests.integrations.fakes.jira import Jira
from tests.integrations.fakes.peer import NOW, run
from tests.integrations.samples import ACTION, DONE, SETTINGS
from triaged.core.records.practice.requests import Done
from triaged.core.time.durations import MINUTE
from triaged.integrations import Changed, ReadChanges, TrackIssue, jira
from triaged.integrations.jira import document, lines_of


def settings() -> jira.Settings:
    found = SETTINGS["jira"]
    assert isinstance(found, jira.Settings)
    return found


def test_field_that_the_project_does_not_have_is_left_out() -> None:
    peer = Jira()
    peer.screens.remove("duedate")

    end = run(jira.track(TrackIssue(ACTION), settings(), NOW), peer)

    assert isinstance(end, Done)
    assert "duedate" not in peer.issues["OPS-1"]["fields"]


def test_description_is_a_document_whose_last_line_is_the_marker() -> None:
    peer = Jira()

    run(jira.track(TrackIssue(ACTION), settings(), NOW), peer)

    lines = list(lines_of(peer.issues["OPS-1"]["fields"]["description"]))
    assert lines[0] == "Fix: Upgrade ORM to patched version"
    assert lines[-1] == f"triaged-action: {ACTION.id}"


def test_cancelled_item_takes_the_way_of_that_name() -> None:
    peer = Jira()
    run(jira.track(TrackIssue(ACTION), settings(), NOW), peer)

    for state, status in (("cancelled", "Won't do"), ("done", "Won't do"), ("open", "To Do")):
        action = replace(ACTION, state=state)
        run(jira.track(TrackIssue(action, ref="OPS-1"), settings(), NOW), peer)
        assert peer.issues["OPS-1"]["status"] == status  # done is done: it is not moved about


def test_changes_are_asked_for_in_minutes_because_jql_has_the_accounts_zone() -> None:
    peer = Jira()
    run(jira.track(TrackIssue(DONE), settings(), NOW), peer)
    peer.moves("OPS-1", "In Progress")
    peer.now += 10 * MINUTE

    end = run(jira.changes(ReadChanges(NOW), settings(), peer.now), peer)

    assert isinstance(end, Changed)
    assert [(each.ref, each.state) for each in end.changes] == [("OPS-1", "in_progress")]
    assert "updated >= -13m" in peer.asked[-1].content["jql"]


def test_document_of_any_depth_is_read_in_bounds() -> None:
    deep: object = document(["innermost"])
    for _ in range(200):
        deep = {"type": "panel", "content": [deep]}

    assert list(lines_of(deep)) == []
    assert list(lines_of(document(["one", "two"]))) == ["one", "two"]
    assert list(lines_of({"type": "paragraph", "content": [7, {"text": 8}]})) == []
    assert list(lines_of("plain\ntext")) == ["plain", "text"]


def test_longest_description_is_within_the_limit() -> None:
    action = replace(ACTION, text="\U0001f525" * 5000, owner="o" * 5000)

    peer = Jira()
    end = run(jira.track(TrackIssue(action), settings(), NOW), peer)

    assert isinstance(end, Done)
    assert len(msgspec.json.encode(peer.asked[0].content)) < 32_767
