"""The course of an incident: the instants and spans of its timeline that figures are made of."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from triaged.core.practice.learning.postmortem_facts import updates_kept
from triaged.core.records.actors import is_person
from triaged.core.records.model import Phase, Response, Severity, State

KINDS = frozenset(
    {"incident.acknowledged", "page.sent", "phase.changed", "update.late", "update.posted"}
)
"""Kinds of entries that are read, besides those by people."""

WITH_DATA = frozenset({"page.sent", "phase.changed", "update.posted"})
"""Kinds of entries of which the data are read."""


class Begun(msgspec.Struct, frozen=True, gc=False):
    """The part of an incident's work that is read."""

    declared_at: int | None = None


class Brief(msgspec.Struct, frozen=True, gc=False):
    """The part of an incident's row that is read; the whole one takes five times longer."""

    number: int
    severity: Severity
    opened_at: int
    state: State = State.OPEN
    phase: Phase = Phase.DETECTION
    kind: Literal["incident", "drill", "notice"] = "incident"
    team: str | None = None
    response: Response = Response.ON_TRACK
    resolved_at: int | None = None
    work: Begun | UnsetType = UNSET


class MarkData(msgspec.Struct, frozen=True, gc=False):
    """The data of an entry that are read."""

    person: str = ""
    channel: str = ""
    before: str = msgspec.field(name="from", default="")
    to: str = ""
    late_us: int | None = None


class Mark(msgspec.Struct, frozen=True, gc=False):
    """An entry of a timeline, as far as it is read."""

    at: int
    kind: str
    actor: str
    data: MarkData


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A page that went out."""

    at: int
    whom: str
    """A person's id; `channel:<name>` where there is no person."""


class Course(msgspec.Struct, frozen=True, gc=False):
    """Facts of one incident for figures; None: it did not happen."""

    brief: Brief
    pages: tuple[Sent, ...] = ()
    acknowledged_at: int | None = None
    """The first acknowledgement."""
    declared_at: int | None = None
    mitigated_at: int | None = None
    """The beginning of the first mitigation."""
    phases: Mapping[Phase, int] = {}
    """The time in each phase that is over."""
    updates: int = 0
    """Updates that were promised: posted or missed."""
    updates_on_time: int = 0
    acted: bool = False
    """Whether anybody did anything about it."""


def course_of(brief: Brief, marks: Iterable[Mark]) -> Course:
    """The course, from one pass over the entries of an incident, which are in order."""
    pages: list[Sent] = []
    updates: list[tuple[str, int | None]] = []
    phases: dict[Phase, int] = {}
    acknowledged_at = mitigated_at = None
    acted = False
    since = brief.opened_at
    for mark in marks:
        acted = acted or is_person(mark.actor)
        match mark.kind:
            case "page.sent":
                whom = mark.data.person or f"channel:{mark.data.channel}"
                pages.append(Sent(mark.at, whom))
            case "incident.acknowledged":
                acknowledged_at = mark.at if acknowledged_at is None else acknowledged_at
            case "phase.changed":
                _add(phases, Phase(mark.data.before), mark.at - since)
                since = max(mark.at, since)
                if mitigated_at is None and mark.data.to == Phase.MITIGATION:
                    mitigated_at = mark.at
            case "update.posted" | "update.late":
                updates.append((mark.kind, mark.data.late_us))
            case _:
                pass  # an act, whatever it was
    if brief.resolved_at is not None:
        _add(phases, brief.phase, brief.resolved_at - since)
    on_time, promised = updates_kept(updates)
    return Course(
        brief=brief,
        pages=tuple(pages),
        acknowledged_at=acknowledged_at,
        declared_at=None if brief.work is UNSET else brief.work.declared_at,
        mitigated_at=mitigated_at,
        phases=phases,
        updates=promised,
        updates_on_time=on_time,
        acted=acted,
    )


def _add(phases: dict[Phase, int], phase: Phase, us: int) -> None:
    if us > 0:
        phases[phase] = phases.get(phase, 0) + us
