"""The shape of rules/*.yaml; the docstrings are the reference."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from triaged.core.records.model import ResolveWhen, Severity
from triaged.core.time import recurring
from triaged.core.time.durations import SECOND, format_duration
from triaged.core.time.recurring import Recurring
from triaged.rules.cel import Expression, expression_of
from triaged.rules.extracting import Extractor, Place, compile_extractor, parse_place
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

PlaceText = Annotated[
    Place,
    Scalar(parse_place, "labels.NAME or annotations.NAME", r"^(labels|annotations)\..+$"),
]
PatternText = Annotated[Extractor, Scalar(compile_extractor, "a pattern with named groups")]
Day = Annotated[date, Scalar(recurring.parse_day, "a day such as 2026-12-31", r"^\d{4}-\d\d-\d\d$")]
CelText = Annotated[Expression, Scalar(expression_of, "a CEL expression that is true or false")]
TemplateText = Annotated[Template, Scalar(compile_template, "a text, perhaps with {{ look-ups }}")]


EVERY_LEAST_US = 10 * SECOND
"""Of `expect`: what is looked at each second cannot be missed more exactly."""

RAISES_MAX = 10
"""Of a rule: there are four severities, and each raise is looked at with each alert that joins."""

RAISE_COUNT_MAX = 1000
"""Alerts or values that a raise may want: what it has counted is written with the incident."""


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
    cel: CelText | None = None
    """This CEL expression over `labels`, `annotations` and `source` is true. With the extra `cel`;
    asked when everything else has matched. What fails, as a missing label does, is not true."""


class Resolve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an incident resolves by itself; fixed at its opening."""

    when: ResolveWhen = ResolveWhen.ALL
    """`all` alerts ended, the `first` one did, the one that joined `last` did, or `never`."""
    hold: Duration = 0
    """How long that must hold."""


class RaiseWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must happen: one of `alerts`, `distinct`, `firing_for` and `reopens`."""

    alerts: int | None = None
    """So many different alerts joined `within` a time; a repeat is not another one."""
    distinct: str | None = None
    """The alerts that joined `within` a time have `count` different values of this label."""
    count: int | None = None
    """How many values of `distinct`."""
    within: Duration | None = None
    """The time for `alerts` and `distinct`."""
    firing_for: Duration | None = None
    """Alerts of the incident have been firing without a break for so long."""
    reopens: int | None = None
    """The incident has re-opened so often."""

    def __post_init__(self) -> None:
        """Refuse what means nothing, or more than one thing."""
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


class Raise(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A severity that the incident rises to."""

    to: Severity
    """Nothing happens if the incident is as bad already."""
    when: RaiseWhen
    """What must happen."""


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
    raises: tuple[Raise, ...] | None = msgspec.field(default=None, name="raise")
    """When the incident gets worse; counted while it is open, and fixed at its opening."""
    incident: bool | None = None
    """false: the alert is stored and counted, and opens no incident."""

    def __post_init__(self) -> None:
        """Refuse more raises than anybody reads."""
        if len(self.raises or ()) > RAISES_MAX:
            raise ValueError(f"more than {RAISES_MAX} raises")


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dead man's switch: an alert that should be firing, and be repeated, all the time."""

    every: Duration
    """An incident opens when none has come for this long; it resolves when one comes again."""
    severity: Severity | None = None
    """Of that incident. Unset: `unclassified`."""

    def __post_init__(self) -> None:
        """Refuse what clocks and senders cannot keep."""
        if self.every < EVERY_LEAST_US:
            raise ValueError(f"every: at least {format_duration(EVERY_LEAST_US)}")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule."""

    name: str
    """Unique among all rules; in every explanation, timeline and metric."""
    match: tuple[MatchersText, ...] | MatchersText = ()
    """Label matchers; all must hold, on the labels that the sender sent or `extract` found. None:
    any alert."""
    when: When | None = None
    """Conditions besides the labels."""
    set: Set = Set()
    """What it gives to the alerts it matches."""
    expect: Expect | None = None
    """Alerts that match must keep coming, whatever they are to other rules and behind a `stop`."""
    stop: bool = False
    """true: rules after this one are not looked at."""
    mode: Literal["active", "disabled", "shadow"] = "active"
    """`disabled`: as if it were not there. `shadow`: it sets nothing and stops nothing; that it
    matched is recorded, and what it would have changed."""
    until: Day | None = None
    """With `shadow`: on this day, in `timezone` of config.yaml, it is as if disabled."""
    description: str = ""
    """Why it gives what it gives, for those who read or explain it."""


class Suppress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Alertmanager's inhibition: while an alert matches `source`, others are muted."""

    name: str
    """Unique among all of them; stands in timelines as `suppress:<name>`."""
    source: tuple[MatchersText, ...] | MatchersText
    """The alerts that mute others while they fire: all matchers must hold, on the labels with
    those of the rules laid over them."""
    target: tuple[MatchersText, ...] | MatchersText
    """The alerts that are muted. One that matches both is not muted by another that does."""
    equal: tuple[str, ...] = ()
    """Labels that must have the same value in both; missing in both is the same."""


class Maintenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in which alerts are muted: every week, or once."""

    name: str
    """Unique among all of them; stands in timelines as `maintenance:<name>`."""
    match: tuple[MatchersText, ...] | MatchersText
    """The alerts that are muted: all matchers must hold, on the labels with those of the rules
    laid over them."""
    every: Hours | None = None
    """`sat 02:00-04:00`: days, then half-open hours; `daily`."""
    start: WallTime | None = msgspec.field(default=None, name="from")
    """When it begins, if it is once: a wall time."""
    end: WallTime | None = msgspec.field(default=None, name="to")
    """When it ends by itself."""
    timezone: Zone | None = None
    """In which the times are read. Unless given: `timezone` of config.yaml."""

    def __post_init__(self) -> None:
        """Refuse what has no time, or two."""
        once = self.start is not None and self.end is not None
        if (self.start is None) != (self.end is None) or once == (self.every is not None):
            raise ValueError("expected either `every`, or `from` and `to`")


class Extract(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels out of a text, before the rules are asked."""

    name: str
    """Unique among all of them."""
    place: PlaceText = msgspec.field(name="from")
    """`annotations.NAME` or `labels.NAME`: the text as it was sent."""
    pattern: PatternText
    """RE2, anchored at both ends. Each group with a name, `(?P<team>[a-z]+)`, that finds something
    gives a label; one that was sent stays as it is."""


class LabelTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels out of a CSV file, before the rules are asked."""

    name: str
    """Unique among all of them."""
    file: str
    """Beside this file. Its first line names the columns; `*` in a cell that is compared stands
    for anything."""
    match: tuple[str, ...]
    """Columns whose cells are compared with the labels of their names, those of `extract` too."""
    add: tuple[str, ...] = ()
    """Columns whose cells become labels, unless the alert has such a label. None: all others."""


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules, read top to bottom; files in the order of their names."""

    rules: tuple[Rule, ...] = ()
    """The rules."""
    suppress: tuple[Suppress, ...] = ()
    """What mutes what."""
    maintenance: tuple[Maintenance, ...] = ()
    """Planned work, during which alerts are muted."""
    extract: tuple[Extract, ...] = ()
    """Labels out of texts; the rules of all files see them."""
    allow_empty: bool = False
    """Permission for this file to have no rules. Otherwise an empty section is an error, and a
    reload is refused when the file had rules and has none."""
    mappings: tuple[LabelTable, ...] = ()
    """Labels out of tables; the rules of all files see them."""
