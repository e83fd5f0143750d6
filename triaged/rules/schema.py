"""The keys of rules/*.yaml. These docstrings are the reference: one for each key."""

import re
from datetime import date
from typing import Annotated, Literal

import msgspec

from triaged.core.records.expectations import OF_SOURCE
from triaged.core.records.model import ResolveWhen, Severity
from triaged.core.time import recurring
from triaged.core.time.durations import SECOND, format_duration
from triaged.core.time.recurring import Recurring
from triaged.rules.cel import Expression, expression_of
from triaged.rules.extracting import AlertField, Extractor, compile_extractor, parse_alert_field
from triaged.rules.matchers import Matchers, matchers_of
from triaged.rules.templates import Template, compile_template
from triaged.yamlschema.values import Duration, Scalar

MatchersText = Annotated[Matchers, Scalar(matchers_of, "a matcher such as 'severity=\"critical\"'")]
Hours = Annotated[Recurring, Scalar(recurring.parse, "days and hours such as sat 02:00-04:00")]
Zone = Annotated[str, Scalar(recurring.parse_zone, "a time zone such as Europe/Berlin")]
WallTime = Annotated[
    int,
    Scalar(
        recurring.parse_wall_time,
        "a wall time such as 2026-01-05T09:00",
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d$",
    ),
]
"""A wall time as minutes since 0001-01-01T00:00, whatever the zone."""

AlertFieldText = Annotated[
    AlertField,
    Scalar(parse_alert_field, "labels.NAME or annotations.NAME", r"^(labels|annotations)\..+$"),
]
PatternText = Annotated[Extractor, Scalar(compile_extractor, "a pattern with named groups")]
Day = Annotated[date, Scalar(recurring.parse_day, "a day such as 2026-12-31", r"^\d{4}-\d\d-\d\d$")]
CelText = Annotated[Expression, Scalar(expression_of, "a CEL expression that is true or false")]
TemplateText = Annotated[Template, Scalar(compile_template, "a text, perhaps with {{ look-ups }}")]


EVERY_LEAST_US = 10 * SECOND
"""Least `every` of an `expect`: its timers are fired once a second."""

EXPECT_BY_MAX = 5
"""Most labels of `by`: their values are in the titles of incidents."""

EXPECT_BY_LABEL = re.compile(r"[^\s\"{},=]+")
"""Label that `by` takes: its name stands unquoted before its value in the names of watches."""

RAISES_MAX = 10
"""Most raises of a rule: each is counted for each alert that joins, and there are four
severities."""

RAISE_COUNT_MAX = 1000
"""Most alerts or values that a raise may ask for: those it has counted are stored in the
incident."""


class When(msgspec.Struct, frozen=True):
    """Conditions besides the labels. All that are given must hold."""

    source: tuple[str, ...] | str | None = None
    """Source, or list of sources, from which the alert comes."""
    during: str | None = None
    """Calendar that is open when the episode starts."""
    outside: str | None = None
    """Calendar that is closed when the episode starts."""
    starts_within: Duration | None = None
    """Longest time from the start of the alert to its arrival here."""
    cel: CelText | None = None
    """CEL expression over `labels`, `annotations` and `source` that is true. It needs the extra
    `cel`, and is evaluated when everything else has matched. One that fails, as with a missing
    label, is not true."""


class Resolve(msgspec.Struct, frozen=True):
    """Condition under which an incident resolves by itself. It is fixed when the incident opens."""

    when: ResolveWhen = ResolveWhen.ALL
    """Alerts that must have ended: `all`, the `first` that joined, or the `last` that joined.
    `never`: people resolve it."""
    hold: Duration = 0
    """Time for which they must have ended."""


class RaiseWhen(msgspec.Struct, frozen=True):
    """Event that raises the severity: one of `alerts`, `distinct`, `firing_for` and `reopens`."""

    alerts: int | None = None
    """Number of different alerts that have joined `within` the time. Repeats do not count."""
    distinct: str | None = None
    """Label of which the alerts that have joined `within` the time have `count` different
    values."""
    count: int | None = None
    """Number of values of the label `distinct`."""
    within: Duration | None = None
    """Time in which `alerts` and `distinct` count."""
    firing_for: Duration | None = None
    """Time for which alerts of the incident have been firing without a break."""
    reopens: int | None = None
    """Number of times that the incident has re-opened."""

    def __post_init__(self) -> None:
        """Refuse an event that is none, or more than one. Raises ValueError."""
        values = (self.alerts, self.distinct, self.firing_for, self.reopens)
        if sum(value is not None for value in values) != 1:
            raise ValueError("expected one of alerts, distinct, firing_for and reopens")
        windowed = self.alerts is not None or self.distinct is not None
        if (self.within is None) == windowed or self.within == 0:
            raise ValueError("alerts and distinct need `within`, a time; the others take none")
        if (self.count is None) == (self.distinct is not None) or self.distinct == "":
            raise ValueError("distinct, a label's name, and count go together")
        for value, least in ((self.alerts, 2), (self.count, 2), (self.reopens, 1)):
            if value is not None and not least <= value <= RAISE_COUNT_MAX:
                raise ValueError(f"expected a number from {least} to {RAISE_COUNT_MAX}")
        if self.firing_for == 0:
            raise ValueError("firing_for is a time, not none: use severity")


class Raise(msgspec.Struct, frozen=True, gc=False):
    """Rise of an incident to a worse severity."""

    to: Severity
    """Severity to which the incident rises, unless it is as bad already."""
    when: RaiseWhen
    """Event that raises it."""


class Set(msgspec.Struct, frozen=True):
    """Values that the rule gives to alerts; for each attribute the first matching rule decides."""

    severity: Severity | None = None
    """Severity, from SEV-1 (worst) to SEV-4."""
    service: TemplateText | None = None
    """Service that is broken. Unset: the label `service`."""
    team: TemplateText | None = None
    """Team that owns the service. Unset: the label `team`."""
    policy: str | None = None
    """Escalation policy. Unset: that of the team, that of the service's team, else `default`."""
    group_by: tuple[str, ...] | None = None
    """Labels by which alerts are grouped: those with equal values share an incident. Unset:
    alertname, cluster, namespace, service."""
    title: TemplateText | None = None
    """Title of the incident. Unset: the summary of the alert."""
    runbook: TemplateText | None = None
    """Address (http or https) of the instructions for this problem."""
    labels: dict[str, TemplateText] = {}
    """Labels that are added to those of the sender, and replace them. Those of all matching rules
    are merged."""
    resolve: Resolve | None = None
    """Condition under which the incident resolves by itself. Unset: when all alerts have ended."""
    raises: tuple[Raise, ...] | None = msgspec.field(default=None, name="raise")
    """Rises to a worse severity. They are fixed when the incident opens, and count while it is
    open."""
    incident: bool | None = None
    """Whether the alert opens an incident. `false`: it is stored and counted only."""

    def __post_init__(self) -> None:
        """Refuse too many raises. Raises ValueError."""
        if len(self.raises or ()) > RAISES_MAX:
            raise ValueError(f"more than {RAISES_MAX} raises")


class Expect(msgspec.Struct, frozen=True):
    """Dead man's switch: an alert that should fire, and be repeated, all the time."""

    every: Duration
    """Time without such an alert after which an incident opens. It resolves when one comes
    again."""
    severity: Severity | None = None
    """Severity of that incident. Unset: `unclassified` of config.yaml."""
    by: tuple[str, ...] = ()
    """Labels, such as `cluster`, each value set of which is expected for itself, and missed in an
    incident of its own, once it was seen. They are those that the rules have completed. Unset: any
    alert that matches will do."""

    def __post_init__(self) -> None:
        """Refuse a time that is too short to be kept, and what names no labels.

        Raises ValueError.
        """
        if self.every < EVERY_LEAST_US:
            raise ValueError(f"every: at least {format_duration(EVERY_LEAST_US)}")
        if len(self.by) > EXPECT_BY_MAX:
            raise ValueError(f"by: more than {EXPECT_BY_MAX} labels")
        for name in self.by:
            if not EXPECT_BY_LABEL.fullmatch(name) or name in ("expect", OF_SOURCE):
                raise ValueError(f"by: {name!r} is no label to expect by, such as cluster")


class Rule(msgspec.Struct, frozen=True):
    """Rule: which alerts it matches, and what it gives to them."""

    name: str
    """Name of the rule in explanations, timelines and metrics; unique among all rules."""
    match: tuple[MatchersText, ...] | MatchersText = ()
    """Label matchers. All must hold, on the labels that the sender sent or `extract` found. None:
    the rule matches every alert."""
    when: When | None = None
    """Conditions besides the labels. All must hold."""
    set: Set = Set()
    """Values that the rule gives to the alerts that it matches."""
    expect: Expect | None = None
    """Dead man's switch: alerts that match must keep coming, from each source that has sent one. It
    counts whatever other rules say, and behind a `stop`, too."""
    across_sources: bool | None = None
    """Whether alerts of all sources count together: for `expect`, for `resolve` when the first or
    the last alert has ended, and for flapping. The first matching rule that says so decides. Unset:
    `false`, each source for itself."""
    stop: bool = False
    """End of the search. `true`: rules after this one are ignored for alerts that match."""
    mode: Literal["active", "disabled", "shadow"] = "active"
    """Mode of the rule. `disabled`: the rule is checked and ignored. `shadow`: the rule sets and
    stops nothing; its matches are recorded with what they would have changed."""
    until: Day | None = None
    """Day from which a rule in the mode `shadow` is ignored, in `timezone` of config.yaml."""
    description: str = ""
    """Reason for the rule, for those who read or explain it."""


class Suppress(msgspec.Struct, frozen=True):
    """Inhibition, as in Alertmanager: alerts of `source` mute those of `target` while they fire."""

    name: str
    """Name of the suppressor, unique among all; timelines show it as `suppress:<name>`."""
    source: tuple[MatchersText, ...] | MatchersText
    """Matchers of the alerts that mute others while they fire. All must hold, on the labels that
    the rules have completed."""
    target: tuple[MatchersText, ...] | MatchersText
    """Matchers of the alerts that are muted. An alert that matches `source`, too, is not muted by
    another that does."""
    equal: tuple[str, ...] = ()
    """Labels that must have the same value in both alerts."""
    absent_equal: bool = False
    """Whether a label of `equal` that both alerts lack counts as the same, as in Alertmanager."""
    across_sources: bool = False
    """Whether alerts of one source mute those of another. Otherwise a source speaks for its own
    alerts only."""


class Maintenance(msgspec.Struct, frozen=True):
    """Maintenance window: hours in which alerts are muted, every week or once."""

    name: str
    """Name of the window, unique among all; timelines show it as `maintenance:<name>`."""
    match: tuple[MatchersText, ...] | MatchersText
    """Matchers of the alerts that are muted. All must hold, on the labels that the rules have
    completed."""
    every: Hours | None = None
    """Days and hours of a window that returns, such as `sat 02:00-04:00` or `daily 02:00-03:00`.
    The end of the hours does not belong to them."""
    start: WallTime | None = msgspec.field(default=None, name="from")
    """Wall time at which a single window begins."""
    end: WallTime | None = msgspec.field(default=None, name="to")
    """Wall time at which a single window ends."""
    timezone: Zone | None = None
    """Time zone of the hours and wall times. Unset: `timezone` of config.yaml."""

    def __post_init__(self) -> None:
        """Refuse a window without times, or with both kinds. Raises ValueError."""
        once = self.start is not None and self.end is not None
        if (self.start is None) != (self.end is None) or once == (self.every is not None):
            raise ValueError("expected either `every`, or `from` and `to`")


class Extract(msgspec.Struct, frozen=True):
    """Labels found in a text, before the rules are evaluated."""

    name: str
    """Name of the extraction, unique among all."""
    field: AlertFieldText = msgspec.field(name="from")
    """Text to search, as it was sent: `annotations.NAME` or `labels.NAME`."""
    pattern: PatternText
    """Pattern (RE2) that must match the whole text. Each named group that finds something, such as
    `(?P<team>[a-z]+)`, gives a label; labels that were sent stay as they are."""


class LabelTable(msgspec.Struct, frozen=True):
    """Labels looked up in a CSV file, before the rules are evaluated."""

    name: str
    """Name of the table, unique among all."""
    file: str
    """CSV file, relative to this file. Its first line names the columns; `*` in a cell that is
    compared stands for anything."""
    match: tuple[str, ...]
    """Columns whose cells are compared with the labels of the same names; `extract` may have found
    them."""
    add: tuple[str, ...] = ()
    """Columns whose cells become labels, unless the alert has such a label. Unset: all other
    columns."""


class RuleFile(msgspec.Struct, frozen=True):
    """Rule file. Rules count from top to bottom, files in the order of their names."""

    rules: tuple[Rule, ...] = ()
    """Rules, in the order in which they count."""
    suppress: tuple[Suppress, ...] = ()
    """Suppressors: alerts that mute others while they fire."""
    maintenance: tuple[Maintenance, ...] = ()
    """Maintenance windows, during which alerts are muted."""
    extract: tuple[Extract, ...] = ()
    """Extractions of labels from texts, for the rules of all files."""
    allow_empty: bool = False
    """Permission for this file to have no rules. Otherwise an empty section is an error, and a
    reload is refused when the file had rules and has none."""
    mappings: tuple[LabelTable, ...] = ()
    """Tables of labels, for the rules of all files."""
