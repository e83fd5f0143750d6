"""What a rule may set: a closed set, laid over a plan by `apply`."""

from typing import assert_never

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.records.model import ResolvePolicy, Severity
from triaged.core.records.raises import Raise, Raising
from triaged.rules.templates import Template

DEFAULT_GROUP_BY = ("alertname", "cluster", "namespace", "service")


class SetSeverity(msgspec.Struct, frozen=True):
    """How bad it is."""

    severity: Severity


class SetService(msgspec.Struct, frozen=True):
    """What is broken."""

    service: Template


class SetTeam(msgspec.Struct, frozen=True):
    """Who owns it."""

    team: Template


class SetPolicy(msgspec.Struct, frozen=True):
    """How it escalates."""

    policy: str


class SetGroupBy(msgspec.Struct, frozen=True):
    """Which labels make the incident's key."""

    names: tuple[str, ...]


class SetTitle(msgspec.Struct, frozen=True):
    """What the incident is called."""

    title: Template


class SetRunbook(msgspec.Struct, frozen=True):
    """Where it says what to do."""

    runbook: Template


class SetLabels(msgspec.Struct, frozen=True):
    """Labels laid over the sender's."""

    labels: tuple[tuple[str, Template], ...]


class SetResolve(msgspec.Struct, frozen=True):
    """When the incident resolves by itself."""

    resolve: ResolvePolicy


class SetRaise(msgspec.Struct, frozen=True):
    """What makes the incident worse."""

    raises: tuple[Raise, ...]


class SetIncident(msgspec.Struct, frozen=True):
    """Whether there is an incident at all."""

    incident: bool


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
)


class Plan(msgspec.Struct):
    """What a combination of matching rules gives, before templates are rendered."""

    names: tuple[str, ...]
    """The rules that matched, in order, up to a `stop`."""
    incident: bool = True
    severity: Severity | None = None
    severity_rule: str | None = None
    service: Template | None = None
    team: Template | None = None
    policy: str | None = None
    group_by: tuple[str, ...] = DEFAULT_GROUP_BY
    """In the order of their names, each once."""
    title: Template | None = None
    runbook: Template | None = None
    labels: tuple[tuple[str, Template], ...] = ()
    resolve: ResolvePolicy = ResolvePolicy()
    raising: Raising | UnsetType = UNSET


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
        case _:
            assert_never(action)
