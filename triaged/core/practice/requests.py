"""May this request to an outsider go out now, and what follows from how it ended.

A request never delays or vetoes anything: what failed for good is an entry on the timeline of the
incident that it belongs to, and waits for a person who has it tried again.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import assert_never

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice import rooms, tracker_ends
from triaged.core.practice.status import subscribers
from triaged.core.practice.status.statuspage_pushes import is_outlived
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Go, Unknown
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.model import Entry, Reason
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestEvent,
    RequestRetried,
)
from triaged.core.records.practice.requests import CONFIRM, EDIT, Done, Request, RequestState
from triaged.core.records.verdicts import NotTried, Refused, TryAgain
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND

FIRST_RETRY_US = 5 * SECOND
RETRY_MAX_US = 15 * MINUTE
"""Nobody waits for it by the second, and a third party that is down hears of us four times an
hour."""

WISH_MAX_US = HOUR
"""A pause that a third party wishes for is honoured up to this: GitHub's limit is by the hour."""

Follow = Callable[[Situation, RequestEnded, Request], tuple[Effect, ...]]
"""Takes the end of an attempt and the request as it is afterwards; gives further rows."""

FOLLOWS: Mapping[str, Follow] = {
    "room": rooms.ended,
    "subscriber": subscribers.ended,
    "tracker": tracker_ends.ended,
}
"""Decisions about the end of a request, by the subject of its kind."""

ATTEMPTS_MAX: Mapping[str, int] = {EDIT: 5}
"""Kinds that are given up after so many attempts, and not only when their life is over."""

QUIET = frozenset({CONFIRM, EDIT})
"""Kinds whose failure is no news about the incident."""

RETRIED_LIFE_US = DAY
"""For so long a request is tried that a person has taken up again."""


def decide_request(situation: Situation, event: RequestEvent) -> Decision:
    """Decide an event of a request."""
    match event:
        case RequestDue():
            return may_go(situation, event)
        case RequestEnded():
            return ended(situation, event)
        case RequestRetried():
            return retried(situation, event)
        case _:
            assert_never(event)


def may_go(situation: Situation, event: RequestDue) -> Decision:
    """Let a request go that has been claimed, or end it."""
    now = situation.now
    request = situation.view.row(Request, event.request.id)
    if request is None or request.token != event.request.token or not request.waits:
        return Decision()  # somebody else has it: theirs to decide
    outlived = is_outlived(event.request, situation.incident(request.incident))
    if event.newer or outlived:
        return Decision((SaveRow(_ended(request, RequestState.SUPERSEDED, now)),))
    if now > request.gives_up_at:
        why = request.error or "it could not go in time"
        failed, effects = _failed(situation, request, why, Reason.GAVE_UP)
        return Decision((SaveRow(failed), *effects))
    if event.request.attempts - 1 > request.answered and request.maybe_since is None:
        # the last attempt never told its end; it began when the request was due, or later
        request = replace(request, maybe_since=request.due_at)
        return Decision((SaveRow(request),), Go(request))
    return Decision((), Go(request))


def ended(situation: Situation, event: RequestEnded) -> Decision:
    """Record how an attempt ended, and when the next one is due; and what follows from it."""
    request = situation.view.row(Request, event.request.id)
    if request is None or request.token != event.request.token or not request.waits:
        return Decision()  # the lease was lost: whoever claimed it since will tell
    after, effects = _after(situation, request, event)
    follow = FOLLOWS.get(request.kind.partition(".")[0])
    further = () if follow is None else follow(situation, event, after)
    return Decision((SaveRow(after), *effects, *further))


def _after(
    situation: Situation, request: Request, event: RequestEnded
) -> tuple[Request, tuple[Effect, ...]]:
    """The request after an attempt, and an entry where it failed for good."""
    now = situation.now
    request = replace(request, answered=request.attempts, lease_until=0)
    match event.verdict:
        case Done(again_at=None) as done:
            sent = _ended(request, RequestState.SENT, now)
            body = {} if done.forget else request.body
            return replace(sent, error="", result=done.result, body=body), ()
        case Done(again_at=again_at) as done:
            again = _anew(request, again_at or now, request.gives_up_at)
            return replace(again, result=done.result, ended_at=now), ()
        case NotTried(error=error, after_us=after_us):
            attempts = request.attempts - 1
            answered = min(request.answered, attempts)
            waiting = replace(request, attempts=attempts, answered=answered, error=error)
            return replace(waiting, due_at=now + after_us), ()
        case TryAgain() as verdict:
            return _try_again(situation, request, verdict)
        case Refused(error=error):
            return _failed(situation, request, error, Reason.REFUSED)
        case _:
            assert_never(event.verdict)


def _try_again(
    situation: Situation, request: Request, verdict: TryAgain
) -> tuple[Request, tuple[Effect, ...]]:
    """Wait for another attempt, unless that would be too late."""
    if verdict.maybe_accepted and request.maybe_since is None:
        request = replace(request, maybe_since=request.due_at)
    due_at = retry_at(request, verdict, situation.now)
    spent = request.attempts >= ATTEMPTS_MAX.get(request.kind, request.attempts + 1)
    if spent or due_at > request.gives_up_at:
        return _failed(situation, request, verdict.error, Reason.GAVE_UP)
    return replace(request, due_at=due_at, error=verdict.error), ()


def retried(situation: Situation, event: RequestRetried) -> Decision:
    """Have a request that failed tried again from the beginning."""
    request = situation.view.row(Request, event.id)
    if request is None:
        return Decision((), Unknown(f"there is no request {event.id[:100]!r}"))
    if request.state in (RequestState.SENT, RequestState.SUPERSEDED):
        return Decision((), Conflict(f"the request is over: {request.state}"))
    answer = Acted(request.incident or 0)
    if request.state is RequestState.FAILED:
        now = situation.now
        again = _anew(request, now, max(request.gives_up_at, now + RETRIED_LIFE_US))
        return Decision((SaveRow(replace(again, token=request.token + 1)),), answer)
    return Decision((SaveRow(replace(request, due_at=situation.now)),), answer)


def retry_at(request: Request, verdict: TryAgain, now: int) -> int:
    """When the next attempt is due: doubling from 5 s to 15 min, up to a quarter earlier by id.

    The jitter is a function of the request, so that a decision made twice is the same decision.
    """
    wait_us = min(RETRY_MAX_US, FIRST_RETRY_US << min(request.attempts - 1, 10))
    spread = zlib.crc32(f"{request.id}#{request.attempts}".encode()) % 1000
    wait_us -= wait_us * spread // 4000
    return now + max(wait_us, min(verdict.after_us or 0, WISH_MAX_US))


def _ended(request: Request, state: RequestState, now: int) -> Request:
    return replace(request, state=state, lease_until=0, ended_at=now)


def _anew(request: Request, due_at: int, gives_up_at: int) -> Request:
    """The request as at its beginning; its place among others of its topic stays."""
    return replace(
        request,
        state=RequestState.DUE,
        due_at=due_at,
        gives_up_at=gives_up_at,
        attempts=0,
        answered=0,
        lease_until=0,
        error="",
        ended_at=None,
    )


def _failed(
    situation: Situation, request: Request, error: str, reason: Reason
) -> tuple[Request, tuple[Effect, ...]]:
    """It failed for good: an entry where it belongs to an incident."""
    failed = replace(_ended(request, RequestState.FAILED, situation.now), error=error)
    incident = situation.incident(request.incident)
    if incident is None or request.kind in QUIET:
        return failed, ()
    draft = Draft(incident)
    data: dict[str, object] = {
        "request": request.id,
        "kind": request.kind,
        "attempts": request.attempts,
        "reason": reason,
    }
    text = f"request {request.kind} failed: {error}"
    draft.say(Entry(situation.now, "request.failed", TRIAGED, text, data))
    return failed, draft.effects()
