"""Documents of overrides, swaps and final shifts, and refusals of acts on duty."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from aiohttp import web

from triaged.core.oncall.duty import Duty, FinalShift
from triaged.core.oncall.overriding import problem_of
from triaged.core.records.answers import Answer, Conflict, Unknown
from triaged.core.records.duty.overrides import Override, OverrideKind, Swap, SwapState
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.routes import Call
from triaged.wire import Instant, instant_text, instant_text_or_none

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_MAX = 200


class AssignmentDocument(msgspec.Struct, frozen=True):
    """A person on call, and what says so."""

    person: str
    source: str
    """`rotation:2`, `override:17`, `fixed:17`, `feed:primary#UID`."""
    instead_of: str
    """The person whom an override replaced; empty: nobody in particular."""
    unknown: bool
    """True if nobody has this name: the shift pages the catch-all."""


class FinalShiftDocument(msgspec.Struct, frozen=True):
    """A time in which the same people are on call; `source` is `gap` where nobody is."""

    start: Instant
    end: Instant
    people: list[str]
    source: str
    assignments: list[AssignmentDocument]


class SpanDocument(msgspec.Struct, frozen=True):
    """A time."""

    start: Instant
    end: Instant


class OverrideDocument(msgspec.Struct, frozen=True):
    """An override: who is on call instead, when, why and by whose hand."""

    id: str
    schedule: str
    start: Instant
    end: Instant
    person: str
    """`nobody` where it removes somebody."""
    replaces: str | None
    reason: str
    by: str
    made_at: Instant
    kind: OverrideKind
    group: str | None
    """Those that were made together have the same."""
    state: Literal["pending", "active", "over", "ended"]
    ended_at: Instant | None
    ended_by: str | None
    problem: str | None
    """Why it does not do what it says: covered by a later one, person or schedule gone."""


class SwapDocument(msgspec.Struct, frozen=True):
    """A proposal to swap shifts."""

    id: str
    schedule: str
    person: str
    other: str
    give: SpanDocument
    take: SpanDocument | None
    reason: str
    by: str
    made_at: Instant
    expires_at: Instant
    state: SwapState
    answered_at: Instant | None
    answered_by: str | None


def shift_document(shift: FinalShift) -> FinalShiftDocument:
    """A final shift as answers show it."""
    return FinalShiftDocument(
        start=instant_text(shift.start_at),
        end=instant_text(shift.end_at),
        people=list(shift.people),
        source=shift.source,
        assignments=[
            AssignmentDocument(one.person, one.source, one.instead_of, one.unknown)
            for one in shift.assignments
        ],
    )


def spans(found: Iterable[tuple[int, int]]) -> list[SpanDocument]:
    """Times as answers show them."""
    return [SpanDocument(instant_text(start), instant_text(end)) for start, end in found]


def override_document(row: Override, duty: Duty, now: int) -> OverrideDocument:
    """An override as answers show it at `now`."""
    return OverrideDocument(
        id=row.id,
        schedule=row.schedule,
        start=instant_text(row.start_at),
        end=instant_text(row.end_at),
        person=row.person,
        replaces=row.replaces or None,
        reason=row.reason,
        by=row.by,
        made_at=instant_text(row.made_at),
        kind=row.kind,
        group=row.group or None,
        state=_state(row, now),
        ended_at=instant_text_or_none(row.ended_at),
        ended_by=row.ended_by or None,
        problem=problem_of(row, duty) if row.until_at > now else None,
    )


def _state(row: Override, now: int) -> Literal["pending", "active", "over", "ended"]:
    if row.ended_at is not None:
        return "ended"
    if row.end_at <= now:
        return "over"
    return "pending" if now < row.start_at else "active"


def swap_document(swap: Swap) -> SwapDocument:
    """A proposal as answers show it."""
    take = None
    if swap.take_start_at is not None and swap.take_end_at is not None:
        take = SpanDocument(instant_text(swap.take_start_at), instant_text(swap.take_end_at))
    return SwapDocument(
        id=swap.id,
        schedule=swap.schedule,
        person=swap.person,
        other=swap.other,
        give=SpanDocument(instant_text(swap.give_start_at), instant_text(swap.give_end_at)),
        take=take,
        reason=swap.reason,
        by=swap.by,
        made_at=instant_text(swap.made_at),
        expires_at=instant_text(swap.expires_at),
        state=swap.state,
        answered_at=instant_text_or_none(swap.answered_at),
        answered_by=swap.answered_by or None,
    )


def refusal(outcome: Answer) -> web.Response:
    """The answer where an act on duty was refused."""
    match outcome:
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case _:
            return problems.failed()


def key_of(call: Call) -> str | Problem:
    """The `Idempotency-Key` of a request; empty: it has none."""
    key = call.request.headers.get(IDEMPOTENCY_KEY, "")
    if len(key) > KEY_MAX or not key.isprintable():
        return Problem(IDEMPOTENCY_KEY, f"at most {KEY_MAX} printable characters")
    return key


def person_of(call: Call, person: str | None) -> str | Problem:
    """For whom a caller acts: a person for themselves, an administrator for anybody."""
    by = call.caller.by
    people = call.context.configuration.settings.people
    if person is None:
        if by in people:
            return by
        return Problem("$.person", f"wanted: {by} is no person of the configuration")
    if person != by and not call.caller.may("admin"):
        return Problem("$.person", f"{by} can answer for nobody else; an administrator can")
    return person
