"""One rule as written to the rule as it is evaluated."""

from collections.abc import Iterator

from triaged.core.records.expectations import RULE, Expectation
from triaged.core.records.model import ResolvePolicy
from triaged.core.records.severity import (
    FiringFor,
    ManyAlerts,
    ManyValues,
    Raise,
    RaiseWhen,
    Reopenings,
)
from triaged.rules import schema
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
from triaged.rules.conditions import Condition
from triaged.rules.evaluate import CompiledRule
from triaged.rules.muters import all_of
from triaged.rules.schema import Rule
from triaged.rules.templates import Template


def compiled(rule: Rule, conditions: tuple[Condition, ...], where: str = "") -> CompiledRule:
    """The rule in the form in which it is evaluated; `where` is its FILE:LINE:COL."""
    return CompiledRule(
        name=rule.name,
        matchers=all_of(rule.match),
        conditions=conditions,
        actions=tuple(_actions(rule)),
        expects=_expectation(rule),
        stop=rule.stop,
        where=where,
        description=rule.description,
    )


def _expectation(rule: Rule) -> Expectation | None:
    """The expectation of the rule, with its service and team where they are no templates."""
    if rule.expect is None:
        return None
    given = rule.set
    return Expectation(
        name=RULE + rule.name,
        every_us=rule.expect.every,
        severity=rule.expect.severity,
        service=_constant(given.service),
        team=_constant(given.team),
        policy=given.policy,
        runbook=_constant(given.runbook),
        by=tuple(sorted(set(rule.expect.by))),
        across_sources=rule.across_sources is True,
    )


def _constant(template: Template | None) -> str | None:
    return (template.constant or None) if template is not None else None


def _actions(rule: Rule) -> Iterator[Action]:
    given = rule.set
    if rule.across_sources is not None:
        yield SetAcrossSources(rule.across_sources)
    if given.severity is not None:
        yield SetSeverity(given.severity)
    if given.service is not None:
        yield SetService(given.service)
    if given.team is not None:
        yield SetTeam(given.team)
    if given.policy is not None:
        yield SetPolicy(given.policy)
    if given.group_by:
        yield SetGroupBy(given.group_by)
    if given.title is not None:
        yield SetTitle(given.title)
    if given.runbook is not None:
        yield SetRunbook(given.runbook)
    if given.labels:
        yield SetLabels(tuple(given.labels.items()))
    if given.resolve is not None:
        yield SetResolve(ResolvePolicy(given.resolve.when, given.resolve.hold))
    if given.raises is not None:
        yield SetRaise(tuple(Raise(each.to, _raise_when(each.when)) for each in given.raises))
    if given.incident is not None:
        yield SetIncident(given.incident)


def _raise_when(given: schema.RaiseWhen) -> RaiseWhen:
    if given.alerts is not None:
        return ManyAlerts(given.alerts, given.within or 0)
    if given.distinct is not None:
        return ManyValues(given.distinct, given.count or 0, given.within or 0)
    if given.firing_for is not None:
        return FiringFor(given.firing_for)
    return Reopenings(given.reopens or 0)
