"""Every alert reaches a human in time, for weeks ahead, or the instants at which it does not.

Between two instants at which somebody else comes on call, a calendar opens or closes, or a day
begins, the time to the first human depends on nothing but which shifts the steps fall into. So it
is enough to look at incidents armed at each such instant, one µs before it, and so long before it
that a step falls on it or just before (docs/decisions/0010). Steps that come after the target
cannot make it met and are not looked for.
"""

from collections.abc import Iterable, Iterator

import msgspec

from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.model import Severity
from triaged.core.records.plans import Delay, Share, Span
from triaged.core.response.escalation import REPEAT_MIN_US, repeat_us
from triaged.core.settings import Settings
from triaged.core.time.durations import WEEK, format_duration
from triaged.dry_run.prove.business_time import MARGIN_US, OpenTime
from triaged.dry_run.prove.reach import Attempt, Case, KnownShifts, Reached
from triaged.rules.actions import SetPolicy, SetRaise, SetSeverity
from triaged.rules.evaluate import RuleSet

WEEKS = 12
WEEKS_MAX = 53
ROUNDED_US = 100
"""Shares are cut to whole µs: an arming that was reckoned from 99 % may be so far off."""

OFFSETS_MAX = 64
"""Instants after the arming at which steps may fire within the target: a policy has ten."""


class Combination(msgspec.Struct, frozen=True):
    """A severity that rules give, with a policy that an incident may get."""

    severity: Severity
    policy: str
    owners: tuple[str, ...]
    """The teams that have this policy."""


class Gap(msgspec.Struct, frozen=True):
    """Incidents armed in [start, end) that reach no human in time."""

    combination: Combination
    start: int
    end: int
    within: str
    """The target: `15m`, `next business day`."""
    respond_by: int
    first: Reached | None
    """The late first recipient for an incident armed at `start`; None: nobody is ever paged."""
    attempts: tuple[Attempt, ...]
    """The results of the steps within the target, for an incident armed at `start`."""


class Worst(msgspec.Struct, frozen=True):
    """The longest that a combination takes to reach a human."""

    combination: Combination
    within: str
    at: int
    """The instant of the arming."""
    us: int | None
    """Time until the first human has a page, in µs; None: nobody is ever paged."""
    person: str


class Proof(msgspec.Struct, frozen=True):
    """The examined combinations and instants, and the gaps found."""

    start: int
    end: int
    combinations: int
    instants: int
    worst: tuple[Worst, ...]
    gaps: tuple[Gap, ...]
    """The gaps, the earliest first."""


def prove(settings: Settings, start: int, weeks: int = WEEKS, facts: DutyFacts = NO_FACTS) -> Proof:
    """Examine every combination of severity and policy over `weeks` from `start`."""
    end = start + weeks * WEEK
    duty = KnownShifts(duty_of(settings, facts), start, end + MARGIN_US)
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
    """All possible pairs of severity and policy: rather too many than too few."""
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
    found: set[int] = {start}
    if case.calendar is None:
        _, target_us = case.target(start)
        for offset in _offsets(case, target_us):
            us = offset.us(target_us)
            found |= {at - us - back for at in edges for back in (0, 1)}
    else:
        open_time = OpenTime(case.calendar, start, end)
        edges |= open_time.edges
        for offset in _offsets(case, open_time.longest_us):
            for at in edges:
                for armed in open_time.armed(at, offset.share, offset.span_us):
                    found |= {armed - ROUNDED_US, armed - 1, armed, armed + ROUNDED_US}
    return sorted(at for at in found if start <= at < end)


def _schedules(case: Case) -> set[str]:
    targets = [target for step in case.plan.steps for target in step.notify]
    if case.plan.catch_all is not None:
        targets.append(case.plan.catch_all)
    known = case.settings.schedules
    return {t.name for t in targets if t.kind == "schedule" and t.name in known}


class Offset(msgspec.Struct, frozen=True):
    """A delay after the arming: a share of the target, and a span."""

    share: float = 0.0
    span_us: int = 0

    def after(self, delay: Delay) -> "Offset":
        """The delay that is a span longer."""
        if isinstance(delay, Share):
            return Offset(self.share + delay.of_target, self.span_us)
        return Offset(self.share, self.span_us + delay.us)

    def us(self, target_us: int) -> int:
        """The delay in µs for a target of this length."""
        return int(self.share * target_us) + self.span_us


def _offsets(case: Case, longest_us: int) -> list[Offset]:
    """The delays of steps and of what is paged after the last, up to a target of `longest_us`.

    Zero is among them.
    """
    plan = case.plan

    def in_time(offsets: Iterable[Offset]) -> set[Offset]:
        return {offset for offset in offsets if offset.us(longest_us) <= longest_us}

    delays = {step.after for step in plan.steps}
    found = bases = {Offset()}
    for _ in range(plan.repeat_times + 1):
        fired = in_time(base.after(delay) for base in bases for delay in delays) | bases
        found = found | fired
        bases = in_time(offset.after(plan.repeat_every) for offset in fired)
        if not bases or len(found) > OFFSETS_MAX:
            break
    pages_on = repeat_us(case.settings, case.severity, plan, longest_us) is not None
    repeats = found if pages_on else set[Offset]()
    while repeats and len(found) <= OFFSETS_MAX:
        every = (plan.repeat_every, Span(REPEAT_MIN_US))
        repeats = in_time(offset.after(delay) for offset in repeats for delay in every) - found
        found = found | repeats
    return sorted(found, key=lambda offset: (offset.us(longest_us), offset.share))[:OFFSETS_MAX]


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


def gap_text(gap: Gap) -> str:
    """`step 1 nobody on call (schedule:primary), …: no human within 15m`: why there is a gap."""
    said = ", ".join(attempt.text for attempt in gap.attempts) or "no step fires"
    late = ""
    if gap.first is not None:
        late = f"; {gap.first.person} after {format_duration(gap.first.at - gap.start)}"
    return f"{said}: no human within {gap.within}{late}"
