"""The shape of rules/*.yaml; the docstrings are the reference."""

from typing import Annotated, Literal

import msgspec

from triaged.core.model import ResolveWhen, Severity
from triaged.rules.matchers import Matchers, matchers_of
from triaged.rules.templates import Template, compile_template
from triaged.scalars import Duration, Scalar

MatchersText = Annotated[Matchers, Scalar(matchers_of, "a matcher such as 'severity=\"critical\"'")]
TemplateText = Annotated[Template, Scalar(compile_template, "a text, perhaps with {{ look-ups }}")]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions besides the labels; all that are given must hold."""

    source: tuple[str, ...] | str | None = None
    """The alert came from one of these sources."""
    during: str | None = None
    """The calendar of this name is open when the episode starts."""
    outside: str | None = None
    """The calendar of this name is closed when the episode starts."""
    starts_within: Duration | None = None
    """The alert began no longer ago than this when we first saw it."""


class Resolve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an incident resolves by itself; fixed at its opening."""

    when: ResolveWhen = ResolveWhen.ALL
    """`all` alerts ended, the `first` one did, the one that joined `last` did, or `never`."""
    hold: Duration = 0
    """How long that must hold."""


class Set(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rule gives to alerts; an attribute takes the first matching rule's value."""

    severity: Severity | None = None
    """SEV-1 (worst) to SEV-4."""
    service: TemplateText | None = None
    """What is broken. Unless set: the label `service`."""
    team: TemplateText | None = None
    """Who owns it. Unless set: the label `team`."""
    policy: str | None = None
    """The escalation policy. Unless set: the team's, the service's team's, else `default`."""
    group_by: tuple[str, ...] | None = None
    """Alerts with equal values of these labels share an incident. Unless set:
    alertname, cluster, namespace, service."""
    title: TemplateText | None = None
    """The incident's title. Unless set: the alert's summary."""
    runbook: TemplateText | None = None
    """Where it says what to do: an http or https address."""
    labels: dict[str, TemplateText] = {}
    """Labels laid over the sender's; those of all matching rules are merged."""
    resolve: Resolve | None = None
    """When the incident resolves by itself."""
    incident: bool | None = None
    """false: the alert is stored and counted, and opens no incident."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule."""

    name: str
    """Unique among all rules; in every explanation, timeline and metric."""
    match: tuple[MatchersText, ...] | MatchersText = ()
    """Label matchers; all must hold, on the labels that the sender sent. None: any alert."""
    when: When | None = None
    """Conditions besides the labels."""
    set: Set = Set()
    """What it gives to the alerts it matches."""
    stop: bool = False
    """true: rules after this one are not looked at."""
    mode: Literal["active", "disabled"] = "active"
    """`disabled`: as if it were not there."""


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules, read top to bottom; files in the order of their names."""

    rules: tuple[Rule, ...] = ()
    """The rules."""
