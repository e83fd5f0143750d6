"""Gaps ahead: times in which a step of a policy would page nobody on call.

A schedule may have hours in which nobody has to be on call (`gaps_allowed`), and others may cover
for it: a step that notifies two schedules has a gap only where both have one. A schedule that no
policy names pages nobody at any time, and has no gap. Times are half-open; a hole, which a name
leaves that nobody has, is a gap, and so is a shift of somebody who is away and has no substitute.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from triaged.core.draft import Draft
from triaged.core.oncall.duty import Duty, FinalShift, final_shifts
from triaged.core.records.actors import TRIAGED
from triaged.core.records.duty.away import Absence
from triaged.core.records.duty.notices import GapNoticed
from triaged.core.records.effects import Decision
from triaged.core.records.model import Entry, Key, Plan, Target
from triaged.core.response.duty_notices import notice
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import DAY
from triaged.core.time.intervals import Time, intersect, subtract

TOLD_AHEAD_US = 7 * DAY
"""Gaps that begin sooner are told to those who can fill them."""

LOOKED_AHEAD_US = TOLD_AHEAD_US + 35 * DAY
"""As far as the end of such a gap is looked for: by its end it is known again."""


class Gap(msgspec.Struct, frozen=True):
    """A time in which nobody is on call by a schedule who is to be paged."""

    schedule: str
    start_at: int
    end_at: int
    policies: tuple[str, ...]
    """Policies with a step that would reach nobody then."""
    why: str = ""
    """`'dave' is no known person`, `alice is away`; empty: nobody is on call."""


def gaps(
    settings: Settings,
    duty: Duty,
    window: Time,
    away: Iterable[Absence] = (),
    pause: Callable[[], None] = lambda: None,
) -> list[Gap]:
    """The gaps of all schedules in a window, in order of their starts."""
    start, end = window
    absences = list(away)
    covered: dict[str, list[Time]] = {}
    open_: dict[str, list[tuple[Time, str]]] = {}
    for name in duty.schedules:
        pieces = final_shifts(duty, name, start, end, pause)
        open_[name] = [piece for shift in pieces for piece in _uncovered(shift, absences)]
        covered[name] = subtract([(start, end)], [time for time, _ in open_[name]])
    found: list[Gap] = []
    for name, every in open_.items():
        allowed = _allowed(duty, name, window)
        uses = [*_uses(settings, name)]
        for time, why in every:
            for piece in subtract([time], allowed):
                found += _of_policies(name, piece, why, _still_open(piece, uses, covered))
    return sorted(_joined(found), key=lambda gap: (gap.start_at, gap.schedule))


def _uncovered(shift: FinalShift, away: Sequence[Absence]) -> Iterator[tuple[Time, str]]:
    """The times of a piece in which none of its people can be paged, and why."""
    time = (shift.start_at, shift.end_at)
    if not shift.people:
        holes = ", ".join(repr(name) for name in shift.holes)
        yield time, f"{holes} is no known person" if holes else ""
        return
    left, names = [time], list(shift.people)
    for name in names:
        ours = [(one.start_at, one.end_at) for one in away if one.person == name]
        left = intersect(left, ours)
    for piece in left:
        yield piece, f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} away"


def _allowed(duty: Duty, name: str, window: Time) -> list[Time]:
    schedule = duty.schedules[name]
    hours = schedule.gaps_allowed
    return [] if hours is None else [*hours.windows(*window, schedule.zone)]


def _uses(settings: Settings, schedule: str) -> Iterator[tuple[str, Sequence[Target]]]:
    """(policy, the other targets) of each step that notifies the schedule."""
    target = Target("schedule", schedule)
    for name in sorted(settings.policies):
        for targets in _steps(settings.policies[name]):
            if target in targets:
                yield name, [other for other in targets if other != target]


def _steps(plan: Plan) -> Iterator[Sequence[Target]]:
    for step in plan.steps:
        yield step.notify
    if plan.catch_all is not None:
        yield (plan.catch_all,)


def _still_open(
    piece: Time,
    uses: Iterable[tuple[str, Sequence[Target]]],
    covered: Mapping[str, list[Time]],
) -> Mapping[str, list[Time]]:
    """By policy, the parts of a time in which no other target of the step reaches anybody."""
    found: dict[str, list[Time]] = {}
    for policy, others in uses:
        left = [piece]
        for other in others:
            match other.kind:
                case "person" | "team":
                    left = []
                case "schedule":
                    left = subtract(left, covered.get(other.name, []))
                case _:
                    pass  # a channel is no human
        found.setdefault(policy, []).extend(left)
    return found


def _of_policies(
    name: str, piece: Time, why: str, still_open: Mapping[str, list[Time]]
) -> Iterator[Gap]:
    """The gaps of one piece, cut where the policies differ."""
    edges = sorted({edge for times in still_open.values() for time in times for edge in time})
    for start, end in pairwise(edges):
        policies = tuple(
            policy
            for policy, times in still_open.items()
            if any(begin <= start and end <= stop for begin, stop in times)
        )
        if policies and piece[0] <= start and end <= piece[1]:
            yield Gap(name, start, end, policies, why)


def _joined(found: Iterable[Gap]) -> list[Gap]:
    """Gaps that go on from one another are one."""
    joined: list[Gap] = []
    for gap in sorted(found, key=lambda gap: (gap.schedule, gap.start_at)):
        last = joined[-1] if joined else None
        same = last is not None and (last.schedule, last.policies, last.why, last.end_at) == (
            gap.schedule,
            gap.policies,
            gap.why,
            gap.start_at,
        )
        if same and last is not None:
            joined[-1] = msgspec.structs.replace(last, end_at=gap.end_at)
        else:
            joined.append(gap)
    return joined


def gap_key(event: GapNoticed) -> Key:
    """The key of the notice about a gap, by which it is told once."""
    return (("triaged", f"gap:{event.schedule}:{event.mark}"),)


def notice_of_gap(settings: Settings, gap: Gap, window: Time, now: int) -> GapNoticed:
    """The notice: to the teams whose policy it leaves without anybody, else to the schedule's."""
    teams = [team for team in settings.teams.values() if (team.policy or "default") in gap.policies]
    people = dict.fromkeys(name for team in teams for name in team.people)
    if not people:
        rotations = settings.schedules[gap.schedule].rotations
        people = dict.fromkeys(name for rotation in rotations for name in rotation.people)
    zone = settings.schedules[gap.schedule].timezone
    is_open = gap.end_at >= window[1]
    end = "for weeks" if is_open else f"until {instant_for(gap.end_at, zone, now)}"
    start = "now" if gap.start_at <= now else f"from {instant_for(gap.start_at, zone, now)}"
    why = f" ({gap.why})" if gap.why else ""
    text = f"nobody is on call by {gap.schedule} {start} {end}{why}"
    mark = "open" if is_open else str(gap.end_at)
    return GapNoticed(gap.schedule, mark, tuple(people), text)


def tell_gap(situation: Situation, event: GapNoticed) -> Decision:
    """Tell those who can fill a gap, once."""
    key = gap_key(event)
    if situation.latest_incident(key) is not None:
        return Decision()
    draft = Draft(notice(situation, key, event.text), opened=True)
    data: dict[str, object] = {"schedule": event.schedule, "people": list(event.people)}
    draft.say(Entry(situation.now, "gap.found", TRIAGED, event.text, data))
    fill = f"Fill it: triaged oncall override add {event.schedule} …; or allow it: `gaps_allowed`"
    for person in event.people:
        notify_person(situation, draft, person, News(event.text, "gap", fill))
    return Decision(draft.effects())
