"""The shape of rules/tests/*.yaml; the docstrings are the reference."""

import re
from datetime import datetime
from typing import Annotated

import msgspec

from triaged.core.records.model import Phase, Response, Severity, State
from triaged.core.time.durations import DURATION_WANTED, SECOND, format_duration, parse_duration
from triaged.rules.schema import MatchersText
from triaged.wire import instant, instant_text
from triaged.yamlschema.schema import Open
from triaged.yamlschema.values import DURATION_PATTERN, Scalar, quoted

INSTANT_WANTED = "an instant with its zone such as 2026-03-30T10:00:00+02:00"
OFFSET_WANTED = f"{DURATION_WANTED}, or with a fraction such as 1.5s"
START = "2026-03-30T10:00:00Z"
"""The default beginning of a test: a Monday in working hours."""

SOURCE = "alertmanager"
NOBODY = "anonymous"
"""The default actor: the name that a daemon without tokens gives to everybody."""

_FRACTION = re.compile(r"(.*?\d{1,12})\.(\d{1,6})s", re.ASCII)


def parse_instant(text: str) -> int:
    """µs UTC of an RFC 3339 instant; ValueError says what is allowed."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return instant(found)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"expected {INSTANT_WANTED}, got {quoted(text)}")


def parse_offset(text: str) -> int:
    """µs of `2m30s` or `1m0.25s`; ValueError says what is allowed."""
    match = _FRACTION.fullmatch(text)
    try:
        if match is None:
            return parse_duration(text)
        return parse_duration(f"{match[1]}s") + int(match[2].ljust(6, "0"))
    except ValueError:
        raise ValueError(f"expected {OFFSET_WANTED}, got {quoted(text)}") from None


def format_offset(us: int) -> str:
    """`1m0.25s`: as `parse_offset` reads it, to the millisecond."""
    rest_ms = us % SECOND // 1000
    if not rest_ms:
        return format_duration(us)
    minutes_us, seconds = us - us % (60 * SECOND), us % (60 * SECOND) // SECOND
    head = format_duration(minutes_us) if minutes_us else ""
    return f"{head}{seconds}.{rest_ms:03}".rstrip("0") + "s"


Instant = Annotated[int, Scalar(parse_instant, INSTANT_WANTED, "", instant_text)]
Offset = Annotated[
    int,
    Scalar(
        parse_offset,
        OFFSET_WANTED,
        DURATION_PATTERN.replace(r"(\d+s)?", r"(\d+(\.\d+)?s)?"),
        format_offset,
    ),
]
"""µs from the beginning of the test."""


class Input(msgspec.Struct, frozen=True):
    """An alert: its labels, and beside them what begins with `_`."""

    at: Offset = msgspec.field(name="_at", default=0)
    """Time of its arrival, from the beginning of the test."""
    resolve: bool | Offset = msgspec.field(name="_resolve", default=False)
    """`true`: the alert is over. A time from the beginning of the test: it ends then."""
    source: str = msgspec.field(name="_source", default=SOURCE)
    """The source that sends it."""
    annotations: dict[str, str] = msgspec.field(name="_annotations", default={})
    """Its annotations."""
    repeat: dict[str, int] = msgspec.field(name="_repeat", default={})
    """Number of alerts, which differ in this label: its values are 1, 2, 3 …"""
    every: Offset | None = msgspec.field(name="_every", default=None)
    """Interval at which it is sent again, until it is over, until `_last`, or to the end of the
    test."""
    last: Offset | None = msgspec.field(name="_last", default=None)
    """Time, from the beginning of the test, after which it is not sent again: its sender is silent.
    """
    since: Offset | None = msgspec.field(name="_since", default=None)
    """Time before `_at` at which it began, by the sender's word. Unless set: the sender gives none.
    """
    fingerprint: str = msgspec.field(name="_fingerprint", default="")
    """Fingerprint that the sender gives. Unless set: computed from the labels."""


class Act(msgspec.Struct, frozen=True):
    """What a person does. One of the verbs says what; `ack` to `escalate` name who does it."""

    at: Offset = 0
    """When, from the beginning of the test."""
    incident: int | None = None
    """To which incident, 1 being the first that opened. Unless set: the one that opened last."""
    ack: str | None = None
    """This person acknowledges, or takes it over from whoever holds it."""
    unack: str | None = None
    """This person gives it back."""
    resolve: str | None = None
    """This person resolves it."""
    reopen: str | None = None
    """This person re-opens it."""
    close: str | None = None
    """This person closes it."""
    escalate: str | None = None
    """This person wants the next step now."""
    assign: str | None = None
    """It is handed to this person."""
    severity: Severity | None = None
    """Its severity is chosen."""
    phase: Phase | None = None
    """How far the work is."""
    snooze: Offset | None = None
    """It is taken for so long."""
    declare: str | None = None
    """An incident of this title is declared by hand; `severity`, `service`, `team` go with it."""
    note: str | None = None
    """This is written on the timeline; alone, or with another verb."""
    by: str = NOBODY
    """Who does it, where the verb does not say."""
    service: str | None = None
    """Of the incident that is declared."""
    team: str | None = None
    """Of the incident that is declared."""


class Silenced(msgspec.Struct, frozen=True):
    """A silence that somebody sets; in `muted_by` the first of a test is `silence:1`."""

    match: tuple[MatchersText, ...] | MatchersText
    """Matchers of the muted alerts; all must hold. They see the labels that the rules set, too."""
    length: Offset = msgspec.field(name="for")
    """Length of the silence."""
    at: Offset = 0
    """Time of its beginning, from the beginning of the test."""


class Paged(msgspec.Struct, frozen=True):
    """A page that goes out."""

    at: Offset
    """Time of it, from the beginning of the test."""
    to: str = ""
    """Person who is paged; empty for a page straight to a channel."""
    via: str = ""
    """Contact of the person, or the channel. Unless set: any."""


class Expected(msgspec.Struct, frozen=True):
    """An incident at the end of the test. What is not set is not compared; `""` means none."""

    severity: Severity | None = None
    """Its severity."""
    rule: str | None = None
    """The rule that set the severity, or raised it."""
    severity_by: str | None = None
    """`rule:<name>`, `raise:<rule>`, `person:<name>` or `unclassified`."""
    state: State | None = None
    """open, acknowledged, resolved …"""
    phase: Phase | None = None
    """Phase that the work has reached."""
    response: Response | None = None
    """State of the response target."""
    service: str | None = None
    """Service that is affected."""
    team: str | None = None
    """Team that owns the incident."""
    policy: str | None = None
    """The escalation policy."""
    title: str | None = None
    """Its title."""
    runbook: str | None = None
    """Address of the runbook."""
    group: dict[str, str] | None = None
    """The labels that its alerts were grouped by."""
    firing: int | None = None
    """Number of its alerts that fire."""
    reopens: int | None = None
    """Number of times that it was re-opened."""
    muted_by: tuple[str, ...] | None = None
    """Whatever mutes it: `silence:1`, `maintenance:<name>`, `suppress:<name>`; an empty list:
    nothing."""


class Expect(Expected, frozen=True):
    """Expected outcome of a test. Keys of an incident must hold for each incident that opened."""

    incidents: int | tuple[Expected, ...] | None = None
    """Number of incidents that opened, or the expectation for each, in the order of their opening.
    """
    opens: bool | None = None
    """`true`: at least one incident opened; `false`: none did."""
    matched: tuple[str, ...] | None = None
    """The rules that matched, of every alert that fired, in their order."""
    pages: tuple[Paged, ...] | None = None
    """Every page that goes out until the end: one more, or one less, is a failure."""
    tolerance: Offset = 0
    """Tolerance for the instants of pages."""


class Test(msgspec.Struct, frozen=True):
    """One test: the alerts that come in, the actions of people, the expected outcome."""

    __test__ = False  # pytest collects what is called Test…

    name: str
    """Name of the test: the rule that it proves."""
    expect: Expect
    """Expected outcome."""
    at: Instant = parse_instant(START)
    """Instant at which the test begins."""
    input: tuple[Annotated[Input, Open()], ...] = ()
    """The alerts that are received."""
    do: tuple[Act, ...] = ()
    """Actions of people."""
    silences: tuple[Silenced, ...] = ()
    """Silences, each from an instant on and for some time."""
    expecting: tuple[str, ...] = ()
    """Dead man's switches that run from the beginning: rules with `expect`, `source:<name>`."""
    until: Offset | None = None
    """Time of its end. Unless set: that of the last alert, action or expected page."""


class TestFile(msgspec.Struct, frozen=True):
    """A file of tests. At one instant timers come first, then silences, alerts and people."""

    __test__ = False  # as above

    tests: tuple[Test, ...] = ()
    """The tests."""
