"""Drills: an incident on purpose, from a scenario. Instants and lengths of time are µs."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.severity import Severity

DRILL_MARK = "[DRILL]"
"""The beginning of whatever is said about a drill."""

DESK = "channel:console"
"""The contact of every message of a drill that pages nobody: the console of the daemon. No contact
of a person has a colon in its name."""


class Drilled(msgspec.Struct, frozen=True, gc=False):
    """On an incident: the drill that it belongs to."""

    id: str
    console: str | None
    """The channel of all of its messages; None: they go by the contacts of people, as those of an
    incident do."""


class Injection(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Alerts that the scenario reports, so long after its beginning."""

    at: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str] = {}
    repeat: Mapping[str, int] = {}
    """Label → number of alerts that differ in it: its values are 1, 2, 3 …"""
    ends: bool = False
    """True: the alerts are over."""
    source: str = "alertmanager"
    """The source that rules see."""


class Prompt(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A question to a role, or to all participants, so long after the beginning."""

    at: int
    ask: str
    to: Role | None = None


class DrillTargets(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The times, from the beginning, within which a scenario expects each thing; None: any."""

    ack: int | None = None
    roles: int | None = None
    """The three roles are held."""
    first_update: int | None = None
    customer_draft: int | None = None
    """The communications lead has answered a question, or drafted a post of the status page."""
    cadence: int | None = None
    """The longest time between two updates."""


class Scenario(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A scenario as its file says. Its times are those of the clock `x1`."""

    name: str
    inject: tuple[Injection, ...]
    length: int
    """How long the drill goes on unless it is ended before."""
    about: str = ""
    severity: Severity | None = None
    """The severity that the incident should have in the end."""
    services: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    expect: DrillTargets = DrillTargets()
    participants: tuple[str, ...] = ()


class DrillState(StrEnum):
    """State of a drill."""

    RUNNING = "running"
    ENDED = "ended"
    ABORTED = "aborted"


class DrillRun(PracticeRow, frozen=True, gc=False, omit_defaults=True):
    """A drill. `id` is random, and part of the key of its incident."""

    incident: int
    scenario: Scenario
    started_at: int
    by: str
    participants: tuple[str, ...] = ()
    pages: bool = False
    speed: int = 1
    """How many times faster than its file says the scenario goes."""
    done: int = 0
    """Number of injections and questions that have been done, in the order of their times."""
    firing: Mapping[str, str] = {}
    """Fingerprint → severity ("": no rule set one) of the alerts that fire in it."""
    state: DrillState = DrillState.RUNNING
    ended_at: int | None = None
    ended_by: str = ""
    reason: str = ""
    """Why it was aborted."""


class DrillStarted(msgspec.Struct, frozen=True):
    """Somebody starts a drill; `id` is new."""

    by: str
    id: str
    scenario: Scenario
    participants: tuple[str, ...] = ()
    pages: bool = False
    speed: int = 1
    received_at: int = 0


class DrillAnswered(msgspec.Struct, frozen=True):
    """Somebody answers a question of the drill; None: the one that was asked last."""

    incident: int
    by: str
    text: str
    prompt: int | None = None


class DrillAborted(msgspec.Struct, frozen=True):
    """Somebody ends the drill before its time."""

    incident: int
    by: str
    reason: str = ""


DrillEvent = DrillStarted | DrillAnswered | DrillAborted
