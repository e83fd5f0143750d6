"""The keys of a scenario file. These docstrings are the reference: one for each key."""

import re
from typing import Annotated

import msgspec

from triaged.core.records.model import Severity
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import HOUR
from triaged.yamlschema.schema import Duration
from triaged.yamlschema.values import Scalar, quoted

SPEED_MAX = 60
CLOCK_WANTED = f"`real`, or how many times faster the scenario goes, from x1 to x{SPEED_MAX}"

_CLOCK = re.compile(r"x(\d{1,2})", re.ASCII)


def parse_clock(text: str) -> int:
    """1 for `real`, 60 for `x60`; ValueError says what is allowed."""
    if text == "real":
        return 1
    match = _CLOCK.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= SPEED_MAX:
        raise ValueError(f"expected {CLOCK_WANTED}, got {quoted(text)}")
    return int(match[1])


def show_clock(speed: int) -> str:
    """`x60` for 60."""
    return "real" if speed == 1 else f"x{speed}"


Clock = Annotated[int, Scalar(parse_clock, CLOCK_WANTED, r"^(real|x\d{1,2})$", show_clock)]


class Injected(msgspec.Struct, frozen=True):
    """Alerts that are reported at a time of the scenario."""

    at: Duration
    """Time from the beginning. The first is at `0s`: it opens the incident."""
    alert: dict[str, str]
    """Labels of the alert. The rules in force classify it."""
    annotations: dict[str, str] = {}
    """Annotations of the alert: its summary and description are shown to whoever is paged."""
    repeat: dict[str, int] = {}
    """Number of alerts, which differ in this label: its values are 1, 2, 3 …"""
    ends: bool = False
    """`true`: the alert with these labels is over."""
    source: str = "alertmanager"
    """Source that the rules see."""


class Question(msgspec.Struct, frozen=True):
    """Question to the table."""

    at: Duration
    """Time from the beginning."""
    ask: str
    """The question."""
    to: Role | None = None
    """Role whose holder is asked. Unset, or where nobody has the role: all participants."""


class Expected(msgspec.Struct, frozen=True):
    """Times within which things are expected, each from the beginning."""

    ack: Duration | None = None
    """Somebody has acknowledged the incident."""
    roles: Duration | None = None
    """Commander, technical lead and communications lead are known."""
    first_update: Duration | None = None
    """The first internal update was sent."""
    customer_draft: Duration | None = None
    """The communications lead has answered what customers should hear: the first answer to a
    question to that role."""
    cadence: Duration | None = None
    """The longest time between two internal updates."""


class ScenarioFile(msgspec.Struct, frozen=True):
    """Scenario of a drill."""

    name: str
    """Name of the scenario: the report compares with the last drill of this name."""
    inject: tuple[Injected, ...]
    """Alerts, in the order of their times."""
    about: str = ""
    """What is practised, in a sentence or two, for whoever runs it."""
    severity: Severity | None = None
    """Severity that the incident should have in the end, by the rules or by a person's choice."""
    services: tuple[str, ...] = ()
    """Services that the scenario is about."""
    clock: Clock = 1
    """`real`, or how many times faster the times of this file pass, such as `x60`. Targets of the
    report are compressed likewise."""
    length: Duration = HOUR
    """Time after which the drill ends unless it was resolved or aborted before."""
    prompts: tuple[Question, ...] = ()
    """Questions, in the order of their times."""
    expect: Expected = Expected()
    """Times that the report measures against."""
    participants: tuple[str, ...] = ()
    """People who take part. Unset: whoever starts the drill names them, or watches the console."""
