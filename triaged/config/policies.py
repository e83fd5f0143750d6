"""Response targets of severities, and escalation policies as the core runs them."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeVar

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.config.model import Channel
from triaged.config.people import OFFICE
from triaged.config.plugins import may_address
from triaged.config.schema import policies as schema_policies
from triaged.core.records.model import Delay, Plan, Severity, Share, Span, Step, Target
from triaged.core.response.escalation import delay_us
from triaged.core.settings import (
    DEFAULT_RESPONSE_US,
    BusinessDays,
    NextBusinessDay,
    SeverityTarget,
)
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, MINUTE, format_duration
from triaged.yamlschema.document import Path

Value = TypeVar("Value")
DEFAULT = "default"
NEXT_BUSINESS_DAY: Literal["next business day"] = "next business day"
ROUNDS_MAX = 100
"""Further rounds; who has not answered a hundred will not answer."""

SECTIONS = {"person": "people", "schedule": "schedules", "team": "teams", "channel": "channels"}

DEFAULTS: Mapping[Severity, schema_policies.SeverityTarget] = {
    Severity.SEV1: schema_policies.SeverityTarget(
        DEFAULT_RESPONSE_US[Severity.SEV1],
        urgency="page",
        unacknowledge_after=30 * MINUTE,
        impact="Full outage, data loss, security breach",
        examples="Site down, payment processing failed",
        roles="required",
        update_every=15 * MINUTE,
        postmortem="required",
        postmortem_due=3 * DAY,
    ),
    Severity.SEV2: schema_policies.SeverityTarget(
        DEFAULT_RESPONSE_US[Severity.SEV2],
        urgency="page",
        unacknowledge_after=60 * MINUTE,
        impact="Major feature degraded, significant user impact",
        examples="Search broken, slow response times",
        roles="required",
        update_every=30 * MINUTE,
        postmortem="required",
    ),
    Severity.SEV3: schema_policies.SeverityTarget(
        DEFAULT_RESPONSE_US[Severity.SEV3],
        urgency="page",
        impact="Minor feature degraded, workaround exists",
        examples="Admin panel slow, non-critical job failures",
    ),
    Severity.SEV4: schema_policies.SeverityTarget(
        NEXT_BUSINESS_DAY,
        calendar=OFFICE,
        urgency="notify",
        impact="Cosmetic, no user impact",
        examples="Typo in email, log noise",
    ),
}
"""SEV-1 and SEV-2 are acknowledged by people who then work on them: half an hour, an hour."""


def severities_of(
    config: schema.Config, calendars: Mapping[str, Calendar], findings: Findings
) -> dict[Severity, SeverityTarget]:
    """The response target of each severity: the written keys over the defaults."""
    found = {}
    for severity, default in DEFAULTS.items():
        written = config.severities.get(severity, schema_policies.SeverityTarget())
        path: Path = ("severities", severity.value)
        respond_within = _respond_within(config, severity)
        ends_after = written.unacknowledge_after
        if ends_after is None:
            ends_after = default.unacknowledge_after
        if ends_after == 0:
            findings.wrong((*path, "unacknowledge_after"), "expected some time, or `never`")
        target = SeverityTarget(
            respond_within=_within(findings, path, written.calendar, respond_within, calendars),
            urgency=written.urgency or default.urgency or "page",
            unacknowledge_after=None if ends_after == "never" else ends_after,
            impact=_given(written.impact, default.impact) or "",
            examples=_given(written.examples, default.examples) or "",
            roles=written.roles or default.roles or "optional",
            update_every=_update_every(findings, path, written, default),
            updates_to=written.updates_to,
            postmortem=written.postmortem or default.postmortem or "optional",
            postmortem_due=written.postmortem_due or default.postmortem_due or BusinessDays(5),
        )
        for index, listener in enumerate(written.updates_to):
            findings.refer((*path, "updates_to", index), SECTIONS[listener.kind], listener.name)
        found[severity] = target
    _check_order(findings, found)
    return found


def _given(written: Value | None, default: Value | None) -> Value | None:
    """The text as written, an empty one included; else the default."""
    return default if written is None else written


def _update_every(
    findings: Findings,
    path: Path,
    written: schema_policies.SeverityTarget,
    default: schema_policies.SeverityTarget,
) -> int | None:
    every = _given(written.update_every, default.update_every)
    if isinstance(every, int) and every < MINUTE:
        findings.wrong((*path, "update_every"), "expected a minute or more, or `never`")
    return every if isinstance(every, int) else None


def _respond_within(config: schema.Config, severity: Severity) -> int | str | None:
    written = config.severities.get(severity, schema_policies.SeverityTarget()).respond_within
    return DEFAULTS[severity].respond_within if written is None else written


def _within(
    findings: Findings,
    path: Path,
    calendar: str | None,
    within: int | str | None,
    calendars: Mapping[str, Calendar],
) -> int | NextBusinessDay:
    if calendar is not None:
        findings.refer((*path, "calendar"), "calendars", calendar)
        if isinstance(within, int):
            message = f"a calendar goes with `respond_within: {NEXT_BUSINESS_DAY}`"
            findings.wrong((*path, "calendar"), message, key=True)
    if not isinstance(within, int):
        return NextBusinessDay(calendars.get(calendar or OFFICE) or calendars[OFFICE])
    if within <= 0:
        findings.wrong((*path, "respond_within"), "nobody answers within 0s: give it some time")
    return within


def _check_order(findings: Findings, targets: Mapping[Severity, SeverityTarget]) -> None:
    worse: tuple[Severity, int] | None = None
    for severity, target in targets.items():
        us = target.respond_within
        if not isinstance(us, int):
            continue
        if worse is not None and us < worse[1]:
            path: Path = ("severities", severity.value, "respond_within")
            told = f"{severity.value} is answered sooner ({format_duration(us)}) than"
            findings.warn(path, f"{told} {worse[0].value} ({format_duration(worse[1])})")
        worse = severity, us


def policies_of(
    config: schema.Config, channels: Mapping[str, Channel], findings: Findings
) -> dict[str, Plan]:
    """The policies; an error if there is no `default`."""
    findings.check_names("policies")
    if DEFAULT not in findings.names("policies"):
        message = f"policies: there is no `{DEFAULT}`: say whom to page, and when"
        findings.wrong(("policies",), message, key=True)
    found = {}
    for name, written in config.policies.items():
        path: Path = ("policies", name)
        _check_steps(findings, (*path, "steps"), written.steps)
        for severity in DEFAULTS:
            target_us = _respond_within(config, severity)
            if isinstance(target_us, int):
                _check_mixed(findings, (*path, "steps"), written.steps, (severity, target_us))
        _check_repeat(findings, (*path, "repeat"), written.repeat)
        for place, target in _targets(path, written):
            if findings.refer(place, SECTIONS[target.kind], target.name):
                check_reach(findings, place, target, config, channels)
        found[name] = Plan(
            policy=name,
            steps=tuple(Step(step.notify, step.after or Span(0)) for step in written.steps),
            catch_all=written.catch_all,
            repeat_times=written.repeat.times,
            repeat_every=written.repeat.every,
            exhausted=written.exhausted,
        )
    return found


def _check_repeat(findings: Findings, path: Path, repeat: schema_policies.Repeat) -> None:
    if not 0 <= repeat.times <= ROUNDS_MAX:
        findings.wrong((*path, "times"), f"expected 0 to {ROUNDS_MAX} further rounds")
    if not _length(repeat.every):
        findings.wrong((*path, "every"), "rounds without time between them: give it some")


def _check_steps(findings: Findings, path: Path, steps: tuple[schema_policies.Step, ...]) -> None:
    if not steps:
        findings.wrong(path, "no steps: the policy would page nobody")
    latest: dict[type[Delay], float] = {Share: 0.0, Span: 0.0}
    for index, step in enumerate(steps):
        after = step.after or Span(0)
        if not step.notify:
            findings.wrong((*path, index, "notify"), "nobody is named: such as schedule:primary")
        if _length(after) < latest[type(after)]:
            findings.wrong((*path, index, "after"), "comes before a step above: put it there")
        latest[type(after)] = max(_length(after), latest[type(after)])


def _check_mixed(
    findings: Findings,
    path: Path,
    steps: tuple[schema_policies.Step, ...],
    target: tuple[Severity, int],
) -> None:
    """Times and shares of (severity, its target) that come in another order than they stand in."""
    severity, target_us = target
    latest: Delay = Span(0)
    latest_us = 0
    for index, step in enumerate(steps):
        after = step.after or Span(0)
        us = delay_us(after, target_us)
        if us < latest_us and type(after) is not type(latest):
            told = f"for {severity.value} this is {format_duration(us)}, but the step above comes"
            message = f"{told} at {format_duration(latest_us)}, and steps go in order"
            findings.warn((*path, index, "after"), message)
        if us >= latest_us:
            latest, latest_us = after, us


def _length(delay: Delay) -> float:
    return delay.of_target if isinstance(delay, Share) else float(delay.us)


def _targets(path: Path, policy: schema_policies.Policy) -> Iterator[tuple[Path, Target]]:
    if policy.catch_all is not None:
        yield (*path, "catch_all"), policy.catch_all
    for index, step in enumerate(policy.steps):
        for place, target in enumerate(step.notify):
            yield (*path, "steps", index, "notify", place), target


def check_reach(
    findings: Findings,
    path: Path,
    target: Target,
    config: schema.Config,
    channels: Mapping[str, Channel],
) -> None:
    """An error for a target that exists and reaches nobody, such as a team without people."""
    team = config.teams.get(target.name) if target.kind == "team" else None
    if team is not None and not team.people and findings.is_whole(("teams", target.name)):
        findings.wrong(path, f"team {target.name} has no people: nobody would be paged")
    channel = channels.get(target.name) if target.kind == "channel" else None
    if channel is not None and not may_address(channel):
        findings.wrong(path, f"channel {target.name} needs a `to` before it can be a target")
