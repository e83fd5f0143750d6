"""Swaps: one person asks, the other agrees, and overrides follow. Nothing moves without consent."""

from collections.abc import Iterator

from msgspec.structs import replace

from triaged.core.oncall.duty import Duty, final_shifts
from triaged.core.oncall.moves import differs
from triaged.core.oncall.notices import Record, reason_text, tell_moves
from triaged.core.oncall.overriding import LATE_MAX_US, LENGTH_MAX_US, after_rows
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Conflict, DutyChanged, RowSaved, Unknown
from triaged.core.records.duty.overrides import Override, Swap, SwapState
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.practice.duty_events import SwapAnswered, SwapExpired, SwapProposed
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.names import meant
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import WEEK
from triaged.errors import Problem

EXPIRES_US = WEEK
"""A proposal that nobody has answered for so long has been overlooked."""

KINDS = {
    SwapState.PROPOSED: "swap.proposed",
    SwapState.ACCEPTED: "swap.accepted",
    SwapState.DECLINED: "swap.declined",
    SwapState.WITHDRAWN: "swap.withdrawn",
    SwapState.EXPIRED: "swap.expired",
}
"""The entry that records that a proposal has come into a state."""

PROPOSED_MAX = 100
"""Proposals that wait for an answer at a time."""


def proposal_problems(settings: Settings, wish: SwapProposed, now: int) -> list[Problem]:
    """What is wrong with a proposal, whatever the duty is."""
    return list(_problems(settings, wish, now))


def _problems(settings: Settings, wish: SwapProposed, now: int) -> Iterator[Problem]:
    for field, name in (("person", wish.person), ("with", wish.other)):
        if name not in settings.people:
            hint = meant(name, settings.people)
            yield Problem(f"$.{field}", f"there is no person {name!r}{hint}")
    if wish.person == wish.other:
        yield Problem("$.with", "is the person who asks")
    spans = [("give", wish.give), *((("take", wish.take),) if wish.take is not None else ())]
    for field, (start, end) in spans:
        if start < now - LATE_MAX_US:
            yield Problem(f"$.{field}.start", "is in the past: past duty is history")
        if not start < end <= start + LENGTH_MAX_US:
            yield Problem(f"$.{field}.end", "must be after the start, by at most 90 days")
    if wish.take is not None and max(wish.give[0], wish.take[0]) < min(wish.give[1], wish.take[1]):
        yield Problem("$.take", "overlaps what is given")
    if wish.expires_at is not None and wish.expires_at <= now:
        yield Problem("$.expires", "is in the past")


def propose_swap(situation: Situation, wish: SwapProposed) -> Decision:
    """Keep a proposal and ask the other person."""
    proposed = situation.view.rows_of(Swap, None)
    if wish.key and (known := [s for s in proposed if (s.key, s.by) == (wish.key, wish.by)]):
        return Decision((), RowSaved(known[0].id))
    refusal = _refusal(situation, wish)
    if refusal is not None:
        return Decision((), refusal)
    waiting = sum(one.state is SwapState.PROPOSED for one in proposed)
    if waiting >= PROPOSED_MAX:
        return Decision((), Conflict(f"{waiting} proposals wait for an answer already"))
    first = min(wish.give[0], wish.take[0] if wish.take else wish.give[0])
    wanted = wish.expires_at if wish.expires_at is not None else situation.now + EXPIRES_US
    swap = Swap(
        id=str(next(situation.view.duty_numbers)),
        incident=None,
        schedule=wish.schedule,
        person=wish.person,
        other=wish.other,
        give_start_at=wish.give[0],
        give_end_at=wish.give[1],
        take_start_at=wish.take[0] if wish.take else None,
        take_end_at=wish.take[1] if wish.take else None,
        reason=wish.reason,
        by=wish.by,
        made_at=situation.now,
        expires_at=max(min(wanted, first), situation.now + LATE_MAX_US),
        key=wish.key,
    )
    said = f"{swap.person} asks {swap.other}: {_sentence(situation, swap, swap.other)}"
    record = _record(situation, swap, SwapState.PROPOSED, wish.by, said)
    zone = situation.settings.people[swap.other].timezone
    until = instant_for(swap.expires_at, zone, situation.now)
    answer = f"Answer until {until}: triaged oncall swap accept {swap.id} (or decline)"
    asked = f"{swap.person} asks you to {_sentence(situation, swap, swap.other)}"
    record.tell(swap.other, f"{swap.person} asks you to take a shift", f"{asked}\n{answer}")
    return Decision((*record.effects(), SaveRow(swap)), RowSaved(swap.id))


def _refusal(situation: Situation, wish: SwapProposed) -> Conflict | Unknown | None:
    if wish.schedule not in situation.settings.schedules:
        hint = meant(wish.schedule, situation.settings.schedules)
        return Unknown(f"there is no schedule {wish.schedule!r}{hint}")
    wrong = proposal_problems(situation.settings, wish, situation.now)
    if wrong:
        return Conflict(f"{wrong[0].where.removeprefix('$.')}: {wrong[0].message}")
    if not serves(situation.duty, wish.schedule, wish.person, wish.give):
        return _not_theirs(wish.schedule, wish.person)
    if wish.take is not None and not serves(situation.duty, wish.schedule, wish.other, wish.take):
        return _not_theirs(wish.schedule, wish.other)
    return None


def _not_theirs(schedule: str, person: str) -> Conflict:
    return Conflict(f"{person} is not on call by {schedule} for the whole of that time")


def serves(duty: Duty, schedule: str, person: str, span: tuple[int, int]) -> bool:
    """True if the person is on call by the schedule for the whole of the time."""
    return all(person in piece.people for piece in final_shifts(duty, schedule, *span))


def answer_swap(situation: Situation, event: SwapAnswered) -> Decision:
    """Agree, decline or withdraw. Only the person who was asked can agree."""
    swap = situation.view.row(Swap, event.id)
    if swap is None:
        return Decision((), Unknown(f"there is no swap {event.id[:40]!r}"))
    wanted = _state(swap, event)
    if wanted is None:
        whose = f"{swap.other} can agree or decline, {swap.person} can withdraw"
        return Decision((), Conflict(f"swap {swap.id}: {whose}"))
    if swap.state is wanted:
        return Decision((), DutyChanged((swap.id,)))
    if swap.state is not SwapState.PROPOSED or situation.now >= swap.expires_at:
        state = SwapState.EXPIRED if swap.state is SwapState.PROPOSED else swap.state
        return Decision((), Conflict(f"swap {swap.id} is {state}"))
    answered = replace(swap, state=wanted, answered_at=situation.now, answered_by=event.person)
    if wanted is SwapState.ACCEPTED:
        return _accept(situation, answered, event.by)
    verb = "declines" if wanted is SwapState.DECLINED else "withdraws"
    said = f"{event.person} {verb}: {_sentence(situation, swap, swap.person)}"
    record = _record(situation, swap, wanted, event.by, said)
    for person in (swap.person, swap.other):
        record.tell(person, f"swap {swap.id} is {wanted}: nothing moves", said)
    return Decision((*record.effects(), SaveRow(answered)), DutyChanged((swap.id,)))


def _state(swap: Swap, event: SwapAnswered) -> SwapState | None:
    """The state that the answer leads to; None: it is not for this person to give."""
    if event.person == swap.other:
        return SwapState.ACCEPTED if event.agrees else SwapState.DECLINED
    if event.person == swap.person and not event.agrees:
        return SwapState.WITHDRAWN
    return None


def _accept(situation: Situation, swap: Swap, by: str) -> Decision:
    """Make the overrides of a swap, if both still have what they give."""
    duty = situation.duty
    give = (swap.give_start_at, swap.give_end_at)
    if not serves(duty, swap.schedule, swap.person, give):
        return Decision((), _not_theirs(swap.schedule, swap.person))
    rows = [_override(situation, swap, give, swap.other, swap.person)]
    if swap.take_start_at is not None and swap.take_end_at is not None:
        take = (swap.take_start_at, swap.take_end_at)
        if not serves(duty, swap.schedule, swap.other, take):
            return Decision((), _not_theirs(swap.schedule, swap.other))
        rows.append(_override(situation, swap, take, swap.person, swap.other))
    after = after_rows(duty, rows)
    if not any(differs(duty, after, one.schedule, one.start_at, one.end_at) for one in rows):
        return Decision((), Conflict(f"swap {swap.id}: nothing would change"))
    said = f"{swap.other} agrees: {_sentence(situation, swap, swap.person)}"
    record = _record(situation, swap, SwapState.ACCEPTED, by, said)
    tell_moves(situation, record, after, swap.schedule, "")
    for person in (swap.person, swap.other):
        record.tell(person, f"swap {swap.id} is accepted", said)
    saved = [SaveRow(row) for row in (swap, *rows)]
    ids = tuple(row.id for row in rows)
    return Decision((*record.effects(), *saved), DutyChanged(ids, tuple(record.told)))


def _override(
    situation: Situation, swap: Swap, span: tuple[int, int], person: str, replaces: str
) -> Override:
    return Override(
        id=str(next(situation.view.duty_numbers)),
        incident=None,
        schedule=swap.schedule,
        start_at=span[0],
        end_at=span[1],
        person=person,
        reason=swap.reason or f"swap {swap.id}",
        by=swap.person,
        made_at=situation.now,
        replaces=replaces,
        kind="swap",
        group=f"swap-{swap.id}",
    )


def expire_swap(situation: Situation, event: SwapExpired) -> Decision:
    """End a proposal that nobody has answered; both hear of it."""
    swap = situation.view.row(Swap, event.id)
    over = swap is None or swap.state is not SwapState.PROPOSED
    if swap is None or over or situation.now < swap.expires_at:
        return Decision()
    said = f"nobody has answered: {_sentence(situation, swap, swap.person)}"
    record = _record(situation, swap, SwapState.EXPIRED, TRIAGED, said)
    for person in (swap.person, swap.other):
        record.tell(person, f"swap {swap.id} has expired: nothing moves", said)
    ended = replace(swap, state=SwapState.EXPIRED, answered_at=situation.now, answered_by=TRIAGED)
    return Decision((*record.effects(), SaveRow(ended)))


def _record(situation: Situation, swap: Swap, state: SwapState, by: str, said: str) -> Record:
    record = Record(situation, f"swap-{swap.id}-{state}", said)
    data: dict[str, object] = {"swap": swap.id, "schedule": swap.schedule}
    record.say(KINDS[state], by, data | {"person": swap.person, "with": swap.other})
    return record


def _sentence(situation: Situation, swap: Swap, reader: str) -> str:
    """`take primary from … to … for … from alice, who takes … in return`."""
    known = situation.settings.people.get(reader)
    zone = known.timezone if known else situation.settings.timezone
    now = situation.now
    start = instant_for(swap.give_start_at, zone, now)
    end = instant_for(swap.give_end_at, zone, now)
    text = f"take {swap.schedule} from {start} to {end} from {swap.person}"
    if swap.take_start_at is not None and swap.take_end_at is not None:
        start = instant_for(swap.take_start_at, zone, now)
        end = instant_for(swap.take_end_at, zone, now)
        text += f", who takes {start} to {end} in return"
    return text + reason_text(swap.reason)
