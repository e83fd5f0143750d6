"""Issues at GitLab: labels, users, and the instants of its webhooks."""

import msgspec
from msgspec.structs import replace

from tests.integrations.fakes.gitlab import GitLab
from tests.integrations.fakes.peer import NOW, run
from tests.integrations.samples import ACTION, SETTINGS
from triaged.integrations import Callback, TrackIssue, gitlab


def settings(**changes: object) -> gitlab.Settings:
    found = SETTINGS["gitlab"]
    assert isinstance(found, gitlab.Settings)
    return msgspec.structs.replace(found, **changes)


def test_new_issue_has_labels_owner_and_date() -> None:
    peer = GitLab()
    ours = settings(labels=("incident", "action"), assignees={"bob": 42})

    run(gitlab.track(TrackIssue(ACTION), ours, NOW), peer)

    issue = peer.issues[0]
    assert (issue["labels"], issue["assignee_ids"], issue["due_date"]) == (
        "incident,action",
        [42],
        "2026-03-06",
    )


def test_instant_of_a_webhook_is_read_in_both_forms() -> None:
    peer = GitLab()
    run(gitlab.track(TrackIssue(ACTION), settings(), NOW), peer)
    utc = peer.calls(1)
    rfc = replace(utc, body=utc.body.replace(b"2026-03-04 15:23:00 UTC", b"2026-03-04T15:23:00Z"))

    for callback in (utc, rfc):
        assert isinstance(callback, Callback)
        assert [each.at for each in gitlab.called(callback, settings())] == [NOW]


def test_project_may_be_named_by_its_number() -> None:
    peer = GitLab()
    run(gitlab.track(TrackIssue(ACTION), settings(), NOW), peer)

    (change,) = gitlab.called(peer.calls(1), settings(project="7"))

    assert change.ref == "7#1"
