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
"""A Monday in working hours, wherever a test does not care."""

SOURCE = "alertmanager"
NOBODY = "anonymous"
"""Who acts where a test does not say: what a daemon without tokens calls everybody."""

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
    """When it is received, from the beginning of the test."""
    resolve: bool | Offset = msgspec.field(name="_resolve", default=False)
    """true: it is over; or when it will be, from the beginning of the test."""
    source: str = msgspec.field(name="_source", default=SOURCE)
    """The source that sends it."""
    annotations: dict[str, str] = msgspec.field(name="_annotations", default={})
    """Its annotations."""
    repeat: dict[str, int] = msgspec.field(name="_repeat", default={})
    """So many alerts, which differ in this label: its values are 1, 2, 3 …"""
    every: Offset | None = msgspec.field(name="_every", default=None)
    """It is sent again so often, until it is over, or until `_last`, or to the end of the test."""
    last: Offset | None = msgspec.field(name="_last", default=None)
    """After this, from the beginning of the test, it is not sent again: its sender is silent."""
    since: Offset | None = msgspec.field(name="_since", default=None)
    """How long before `_at` it began, by the sender's word. Unless set: the sender does not say."""
    fingerprint: str = msgspec.field(name="_fingerprint", default="")
    """What the sender calls it. Unless set: computed from the labels."""


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
    """What it mutes: all matchers must hold, on the labels with those of the rules laid over."""
    length: Offset = msgspec.field(name="for")
    """How long it lasts."""
    at: Offset = 0
    """When it begins, from the beginning of the test."""


class Paged(msgspec.Struct, frozen=True):
    """A page that goes out."""

    at: Offset
    """When, from the beginning of the test."""
    to: str = ""
    """The person; empty for a page straight to a channel."""
    via: str = ""
    """The person's contact, or the channel. Unless set: any."""


class Expected(msgspec.Struct, frozen=True):
    """What an incident is at the end; what is not set is not looked at, "" stands for none."""

    severity: Severity | None = None
    """Its severity."""
    rule: str | None = None
    """The rule that set the severity, or raised it."""
    severity_by: str | None = None
    """`rule:<name>`, `raise:<rule>`, `person:<name>` or `unclassified`."""
    state: State | None = None
    """open, acknowledged, resolved …"""
    phase: Phase | None = None
    """How far the work is."""
    response: Response | None = None
    """How the response target stands."""
    service: str | None = None
    """What is broken."""
    team: str | None = None
    """Who owns it."""
    policy: str | None = None
    """The escalation policy."""
    title: str | None = None
    """Its title."""
    runbook: str | None = None
    """Where it says what to do."""
    group: dict[str, str] | None = None
    """The labels that its alerts were grouped by."""
    firing: int | None = None
    """How many of its alerts fire."""
    reopens: int | None = None
    """How often it was re-opened."""
    muted_by: tuple[str, ...] | None = None
    """`silence:1`, `maintenance:<name>`, `suppress:<name>`; an empty list: nothing mutes it."""


class Expect(Expected, frozen=True):
    """What must have come of it. What is said of an incident must hold for each that opened."""

    incidents: int | tuple[Expected, ...] | None = None
    """How many opened; or what is expected of each, in the order in which they opened."""
    opens: bool | None = None
    """Whether any incident opened."""
    matched: tuple[str, ...] | None = None
    """The rules that matched, of every alert that fired, in their order."""
    pages: tuple[Paged, ...] | None = None
    """Every page that goes out until the end: one more, or one less, is a failure."""
    tolerance: Offset = 0
    """How far the instant of a page may be from what is expected."""


class Test(msgspec.Struct, frozen=True):
    """One test: what comes in, what people do, what is expected of that."""

    __test__ = False  # pytest collects what is called Test…

    name: str
    """What it proves."""
    expect: Expect
    """What must have come of it."""
    at: Instant = parse_instant(START)
    """When it begins."""
    input: tuple[Annotated[Input, Open()], ...] = ()
    """The alerts that are received."""
    do: tuple[Act, ...] = ()
    """What people do."""
    silences: tuple[Silenced, ...] = ()
    """Silences, each from an instant on and for some time."""
    expecting: tuple[str, ...] = ()
    """Dead man's switches that run from the beginning: rules with `expect`, `source:<name>`."""
    until: Offset | None = None
    """When it ends. Unless set: with the last page expected, alert or act."""


class TestFile(msgspec.Struct, frozen=True):
    """A file of tests. At one instant what is due comes first, then silences, alerts, people."""

    __test__ = False  # as above

    tests: tuple[Test, ...] = ()
    """The tests."""
