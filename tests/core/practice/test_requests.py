"""When a request may go, what follows from its end, and how a person takes it up again."""

import pytest
from msgspec.structs import replace

from tests.channels.notices import INCIDENT
from tests.core.world import MONDAY, settings
from triaged.core.practice.requests import FIRST_RETRY_US, RETRY_MAX_US, decide_request, retry_at
from triaged.core.records.answers import Acted, Conflict, Go, Unknown
from triaged.core.records.effects import Append, Decision, SaveRow
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestRetried,
    RequestVerdict,
)
from triaged.core.records.practice.requests import Done, Request, RequestState
from triaged.core.records.verdicts import NotTried, Refused, TryAgain
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND
from triaged.core.view import View

NOW = MONDAY
CLAIMED = Request(
    id="INC-12/x",
    incident=12,
    kind="other.thing",
    lane="integration/github",
    created_at=NOW - MINUTE,
    due_at=NOW - SECOND,
    gives_up_at=NOW + DAY,
    token=3,
    attempts=1,
    lease_until=NOW + MINUTE,
)


def situation(*rows: Request, now: int = NOW) -> Situation:
    view = View()
    view.add_incident(INCIDENT)
    for row in rows:
        view.add_row(row)
    return Situation(view, settings(), now)


def row_of(decision: Decision) -> Request:
    (row,) = [one.row for one in decision.effects if isinstance(one, SaveRow)]
    assert isinstance(row, Request)
    return row


def entries(decision: Decision) -> list[tuple[str, str]]:
    said = [one.entry for one in decision.effects if isinstance(one, Append)]
    return [(entry.kind, entry.text) for entry in said]


def due(stored: Request, now: int = NOW, *, newer: bool = False) -> Decision:
    return decide_request(situation(stored, now=now), RequestDue(stored, newer))


def end(stored: Request, verdict: RequestVerdict, now: int = NOW) -> Decision:
    return decide_request(situation(stored, now=now), RequestEnded(stored, verdict))


def test_claimed_request_goes_as_it_was_stored() -> None:
    assert due(CLAIMED) == Decision((), Go(CLAIMED))


@pytest.mark.parametrize(
    "stored",
    [replace(CLAIMED, token=4), replace(CLAIMED, state=RequestState.SENT)],
    ids=["claimed by somebody else", "over"],
)
def test_request_that_is_not_ours_is_left_alone(stored: Request) -> None:
    here = situation(stored)

    assert decide_request(here, RequestDue(CLAIMED)) == Decision()
    assert decide_request(here, RequestEnded(CLAIMED, Done())) == Decision()
    assert decide_request(situation(), RequestDue(CLAIMED)) == Decision()


def test_newer_request_of_its_topic_goes_in_its_place() -> None:
    decision = due(CLAIMED, newer=True)

    assert row_of(decision) == replace(
        CLAIMED, state=RequestState.SUPERSEDED, lease_until=0, ended_at=NOW
    )


def test_request_that_could_not_go_in_time_is_given_up() -> None:
    late = NOW + DAY + 1

    decision = due(CLAIMED, late)

    assert row_of(decision).state is RequestState.FAILED
    assert entries(decision) == [
        ("request.failed", "request other.thing failed: it could not go in time")
    ]


def test_attempt_that_never_told_its_end_may_have_been_accepted() -> None:
    second = replace(CLAIMED, attempts=2, answered=0)

    decision = due(second)

    assert row_of(decision).maybe_since == CLAIMED.due_at
    assert decision.answer == Go(replace(second, maybe_since=CLAIMED.due_at))


def test_done_is_sent_with_what_it_gave() -> None:
    decision = end(CLAIMED, Done({"ref": "7"}))

    assert row_of(decision) == replace(
        CLAIMED,
        state=RequestState.SENT,
        result={"ref": "7"},
        answered=1,
        lease_until=0,
        ended_at=NOW,
    )
    assert entries(decision) == []


def test_body_that_is_of_no_further_use_is_forgotten() -> None:
    assert row_of(end(replace(CLAIMED, body={"to": "a@b"}), Done(forget=True))).body == {}


def test_what_is_asked_again_waits_until_then_and_keeps_what_it_gave() -> None:
    row = row_of(end(CLAIMED, Done({"since": "9"}, again_at=NOW + HOUR)))

    assert (row.state, row.due_at, row.attempts) == (RequestState.DUE, NOW + HOUR, 0)
    assert (row.result, row.created_at) == ({"since": "9"}, CLAIMED.created_at)
    assert row.outcome == "sent"


def test_failure_is_tried_again_later_without_a_word() -> None:
    decision = end(CLAIMED, TryAgain("busy"))

    row = row_of(decision)
    assert (row.state, row.error, row.answered) == (RequestState.DUE, "busy", 1)
    assert NOW < row.due_at <= NOW + FIRST_RETRY_US
    assert row.maybe_since is None
    assert row.outcome == "retried"
    assert entries(decision) == []


def test_failure_that_may_have_been_accepted_is_remembered_from_the_first_one() -> None:
    first = row_of(end(CLAIMED, TryAgain("cut", maybe_accepted=True)))
    again = replace(first, due_at=NOW + HOUR, attempts=2)
    second = row_of(end(again, TryAgain("cut", maybe_accepted=True), NOW + HOUR))

    assert first.maybe_since == CLAIMED.due_at
    assert second.maybe_since == CLAIMED.due_at


def test_failure_beyond_its_time_is_given_up_and_said_on_the_timeline() -> None:
    ending = replace(CLAIMED, gives_up_at=NOW + SECOND)

    decision = end(ending, TryAgain("busy"))

    assert row_of(decision).state is RequestState.FAILED
    assert entries(decision) == [("request.failed", "request other.thing failed: busy")]


def test_refusal_is_final_and_said_on_the_timeline() -> None:
    decision = end(CLAIMED, Refused("HTTP 404"))

    assert row_of(decision) == replace(
        CLAIMED,
        state=RequestState.FAILED,
        error="HTTP 404",
        answered=1,
        lease_until=0,
        ended_at=NOW,
    )
    assert entries(decision) == [("request.failed", "request other.thing failed: HTTP 404")]


def test_request_without_an_incident_fails_without_a_word() -> None:
    decision = end(replace(CLAIMED, incident=None), Refused("HTTP 404"))

    assert len(decision.effects) == 1


def test_attempt_that_was_not_made_does_not_count() -> None:
    row = row_of(end(CLAIMED, NotTried("paused", 15 * SECOND)))

    assert (row.attempts, row.answered, row.due_at) == (0, 0, NOW + 15 * SECOND)


def test_pause_doubles_up_to_a_quarter_of_an_hour_with_the_same_jitter_each_time() -> None:
    waits = []
    for attempts in range(1, 40):
        row = replace(CLAIMED, attempts=attempts)
        waits.append(retry_at(row, TryAgain("busy"), 0))
        assert retry_at(row, TryAgain("busy"), 0) == waits[-1]

    assert 0.75 * FIRST_RETRY_US <= waits[0] <= FIRST_RETRY_US
    assert all(wait <= RETRY_MAX_US for wait in waits)
    assert waits[-1] >= 0.75 * RETRY_MAX_US
    assert len(set(waits[10:])) > 20


def test_wish_of_the_third_party_is_honoured_up_to_an_hour() -> None:
    assert retry_at(CLAIMED, TryAgain("", 40 * MINUTE), 0) == 40 * MINUTE
    assert retry_at(CLAIMED, TryAgain("", 5 * HOUR), 0) == HOUR


def test_person_has_a_failed_request_tried_from_the_beginning() -> None:
    failed = replace(
        CLAIMED,
        state=RequestState.FAILED,
        attempts=9,
        answered=9,
        error="no",
        lease_until=0,
        ended_at=NOW,
    )
    late = NOW + 2 * DAY

    decision = decide_request(situation(failed, now=late), RequestRetried(failed.id, "alice"))

    row = row_of(decision)
    assert (row.state, row.due_at, row.gives_up_at) == (RequestState.DUE, late, late + DAY)
    assert (row.attempts, row.error, row.token) == (0, "", 4)
    assert row.created_at == CLAIMED.created_at, "its place in its topic stays"
    assert decision.answer == Acted(12)


def test_person_has_a_waiting_request_tried_now() -> None:
    waiting = replace(CLAIMED, due_at=NOW + HOUR)

    decision = decide_request(situation(waiting), RequestRetried(waiting.id, "alice"))

    assert row_of(decision) == replace(waiting, due_at=NOW)


@pytest.mark.parametrize("state", [RequestState.SENT, RequestState.SUPERSEDED])
def test_what_is_over_is_not_taken_up_again(state: RequestState) -> None:
    over = replace(CLAIMED, state=state)

    decision = decide_request(situation(over), RequestRetried(over.id, "alice"))

    assert isinstance(decision.answer, Conflict)
    assert decision.effects == ()


def test_request_that_nobody_knows_cannot_be_retried() -> None:
    decision = decide_request(situation(), RequestRetried("x", "alice"))

    assert isinstance(decision.answer, Unknown)
