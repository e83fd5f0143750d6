"""Every alert reaches a human in time, for weeks ahead, or the instants at which it does not.

Between two instants at which somebody else comes on call, a calendar opens or closes, or a day
begins, the time to the first human depends on nothing but which shifts the steps fall into. So it
is enough to look at incidents armed at each such instant, one µs before it, and so long before it
that a step falls on it or just before (docs/decisions/0010). Steps that come after the target
cannot make it met and are not looked for.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from triaged.core.calendars import Calendar
from triaged.core.durations import WEEK, format_duration
from triaged.core.escalation import delay_us
from triaged.core.model import Severity
from triaged.core.recurring import edge, local_day
from triaged.core.settings import Settings
from triaged.rehearsal.reaching import Attempt, Case, Duty, Reached
from triaged.rules.actions import SetPolicy, SetRaise, SetSeverity
from triaged.rules.evaluate import RuleSet

WEEKS = 12
WEEKS_MAX = 53
MARGIN_US = 2 * WEEK
"""Beyond the weeks that are asked for: the steps of an incident of the last minute."""

OFFSETS_MAX = 64
"""Instants after the arming at which steps may fire within the target: a policy has ten."""


class Combination(msgspec.Struct, frozen=True):
    """A severity that rules give, with a policy that an incident may get."""

    severity: Severity
    policy: str
    owners: tuple[str, ...]
    """The teams whose policy it is."""


class Gap(msgspec.Struct, frozen=True):
    """Incidents armed in [start, end) that reach no human in time."""

    combination: Combination
    start: int
    end: int
    within: str
    """The target: `15m`, `next business day`."""
    respond_by: int
    first: Reached | None
    """Who gets the first page, too late, for one armed at `start`; None: nobody ever."""
    attempts: tuple[Attempt, ...]
    """What the steps within the target come to, for one armed at `start`."""


class Worst(msgspec.Struct, frozen=True):
    """The longest that a combination takes to reach a human."""

    combination: Combination
    within: str
    at: int
    """Armed at this instant."""
    us: int | None
    """µs until the first human has a page; None: nobody ever."""
    person: str


class Proof(msgspec.Struct, frozen=True):
    """What was looked at, and what was found."""

    start: int
    end: int
    combinations: int
    instants: int
    worst: tuple[Worst, ...]
    gaps: tuple[Gap, ...]
    """The earliest first."""


def prove(settings: Settings, start: int, weeks: int = WEEKS) -> Proof:
    """Look at everything that rules, policies and schedules can make of `weeks` from `start`."""
    end = start + weeks * WEEK
    duty = Duty(settings, start, end + MARGIN_US)
    every = list(combinations(settings))
    worst: list[Worst] = []
    gaps: list[Gap] = []
    instants = 0
    for one in every:
        plan = settings.policies[one.policy]
        case = Case(settings, duty, one.severity, plan)
        at = candidates(case, start, end)
        instants += len(at)
        found = _look(case, one, at, end)
        worst.append(found[0])
        gaps += found[1]
    ordered = tuple(sorted(gaps, key=lambda gap: (gap.start, gap.combination.severity)))
    return Proof(start, end, len(every), instants, tuple(worst), ordered)


def combinations(settings: Settings) -> Iterator[Combination]:
    """Every severity that may be, with every policy that may be: rather too many than too few."""
    severities = {settings.unclassified}
    policies: dict[str, set[str]] = {"default": set()}
    if isinstance(settings.rules, RuleSet):
        for rule in settings.rules.rules:
            for action in rule.actions:
                match action:
                    case SetSeverity(severity=severity):
                        severities.add(severity)
                    case SetRaise(raises=raises):
                        severities |= {each.to for each in raises}
                    case SetPolicy(policy=policy):
                        policies.setdefault(policy, set())
                    case _:
                        pass  # says nothing about whom and how soon
    else:
        severities |= set(settings.severities)
    for team in settings.teams.values():
        if team.policy is not None:
            policies.setdefault(team.policy, set()).add(team.name)
    for severity in sorted(severities):
        for policy in sorted(policies):
            if policy in settings.policies:
                yield Combination(severity, policy, tuple(sorted(policies[policy])))


def candidates(case: Case, start: int, end: int) -> list[int]:
    """The instants of arming in [start, end) at which the answer may change, in order."""
    edges = {start, end}
    for name in _schedules(case):
        edges.update(case.duty.changes(name))
    offsets = _offsets(case, start)
    back = _Open(case.calendar, start, end) if case.calendar is not None else None
    if back is not None:
        edges |= back.edges
    found: set[int] = {start}
    for at in edges:
        for offset in offsets:
            armed = at - offset if back is None else back.before(at, offset)
            found |= {armed - 1, armed}
    return sorted(at for at in found if start <= at < end)


def _schedules(case: Case) -> set[str]:
    targets = [target for step in case.plan.steps for target in step.notify]
    if case.plan.catch_all is not None:
        targets.append(case.plan.catch_all)
    known = case.settings.schedules
    return {t.name for t in targets if t.kind == "schedule" and t.name in known}


def _offsets(case: Case, start: int) -> list[int]:
    """How long after the arming steps may fire, up to the target; 0 among them."""
    _, target_us = case.target(start)
    plan = case.plan
    delays = sorted({delay_us(step.after, target_us) for step in plan.steps})
    pause_us = delay_us(plan.repeat_every, target_us)
    found = {0}
    bases = {0}
    for _ in range(plan.repeat_times + 1):
        fired = {base + delay for base in bases for delay in delays} | bases
        found |= {offset for offset in fired if offset <= target_us}
        bases = {offset + pause_us for offset in fired if offset + pause_us <= target_us}
        if not bases or len(found) > OFFSETS_MAX:
            break
    return sorted(found)[:OFFSETS_MAX]


class _Open:
    """A calendar's open time, to go back in."""

    def __init__(self, calendar: Calendar, start: int, end: int) -> None:
        since, zone = start - MARGIN_US, calendar.zone
        self._windows = list(calendar.open.windows(since, end + MARGIN_US, zone))
        self._starts = [begins for begins, _ in self._windows]
        self.edges = {at for window in self._windows for at in window}
        day, last = local_day(start, zone), local_day(end, zone)
        while day <= last:  # the due time of the next business day changes at midnight
            self.edges.add(edge(day, 0, zone))
            day += timedelta(days=1)

    def before(self, at: int, open_us: int) -> int:
        """The last instant from which `open_us` of open time lead to `at`."""
        if open_us == 0:
            return at
        for begins, ends in reversed(self._windows[: bisect_left(self._starts, at)]):
            upto = min(ends, at)
            if upto - begins >= open_us:
                return upto - open_us
            open_us -= upto - begins
        return at


def _look(case: Case, one: Combination, armed: Iterable[int], end: int) -> tuple[Worst, list[Gap]]:
    """The worst of all instants, and the spans in which no human is reached in time."""
    worst: Worst | None = None
    gaps: list[Gap] = []
    missing: Gap | None = None
    for at in armed:
        respond_by, _ = case.target(at)
        first = case.first_human(at)
        us = None if first is None else first.at - at
        if worst is None or _longer(us, worst.us):
            worst = Worst(one, case.within, at, us, "" if first is None else first.person)
        if first is not None and first.at <= respond_by:
            if missing is not None:
                gaps.append(msgspec.structs.replace(missing, end=at))
            missing = None
        elif missing is None:
            said = tuple(case.attempts(at, respond_by))
            missing = Gap(one, at, end, case.within, respond_by, first, said)
    if missing is not None:
        gaps.append(missing)
    assert worst is not None, "the first instant is always looked at"
    return worst, gaps


def _longer(us: int | None, than: int | None) -> bool:
    if than is None:
        return False
    return us is None or us > than


def told(gap: Gap) -> str:
    """`step 1 nobody on call (schedule:primary), …: no human within 15m`: why there is a gap."""
    said = ", ".join(attempt.text for attempt in gap.attempts) or "no step fires"
    late = ""
    if gap.first is not None:
        late = f"; {gap.first.person} after {format_duration(gap.first.at - gap.start)}"
    return f"{said}: no human within {gap.within}{late}"
