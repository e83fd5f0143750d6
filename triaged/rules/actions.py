"""Actions of a rule: a closed set of values that `apply` puts into a plan."""

from typing import assert_never

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.records.model import ResolvePolicy, Severity
from triaged.core.records.severity import Raise, Raising
from triaged.rules.templates import Template

DEFAULT_GROUP_BY = ("alertname", "cluster", "namespace", "service")


class SetSeverity(msgspec.Struct, frozen=True):
    """Set the severity."""

    severity: Severity


class SetService(msgspec.Struct, frozen=True):
    """Set the service that is broken."""

    service: Template


class SetTeam(msgspec.Struct, frozen=True):
    """Set the team that owns the service."""

    team: Template


class SetPolicy(msgspec.Struct, frozen=True):
    """Set the escalation policy."""

    policy: str


class SetGroupBy(msgspec.Struct, frozen=True):
    """Which labels make the incident's key."""

    names: tuple[str, ...]


class SetTitle(msgspec.Struct, frozen=True):
    """Set the title of the incident."""

    title: Template


class SetRunbook(msgspec.Struct, frozen=True):
    """Set the address of the instructions."""

    runbook: Template


class SetLabels(msgspec.Struct, frozen=True):
    """Labels laid over the sender's."""

    labels: tuple[tuple[str, Template], ...]


class SetResolve(msgspec.Struct, frozen=True):
    """Set the condition under which the incident resolves by itself."""

    resolve: ResolvePolicy


class SetRaise(msgspec.Struct, frozen=True):
    """Set the events that raise the severity of the incident."""

    raises: tuple[Raise, ...]


class SetIncident(msgspec.Struct, frozen=True):
    """True if there is an incident at all."""

    incident: bool


class SetAcrossSources(msgspec.Struct, frozen=True):
    """True if alerts of all sources count together in the incident."""

    across_sources: bool


Action = (
    SetSeverity
    | SetService
    | SetTeam
    | SetPolicy
    | SetGroupBy
    | SetTitle
    | SetRunbook
    | SetLabels
    | SetResolve
    | SetRaise
    | SetIncident
    | SetAcrossSources
)


class Plan(msgspec.Struct):
    """The values that a combination of matching rules gives, before templates are rendered."""

    names: tuple[str, ...]
    """The rules that matched, in order, up to a `stop`."""
    incident: bool | None = None
    """None: no rule says; there is one, but of messages that only try a source."""
    severity: Severity | None = None
    severity_rule: str | None = None
    service: Template | None = None
    team: Template | None = None
    policy: str | None = None
    group_by: tuple[str, ...] | None = None
    """In the order of their names, each once; None: no rule says."""
    title: Template | None = None
    runbook: Template | None = None
    labels: tuple[tuple[str, Template], ...] = ()
    resolve: ResolvePolicy = ResolvePolicy()
    raising: Raising | UnsetType = UNSET
    across_sources: bool = False


def apply(action: Action, plan: Plan, rule: str) -> None:
    """Lay an action of `rule` over what the rules after it said."""
    match action:
        case SetSeverity(severity=severity):
            plan.severity, plan.severity_rule = severity, rule
        case SetService(service=service):
            plan.service = service
        case SetTeam(team=team):
            plan.team = team
        case SetPolicy(policy=policy):
            plan.policy = policy
        case SetGroupBy(names=names):
            plan.group_by = tuple(sorted(set(names)))
        case SetTitle(title=title):
            plan.title = title
        case SetRunbook(runbook=runbook):
            plan.runbook = runbook
        case SetLabels(labels=labels):
            plan.labels = tuple((dict(plan.labels) | dict(labels)).items())
        case SetResolve(resolve=resolve):
            plan.resolve = resolve
        case SetRaise(raises=raises):
            plan.raising = Raising(rule, raises) if raises else UNSET
        case SetIncident(incident=incident):
            plan.incident = incident
        case SetAcrossSources(across_sources=across_sources):
            plan.across_sources = across_sources
        case _:
            assert_never(action)
