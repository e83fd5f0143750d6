"""Explanation of an outcome: each rule in turn, and the origin of each attribute.

It asks the rules one by one and in plain words, beside the compiled index that decides; that both
agree is tested on generated rules.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import assert_never

import msgspec
from msgspec import UNSET

from triaged.core.alerts.raises import why
from triaged.core.records.model import Alert, Outcome
from triaged.core.time.calendars import Calendar, is_open
from triaged.core.time.durations import SECOND, format_duration
from triaged.rules.actions import (
    Action,
    SetAcrossSources,
    SetGroupBy,
    SetIncident,
    SetLabels,
    SetPolicy,
    SetRaise,
    SetResolve,
    SetRunbook,
    SetService,
    SetSeverity,
    SetTeam,
    SetTitle,
)
from triaged.rules.conditions import (
    Cel,
    Condition,
    During,
    FromSource,
    Outside,
    StartsWithin,
    holds,
)
from triaged.rules.evaluate import CompiledRule, RuleSet, group_names
from triaged.rules.labelling import AddedLabel
from triaged.rules.matchers import Matcher
from triaged.rules.templates import Data, Template

SEEN_MAX = 80
"""Characters shown of a value that a condition saw: enough to know it again."""

TITLES = ("summary", "title", "message", "description")
"""Annotations that give a title where no rule does, in order."""


class RuleVerdict(msgspec.Struct, frozen=True):
    """One rule, asked about one alert."""

    rule: str
    where: str
    """FILE:LINE:COL."""
    matched: bool
    """True if all its conditions hold, also behind a rule that stops."""
    failed: str = ""
    """The first condition that does not hold, and the value that it saw."""
    near: bool = False
    """All conditions but one hold, and one of those says that this alert may be meant."""
    stopped_by: str = ""
    """It matches, and this rule before it ends the walk."""
    description: str = ""
    """The reason for the rule, in its author's words."""


class Attribute(msgspec.Struct, frozen=True):
    """One attribute of the outcome and where it came from."""

    name: str
    value: str
    """Empty: there is none."""
    origin: str
    """In words: `rule checkout-down`, `the label service` …"""
    rule: str | None = None
    where: str = ""
    """FILE:LINE:COL of the rule."""
    written: str = ""
    """The template of the rule, where the value comes from one."""


class Explanation(msgspec.Struct, frozen=True):
    """The outcome of the rules for an alert, and the reasons for it."""

    outcome: Outcome
    rules: tuple[RuleVerdict, ...]
    """Every rule, in order."""
    attributes: tuple[Attribute, ...]
    group_by: tuple[str, ...]
    added: tuple[AddedLabel, ...] = ()
    """Labels of tables and texts, which the rules were asked with."""


def explain(rules: RuleSet, alert: Alert, now: int) -> Explanation:
    """The outcome of `rules` for `alert` whose episode starts at `now`, and the reasons for it."""
    outcome = rules.classify(alert, now)
    added = tuple(rules.labelling.added(alert))
    alert = rules.seen(alert)  # after it: seen twice, an alert could get more labels
    verdicts = tuple(_verdicts(rules.rules, alert, now))
    walked = [
        rule
        for rule, verdict in zip(rules.rules, verdicts, strict=True)
        if verdict.matched and not verdict.stopped_by
    ]
    given = _given(walked)
    group_by = next((a.names for _, a in given.values() if isinstance(a, SetGroupBy)), None)
    names = group_names(tuple(sorted(set(group_by))) if group_by else None, alert)
    attributes = tuple(_attributes(given, alert, outcome, names))
    return Explanation(outcome, verdicts, attributes, names, added)


def _verdicts(rules: Sequence[CompiledRule], alert: Alert, now: int) -> Iterator[RuleVerdict]:
    stopped_by = ""
    for rule in rules:
        failed = [
            refusal(matcher, alert) for matcher in rule.matchers if not _holds(matcher, alert)
        ]
        failed += [
            condition_refusal(condition, alert, now)
            for condition in rule.conditions
            if not holds(condition, alert, now)
        ]
        telling = any(_tells(matcher, alert) for matcher in rule.matchers)
        yield RuleVerdict(
            rule=rule.name,
            where=rule.where,
            matched=not failed,
            failed=failed[0] if failed else "",
            near=len(failed) == 1 and telling,
            stopped_by="" if failed else stopped_by,
            description=rule.description,
        )
        if rule.stop and not failed and not stopped_by:
            stopped_by = rule.name


def _holds(matcher: Matcher, alert: Alert) -> bool:
    return matcher.matches(alert.labels)


def _tells(matcher: Matcher, alert: Alert) -> bool:
    """True if it holds and names what the alert has.

    Every second alert is a warning, and nearly every alert is not another one: that tells nothing.
    """
    named = matcher.name != "severity" and matcher.operator in ("=", "=~")
    return named and not matcher.accepts("") and _holds(matcher, alert)


def refusal(matcher: Matcher, alert: Alert) -> str:
    """The reason why `matcher` does not hold, with the value that it saw."""
    value = alert.labels.get(matcher.name, "")
    saw = f'{matcher.name}="{_short(value)}"' if value else f"there is no label {matcher.name}: it"
    match matcher.operator:
        case "=":
            return f'{saw} is not "{matcher.value}"'
        case "!=":
            return f'{saw} is "{matcher.value}", which != excludes'
        case "=~":
            return f'{saw} does not match "{matcher.value}"'
        case "!~":
            return f'{saw} matches "{matcher.value}", which !~ excludes'


def condition_refusal(condition: Condition, alert: Alert, now: int) -> str:
    """The reason why `condition` does not hold, with the value that it saw."""
    match condition:
        case FromSource(sources=sources):
            return f"the source {alert.source} is none of {', '.join(sorted(sources))}"
        case During(calendar=calendar) | Outside(calendar=calendar):
            state = "open" if is_open(calendar, now) else "closed"
            return f"the calendar {calendar.name} is {state} on {_local(calendar, now)}"
        case StartsWithin(us=us):
            began = format_duration(now - (alert.starts_at or now))
            return f"it began {began} ago, more than {format_duration(us)}"
        case Cel(expression=expression):
            return f"{expression.text}: {expression.failure(alert)}"
        case _:
            assert_never(condition)


def _local(calendar: Calendar, at: int) -> str:
    local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(calendar.zone)
    return f"{local:%a %Y-%m-%d %H:%M} {calendar.timezone}"


def _short(text: str) -> str:
    return text if len(text) <= SEEN_MAX else text[:SEEN_MAX] + "…"


Given = dict[str, tuple[CompiledRule, Action]]
"""Attribute → the first rule that sets it, and what it sets; labels are `labels.NAME`."""


def _given(walked: Sequence[CompiledRule]) -> Given:
    found: Given = {}
    for rule in walked:
        for action in rule.actions:
            for name in names_of(action):
                found.setdefault(name, (rule, action))
    return found


def names_of(action: Action) -> tuple[str, ...]:
    """The attributes that an action sets, by the names that rule files use."""
    match action:
        case SetSeverity():
            return ("severity",)
        case SetService():
            return ("service",)
        case SetTeam():
            return ("team",)
        case SetPolicy():
            return ("policy",)
        case SetGroupBy():
            return ("group_by",)
        case SetTitle():
            return ("title",)
        case SetRunbook():
            return ("runbook",)
        case SetLabels(labels=labels):
            return tuple(f"labels.{name}" for name, _ in labels)
        case SetResolve():
            return ("resolve",)
        case SetRaise():
            return ("raise",)
        case SetIncident():
            return ("incident",)
        case SetAcrossSources():
            return ("across_sources",)
        case _:
            assert_never(action)


def _template(action: Action, name: str) -> Template | None:
    match action:
        case SetService(service=template) | SetTeam(team=template):
            return template
        case SetTitle(title=template) | SetRunbook(runbook=template):
            return template
        case SetLabels(labels=labels):
            return dict(labels)[name.removeprefix("labels.")]
        case SetSeverity() | SetPolicy() | SetGroupBy() | SetResolve() | SetRaise() | SetIncident():
            return None
        case SetAcrossSources():
            return None
        case _:
            assert_never(action)


def _attributes(
    given: Given, alert: Alert, outcome: Outcome, group_by: tuple[str, ...]
) -> Iterator[Attribute]:
    held = outcome.resolve
    values = {
        "incident": "" if outcome.incident else "none: it is stored and counted",
        "severity": outcome.severity or "",
        "title": outcome.title,
        "service": outcome.service or "",
        "team": outcome.team or "",
        "policy": outcome.policy or "",
        "runbook": outcome.runbook or "",
        "group_by": ", ".join(group_by),
        "resolve": f"{held.when}, hold {format_duration(held.hold_us)}",
        "raise": _raises(outcome),
        "across_sources": "true" if outcome.across_sources else "",
    }
    labels = [name for name in given if name.startswith("labels.")]
    values |= {name: outcome.labels.get(name.removeprefix("labels."), "") for name in labels}
    for name, value in values.items():
        if name in given or value:
            yield _attribute(name, value, given, (alert, outcome))


def _raises(outcome: Outcome) -> str:
    if outcome.raising is UNSET:
        return ""
    return "; ".join(f"to {each.to}: {why(each)}" for each in outcome.raising.raises)


def _attribute(name: str, value: str, given: Given, context: tuple[Alert, Outcome]) -> Attribute:
    alert, outcome = context
    if name not in given:
        return Attribute(name, value, origin_of(name, given, alert))
    rule, action = given[name]
    template = _template(action, name)
    origin = f"rule {rule.name}"
    if template is not None and not template.render(_read(name, alert, outcome)).strip():
        origin += "'s template gives nothing"
        if value:
            origin += f": {origin_of(name, given, alert)}"
    written = template.text if template is not None and template.constant is None else ""
    return Attribute(name, value, origin, rule.name, rule.where, written)


def _read(name: str, alert: Alert, outcome: Outcome) -> Data:
    """The values that an attribute's template reads: titles and runbooks see the final labels."""
    return Data(outcome.labels if name in ("title", "runbook") else alert.labels, alert)


def origin_of(name: str, given: Given, alert: Alert) -> str:
    """The origin of an attribute that no rule sets."""
    if name in ("service", "team"):
        laid = given.get(f"labels.{name}")
        return f"the label {name} of rule {laid[0].name}" if laid else f"the label {name}"
    if name == "title":
        told = next((title for title in TITLES if alert.annotations.get(title, "").strip()), None)
        return f"the annotation {told}" if told else "the alert's labels: it says nothing"
    if name == "runbook":
        return "the annotation runbook_url"
    return "the default"
