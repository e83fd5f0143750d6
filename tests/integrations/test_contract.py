"""What every integration must do, found by its file."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integrations.fakes.github import GitHub
from tests.integrations.fakes.gitlab import GitLab
from tests.integrations.fakes.jira import Jira
from tests.integrations.fakes.peer import NOW, Peer, run
from tests.integrations.samples import ACTION, DONE, SETTINGS, TRACKERS
from triaged.channels import HttpRequest, HttpResponse, NoAnswer, Result
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.errors import Malformed, Unauthorized
from triaged.integrations import (
    Callback,
    Changed,
    CreateRoom,
    Exchange,
    IssueChange,
    PushIncident,
    ReadChanges,
    TrackIssue,
    github,
    gitlab,
    jira,
    statuspage,
    webhook,
)
from triaged.integrations.contract import (
    INTEGRATIONS,
    IntegrationKind,
    Rooms,
    StatusPage,
    Tracker,
)

KINDS: tuple[IntegrationKind, ...] = (github, gitlab, jira, statuspage, webhook)
KINDS_OF_TRACKERS: tuple[Tracker, ...] = (github, gitlab, jira)
KINDS_OF_PAGES: tuple[StatusPage, ...] = (statuspage,)
KINDS_OF_ROOMS: tuple[Rooms, ...] = (webhook,)
"""The modules by contract: mypy compares the types, the test below that none is left out."""

EACH_KIND = pytest.mark.parametrize("kind", INTEGRATIONS.kinds)
EACH_TRACKER = pytest.mark.parametrize("kind", sorted(TRACKERS))
ROOM = CreateRoom("INC-12/room", {"id": "INC-12", "title": "Checkout failures"})
POST = PushIncident("k3yd9q", "Checkout failures", "investigating", "We are looking into it.")
ORDERS: dict[str, object] = {"track": TrackIssue(ACTION), "push": POST, "create_room": ROOM}
RESULTS: tuple[Result, ...] = (
    *(HttpResponse(status, {}, b"") for status in range(1000)),
    HttpResponse(200, {}, b"[" * 5000),
    HttpResponse(201, {}, b'{"url": "javascript:alert(1)"}'),
    NoAnswer("cut"),
    NoAnswer("cut", maybe_accepted=True),
    NoAnswer("forbidden", permanent=True),
)


def exchanges(kind: str) -> list[Exchange]:
    """One exchange of each sort that a kind has."""
    module: Any = INTEGRATIONS.load(kind)
    found = [
        getattr(module, name)(order, SETTINGS[kind], NOW)
        for name, order in ORDERS.items()
        if hasattr(module, name)
    ]
    if hasattr(module, "changes"):
        found.append(module.changes(ReadChanges(NOW - HOUR), SETTINGS[kind], NOW))
    return found


def tracker(kind: str) -> Tracker:
    found = INTEGRATIONS.load(kind)
    assert isinstance(found, Tracker)
    return found


def track(kind: str, peer: Peer, order: TrackIssue) -> object:
    return run(tracker(kind).track(order, SETTINGS[kind], peer.now), peer)


def issue_texts(peer: GitHub | GitLab | Jira) -> list[str]:
    """The titles of all issues."""
    if isinstance(peer, Jira):
        return [issue["fields"]["summary"] for issue in peer.issues.values()]
    return [issue["title"] for issue in peer.issues]


def test_every_kind_is_compared_with_each_contract_that_it_fulfils() -> None:
    found = [INTEGRATIONS.load(kind) for kind in INTEGRATIONS.kinds]

    assert list(KINDS) == found
    assert list(KINDS_OF_TRACKERS) == [each for each in found if isinstance(each, Tracker)]
    assert list(KINDS_OF_PAGES) == [each for each in found if isinstance(each, StatusPage)]
    assert list(KINDS_OF_ROOMS) == [each for each in found if isinstance(each, Rooms)]


@EACH_KIND
def test_kind_has_sample_settings_and_a_rate(kind: str) -> None:
    assert isinstance(SETTINGS[kind], INTEGRATIONS.load(kind).Settings)
    assert INTEGRATIONS.load(kind).EVERY_US > 0


def led_to(exchange: Exchange, *results: Result) -> object:
    """What an exchange asks next, or how it ended, after these answers."""
    next(exchange)
    try:
        for result in results:
            request = exchange.send(result)
    except StopIteration as end:
        return end.value
    exchange.close()
    return request


@EACH_KIND
def test_every_answer_ends_the_exchange_or_leads_on(kind: str) -> None:
    known = HttpRequest | Done | Changed | TryAgain | Refused

    for result in RESULTS:
        for exchange in exchanges(kind):
            assert isinstance(led_to(exchange, result), known), result


@EACH_KIND
def test_nothing_but_success_is_done(kind: str) -> None:
    for result in (*RESULTS[300:600], *RESULTS[1000:]):
        for exchange in exchanges(kind):
            assert not isinstance(led_to(exchange, result), Done | Changed), result


@EACH_KIND
def test_error_holds_no_secret(kind: str) -> None:
    for exchange in exchanges(kind):
        end = repr(led_to(exchange, HttpResponse(403, {}, b"no")))
        for secret in ("ghp_token", "glpat-token", "b3BzQG", "89a229ce", "s3cret"):
            assert secret not in end


@EACH_TRACKER
def test_action_becomes_one_issue_that_says_what_it_is(kind: str) -> None:
    peer = TRACKERS[kind]()

    end = track(kind, peer, TrackIssue(ACTION))

    assert isinstance(end, Done)
    assert set(end.result) == {"ref", "url"}
    assert issue_texts(peer) == ["[INC-12] Fix: Upgrade ORM to patched version (P0)"]


@EACH_TRACKER
def test_issue_whose_answer_was_lost_is_found_instead_of_made_again(kind: str) -> None:
    peer = TRACKERS[kind]()
    peer.faults = ["lost"]

    first = track(kind, peer, TrackIssue(ACTION))
    peer.now += MINUTE
    second = track(kind, peer, TrackIssue(ACTION, maybe_since=NOW))

    assert isinstance(first, TryAgain)
    assert first.maybe_accepted
    assert isinstance(second, Done)
    assert len(issue_texts(peer)) == 1


@EACH_TRACKER
def test_issue_is_found_among_many_others(kind: str) -> None:
    peer = TRACKERS[kind]()
    peer.faults = ["lost"]
    track(kind, peer, TrackIssue(ACTION))
    for number in range(50):
        other = replace(ACTION, id=f"other-{number}", text=f"other {number}")
        track(kind, peer, TrackIssue(other))

    end = track(kind, peer, TrackIssue(ACTION, maybe_since=NOW))

    assert isinstance(end, Done)
    assert len(issue_texts(peer)) == 51


@EACH_TRACKER
def test_attempt_that_cannot_have_been_accepted_is_made_again_without_a_search(kind: str) -> None:
    peer = TRACKERS[kind]()
    peer.faults = ["down"]

    end = track(kind, peer, TrackIssue(ACTION))

    assert isinstance(end, TryAgain)
    assert not end.maybe_accepted


@EACH_TRACKER
@pytest.mark.parametrize(("state", "read"), [("done", "done"), ("open", "open")])
def test_state_goes_out_and_comes_back(kind: str, state: str, read: str) -> None:
    peer = TRACKERS[kind]()
    made = track(kind, peer, TrackIssue(ACTION))
    assert isinstance(made, Done)
    peer.now += MINUTE

    track(kind, peer, TrackIssue(DONE, ref=made.result["ref"]))
    if state == "open":
        track(kind, peer, TrackIssue(ACTION, ref=made.result["ref"]))
    peer.now += MINUTE
    order = ReadChanges(NOW)
    end = run(tracker(kind).changes(order, SETTINGS[kind], peer.now), peer)

    assert isinstance(end, Changed)
    assert end.since == peer.now
    assert end.changes == (
        IssueChange(made.result["ref"], made.result["url"], read, NOW + MINUTE),  # type: ignore[arg-type]  # a Literal
    )


@EACH_TRACKER
def test_item_that_is_done_before_it_has_an_issue_gets_a_closed_one(kind: str) -> None:
    peer = TRACKERS[kind]()

    end = track(kind, peer, TrackIssue(DONE))
    read = run(tracker(kind).changes(ReadChanges(NOW), SETTINGS[kind], peer.now), peer)

    assert isinstance(end, Done)
    assert isinstance(read, Changed)
    assert [each.state for each in read.changes] == ["done"]


@EACH_TRACKER
def test_failure_after_the_issue_was_made_does_not_make_a_second_one(kind: str) -> None:
    peer = TRACKERS[kind]()
    peer.faults = ["", HttpResponse(429, {"retry-after": "30"}, b"")]

    first = track(kind, peer, TrackIssue(DONE))
    second = track(kind, peer, TrackIssue(DONE, maybe_since=NOW))

    assert isinstance(first, TryAgain)
    assert first.maybe_accepted
    assert first.after_us == 30 * SECOND
    assert isinstance(second, Done)
    assert len(issue_texts(peer)) == 1


@EACH_TRACKER
def test_changes_beyond_what_one_attempt_reads_are_read_by_the_next(kind: str) -> None:
    peer = TRACKERS[kind]()
    for number in range(230):
        peer.now += MINUTE
        track(kind, peer, TrackIssue(replace(ACTION, id=str(number))))
    refs: set[str] = set()

    since = NOW
    for _ in range(2):
        end = run(tracker(kind).changes(ReadChanges(since), SETTINGS[kind], peer.now), peer)
        assert isinstance(end, Changed)
        refs |= {each.ref for each in end.changes}
        since = end.since

    assert len(refs) == 230
    assert since == peer.now


@EACH_TRACKER
def test_text_of_people_stays_within_limits_and_mentions_nobody(kind: str) -> None:
    peer = TRACKERS[kind]()
    hostile = replace(ACTION, text="/close @torvalds \r\n/assign @x " + "ä" * 900, owner="@all")

    end = track(kind, peer, TrackIssue(hostile))

    assert isinstance(end, Done)
    said = repr(peer.asked[-1].content)
    assert "@torvalds" not in said
    assert "@all" not in said
    assert "\\n/" not in said


@EACH_TRACKER
@pytest.mark.parametrize(
    ("status", "headers", "after_us"),
    [
        (429, {"retry-after": "7"}, 7 * SECOND),
        (403, {"retry-after": "60"}, 60 * SECOND),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW // SECOND + 90)}, 90),
        (429, {}, 60 * SECOND),
    ],
)
def test_limit_is_waited_out(
    kind: str, status: int, headers: dict[str, str], after_us: int
) -> None:
    peer = TRACKERS[kind]()
    peer.faults = [HttpResponse(status, headers, b"{}", NOW)]

    end = track(kind, peer, TrackIssue(ACTION))

    assert isinstance(end, TryAgain)
    assert end.after_us in (after_us, after_us * SECOND)
    assert not end.maybe_accepted


@EACH_TRACKER
def test_refusal_says_in_their_words_why(kind: str) -> None:
    peer = TRACKERS[kind]()
    peer.faults = [HttpResponse(403, {}, b'{"message": "Resource not accessible"}')]

    end = track(kind, peer, TrackIssue(ACTION))

    assert end == Refused("HTTP 403 Resource not accessible")


def made(kind: str) -> tuple[Any, Sequence[str]]:
    """A fake with one issue of ours, and the refs of it."""
    peer = TRACKERS[kind]()
    end = track(kind, peer, TrackIssue(ACTION))
    assert isinstance(end, Done)
    return peer, [end.result["ref"]]


def call_of(kind: str, peer: Any, **options: str) -> Callback:
    """The webhook about the one issue."""
    callback = peer.calls("OPS-1" if kind == "jira" else 1, **options)
    assert isinstance(callback, Callback)
    return callback


@EACH_TRACKER
def test_callback_says_what_changed(kind: str) -> None:
    peer, refs = made(kind)
    peer.now += MINUTE
    if kind == "jira":
        peer.moves("OPS-1", "Done")
    else:
        peer.closes(1)

    changes = tracker(kind).called(call_of(kind, peer), SETTINGS[kind])

    assert [(each.ref, each.state, each.at) for each in changes] == [
        (refs[0], "done", NOW + MINUTE)
    ]


@EACH_TRACKER
def test_callback_without_the_secret_is_refused(kind: str) -> None:
    peer, _ = made(kind)
    good = call_of(kind, peer)
    unsigned = replace(good, headers={"content-type": "application/json"})
    settings: Any = SETTINGS[kind]

    for callback, given in (
        (call_of(kind, peer, secret="guessed"), settings),
        (unsigned, settings),
        (good, replace(settings, webhook_secret=None)),
    ):
        with pytest.raises(Unauthorized) as refusal:
            tracker(kind).called(callback, given)
        assert "secret" not in str(refusal.value) or "webhook_secret" in str(refusal.value)


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_signature_is_over_the_whole_body(kind: str) -> None:
    peer, _ = made(kind)
    good = call_of(kind, peer)

    with pytest.raises(Unauthorized):
        tracker(kind).called(replace(good, body=good.body + b" "), SETTINGS[kind])


@EACH_TRACKER
def test_callback_of_another_project_is_passed_over(kind: str) -> None:
    peer, _ = made(kind)
    settings: Any = SETTINGS[kind]
    name = "repository" if kind == "github" else "project"
    other = replace(settings, **{name: "OTHER" if kind == "jira" else "some/other"})

    assert list(tracker(kind).called(call_of(kind, peer), other)) == []


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_callback_about_something_else_is_passed_over(kind: str) -> None:
    peer, _ = made(kind)

    assert list(tracker(kind).called(call_of(kind, peer, event="ping"), SETTINGS[kind])) == []


def test_callback_of_gitlab_with_a_broken_instant_is_refused() -> None:
    peer, _ = made("gitlab")
    good = call_of("gitlab", peer)

    with pytest.raises(Malformed):
        gitlab.called(
            replace(good, body=good.body.replace(b" UTC", b" noon")),
            SETTINGS["gitlab"],  # type: ignore[arg-type]  # settings of its kind
        )
