"""Overrides: made and ended, never edited. What may be made, whom it moves, what it leaves open."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from triaged.core.oncall.duty import Duty, next_change
from triaged.core.oncall.facts import with_row
from triaged.core.oncall.moves import differs, new_gaps
from triaged.core.oncall.notices import Record, reason_text, tell_moves
from triaged.core.records.answers import Answer, Conflict, DutyChanged, Unknown
from triaged.core.records.duty.overrides import NOBODY, Override
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.practice.duty_events import OverrideEnded, OverridesMade, Span
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.names import meant
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import DAY, MINUTE
from triaged.errors import Problem

ACTIVE_MAX = 1_000
"""Overrides in force or to come: GoAlert's 35 a schedule were too few; nobody can survey more."""

LENGTH_MAX_US = 90 * DAY
"""Longer is no exception any more: change the rotations."""

LATE_MAX_US = MINUTE
"""How far the start may lie back: past duty is history, but requests take their time."""

SPANS_MAX = 100
"""Times that one plan holds: a month of three shifts a day."""

REASON_MAX = 500


def wish_problems(settings: Settings, wish: OverridesMade, now: int) -> list[Problem]:
    """What is wrong with a wish, whatever the duty is."""
    found = []
    if not 1 <= len(wish.spans) <= SPANS_MAX:
        found.append(Problem("$.shifts", f"1 to {SPANS_MAX} times are expected"))
    if len(wish.reason) > REASON_MAX:
        found.append(Problem("$.reason", f"at most {REASON_MAX} characters"))
    for span in wish.spans:
        found += _span_problems(settings, span, now)
    return found


def _span_problems(settings: Settings, span: Span, now: int) -> Iterator[Problem]:
    if span.start_at < now - LATE_MAX_US:
        yield Problem("$.start", "is in the past: past duty is history")
    if span.end_at is not None and span.end_at <= span.start_at:
        yield Problem("$.end", "must be after the start")
    elif span.end_at is not None and span.end_at > span.start_at + LENGTH_MAX_US:
        yield Problem("$.end", "is more than 90 days after the start: change the rotations")
    if span.person != NOBODY and span.person not in settings.people:
        hint = meant(span.person, settings.people)
        yield Problem("$.person", f"there is no person {span.person!r}{hint}")
    if span.replaces and span.replaces not in settings.people:
        hint = meant(span.replaces, settings.people)
        yield Problem("$.replaces", f"there is no person {span.replaces!r}{hint}")
    if span.replaces == span.person:
        yield Problem("$.replaces", "is the person who shall be on call")


def make_overrides(situation: Situation, wish: OverridesMade) -> Decision:
    """Make the overrides of a wish, all or none, and tell those whose shifts they move."""
    made = [one for one in situation.view.rows_of(Override, None) if _meets(one, wish)]
    if made:
        return _again(wish, made)
    if wish.schedule not in situation.settings.schedules:
        hint = meant(wish.schedule, situation.settings.schedules)
        return Decision((), Unknown(f"there is no schedule {wish.schedule!r}{hint}"))
    rows = _rows(situation, wish)
    if isinstance(rows, Conflict):
        return Decision((), rows)
    after = after_rows(situation.duty, rows)
    if not any(
        differs(situation.duty, after, wish.schedule, row.start_at, row.end_at) for row in rows
    ):
        return Decision((), _nothing(rows[0]))
    said = f"{wish.by}: {_sentence(situation, rows)}{reason_text(wish.reason)}"
    record = Record(situation, rows[0].id, said)
    data: dict[str, object] = {"schedule": wish.schedule, "overrides": [row.id for row in rows]}
    record.say("override.made", wish.by, data | {"reason": wish.reason})
    tell_moves(situation, record, after, wish.schedule, wish.by)
    effects = (*record.effects(), *(SaveRow(row) for row in rows))
    return Decision(effects, DutyChanged(tuple(row.id for row in rows), tuple(record.told)))


def _meets(override: Override, wish: OverridesMade) -> bool:
    return bool(wish.key) and (override.key, override.by) == (wish.key, wish.by)


def _again(wish: OverridesMade, made: Sequence[Override]) -> Decision:
    """The answer to a wish whose key has been used.

    Times are not compared: a request that means now means another instant when it is repeated.
    """
    ordered = sorted(made, key=lambda one: int(one.id))
    wished = [(wish.schedule, wish.kind, span.person, span.replaces) for span in wish.spans]
    if [(one.schedule, one.kind, one.person, one.replaces) for one in ordered] != wished:
        return Decision((), Conflict("this Idempotency-Key was used for other overrides"))
    return Decision((), DutyChanged(tuple(one.id for one in ordered)))


def _rows(situation: Situation, wish: OverridesMade) -> tuple[Override, ...] | Conflict:
    """The overrides of a wish that may be made; else why it may not."""
    wrong = wish_problems(situation.settings, wish, situation.now)
    if wrong:
        return Conflict(f"{wrong[0].where.removeprefix('$.')}: {wrong[0].message}")
    known = situation.view.duty_facts.overrides.values()
    active = sum(one.until_at > situation.now for one in known)
    if active + len(wish.spans) > ACTIVE_MAX:
        return Conflict(f"{active} overrides are in force or to come, of {ACTIVE_MAX}: end some")
    numbers = [str(next(situation.view.duty_numbers)) for _ in wish.spans]
    group = numbers[0] if len(numbers) > 1 else ""
    found = []
    for number, span in zip(numbers, wish.spans, strict=True):
        end_at = span.end_at
        if end_at is None:
            end_at = next_change(situation.duty, wish.schedule, span.start_at)
            if end_at is None or end_at > span.start_at + LENGTH_MAX_US:
                return Conflict("the shift does not end within 90 days: say until when")
        found.append(
            Override(
                id=number,
                incident=None,
                schedule=wish.schedule,
                start_at=span.start_at,
                end_at=end_at,
                person=span.person,
                reason=wish.reason,
                by=wish.by,
                made_at=situation.now,
                replaces=span.replaces,
                kind=wish.kind,
                group=group,
                key=wish.key,
            )
        )
    return tuple(found)


def after_rows(duty: Duty, rows: Sequence[Override]) -> Duty:
    """Duty once these rows are saved."""
    facts = duty.facts
    for row in rows:
        facts = with_row(facts, row)
    return replace(duty, facts=facts)


def _nothing(row: Override) -> Conflict:
    """Why an override would change nothing."""
    if row.replaces:
        return Conflict(
            f"nothing would change: {row.replaces} is not on call by {row.schedule} then"
        )
    whom = "nobody" if row.person == NOBODY else row.person
    return Conflict(f"nothing would change: {whom} is on call by {row.schedule} for all that time")


def _sentence(situation: Situation, rows: Sequence[Override]) -> str:
    """`dave for alice by primary from 10:00 CET to 12:00 CET`, `and 3 more times`."""
    row = rows[0]
    zone = situation.settings.schedules[row.schedule].timezone
    start = instant_for(row.start_at, zone, situation.now)
    end = instant_for(row.end_at, zone, situation.now)
    instead = f" for {row.replaces}" if row.replaces else ""
    more = f" and {len(rows) - 1} more times" if len(rows) > 1 else ""
    return f"{row.person}{instead} on call by {row.schedule} from {start} to {end}{more}"


def end_override(situation: Situation, wish: OverrideEnded) -> Decision:
    """End an override now; one that has not begun never counts. Ending it twice is harmless."""
    known = situation.view.duty_facts.overrides
    one = situation.view.row(Override, wish.id) or known.get(wish.id)
    if one is None:
        return Decision((), Unknown(f"there is no override {wish.id[:40]!r}"))
    group = [one]
    if wish.plan and one.group:
        group = [each for each in known.values() if each.group == one.group]
    now = situation.now
    rows = [replace(each, ended_at=now, ended_by=wish.by) for each in group if each.until_at > now]
    answer: Answer = DutyChanged((one.id,))
    if not rows:
        return Decision((), answer)
    after = after_rows(situation.duty, rows)
    said = f"{wish.by} has ended: {ended_sentence(situation, rows)}"
    record = Record(situation, f"{one.id}-ended", said)
    data: dict[str, object] = {"schedule": one.schedule, "overrides": [row.id for row in rows]}
    record.say("override.ended", wish.by, data)
    if one.schedule in situation.settings.schedules:
        tell_moves(situation, record, after, one.schedule, wish.by)
    effects = (*record.effects(), *(SaveRow(row) for row in rows))
    return Decision(effects, DutyChanged((one.id,), tuple(record.told)))


def ended_sentence(situation: Situation, rows: Sequence[Override]) -> str:
    """As of an override that is made; the schedule may be gone."""
    if rows[0].schedule in situation.settings.schedules:
        return _sentence(situation, rows)
    return f"{rows[0].person} on call by {rows[0].schedule}, which is gone"


def overlapping(duty: Duty, row: Override) -> list[Override]:
    """The overrides that were made before `row` for some of its time, in order of their making."""
    known = sorted(duty.facts.overrides.values(), key=lambda one: int(one.id))
    return [
        one
        for one in known
        if one.schedule == row.schedule
        and int(one.id) < int(row.id)
        and one.group != (row.group or None)
        and max(one.start_at, row.start_at) < min(one.until_at, row.until_at)
    ]


def gaps_of(duty: Duty, rows: Sequence[Override]) -> list[tuple[int, int]]:
    """The times for which nobody is on call because of these overrides."""
    found: list[tuple[int, int]] = []
    void = [replace(row, ended_at=row.start_at, ended_by=row.by) for row in rows]
    before = after_rows(duty, void)
    for row in rows:
        found += new_gaps(before, duty, row.schedule, row.start_at, row.until_at)
    return sorted(set(found))


def is_covered(duty: Duty, row: Override) -> bool:
    """True if at every instant of its time that is left a later override is in force instead."""
    facts = duty.facts.schedules.get(row.schedule)
    if facts is None:
        return False
    at: int | None = row.start_at
    while at is not None and at < row.until_at:
        if any(one.id == row.id for one in facts.overrides.at(at)):
            return False
        at = facts.overrides.next_change(at)
    return True


def problem_of(row: Override, duty: Duty) -> str | None:
    """Why an override does not do what it says; None: it does."""
    if row.schedule not in duty.schedules:
        return f"the schedule {row.schedule} is not in the configuration"
    if row.person != NOBODY and duty.people is not None and row.person not in duty.people:
        return f"{row.person} is not in the configuration: pages go to the catch-all"
    if is_covered(duty, row):
        return "has no effect: later overrides cover it"
    return None


def lost_overrides(duty: Duty, now: int) -> list[str]:
    """Sentences about overrides, not over yet, that name who or what is not configured."""
    kept = sorted(duty.facts.overrides.values(), key=lambda one: int(one.id))
    found = ((row, problem_of(row, duty)) for row in kept if row.until_at > now)
    return [
        f"override {row.id} of {row.schedule} by {row.by}: {problem}"
        for row, problem in found
        if problem is not None and not is_covered(duty, row)
    ]
