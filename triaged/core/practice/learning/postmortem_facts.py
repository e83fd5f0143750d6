"""Figures of an incident that its timeline tells: computed, never asked for. Spans are µs."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from triaged.core.records.actors import is_person
from triaged.core.records.model import ChainedEntry, Incident, Phase, Response
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.time.durations import MINUTE


class PastIncident(msgspec.Struct, frozen=True):
    """An incident of the past that resembles this one, and what became of its action items."""

    id: str
    title: str
    day: str
    """The day on which it opened, `2026-02-01`."""
    done: int
    """Its action items that are done."""
    unfinished: tuple[str, ...]
    """The texts of those that are neither done nor cancelled."""


class Account(msgspec.Struct, frozen=True):
    """Everything that a postmortem is drafted from."""

    incident: Incident
    entries: Sequence[ChainedEntry]
    """Of its timeline, in order."""
    alert: str = ""
    """What its first alert says; empty: it has none."""
    peak_alerts: int | None = None
    """The most alerts that fired at one instant; None: no alert has been kept."""
    actions: Sequence[ActionItem] = ()
    similar: Sequence[PastIncident] = ()
    timezone: str = "UTC"


class Figures(msgspec.Struct, frozen=True):
    """The computed part of a postmortem."""

    duration_us: int
    """From the opening to the last resolve, or to the last entry."""
    severities: Mapping[str, int]
    """By severity: the time in it."""
    phases: Mapping[str, int]
    """By phase: the time in it, up to the resolve."""
    response: Response
    acknowledged_after_us: int | None
    """First page → first acknowledgement; None: one of them did not happen."""
    updates: int
    """Internal updates that were posted or missed."""
    updates_on_time: int
    peak_alerts: int | None
    people: tuple[str, ...]
    """Whoever acted, in order."""
    status_posts: int
    head: str
    """Hash of the last timeline entry, hex."""
    head_seq: int


def figures_of(account: Account) -> Figures:
    """The figures, from one pass over the timeline."""
    incident, entries = account.incident, account.entries
    end = incident.resolved_at
    if end is None:
        end = max((entry.at for entry in entries), default=incident.opened_at)
    opened = _first_severity(entries) or str(incident.severity)
    on_time, updates = updates_kept((entry.kind, _late_us(entry)) for entry in entries)
    return Figures(
        duration_us=max(end - incident.opened_at, 0),
        severities=_spans(entries, "severity.changed", (incident.opened_at, end), opened),
        phases=_spans(entries, "phase.changed", (incident.opened_at, end), Phase.DETECTION),
        response=incident.response,
        acknowledged_after_us=_acknowledged_after(entries),
        updates=updates,
        updates_on_time=on_time,
        peak_alerts=account.peak_alerts,
        people=tuple(dict.fromkeys(_people(entries))),
        status_posts=sum(entry.kind == "status.posted" for entry in entries),
        head=incident.chain,
        head_seq=incident.entries,
    )


def _first_severity(entries: Iterable[ChainedEntry]) -> str | None:
    """The severity with which the incident opened, as its first entries tell."""
    for entry in entries:
        if entry.kind == "incident.opened" and "severity" in entry.data:
            return str(entry.data["severity"])
        if entry.kind == "severity.changed":
            return str(entry.data.get("from"))
    return None


def _spans(
    entries: Iterable[ChainedEntry], kind: str, period: tuple[int, int], first: str
) -> dict[str, int]:
    """The time in each value of what entries of `kind` change, within [start, end)."""
    since, end = period
    value = str(first)
    found: dict[str, int] = {}
    for entry in entries:
        if entry.kind != kind or entry.at >= end:
            continue
        found[value] = found.get(value, 0) + max(entry.at - since, 0)
        value, since = str(entry.data.get("to", value)), max(entry.at, since)
    found[value] = found.get(value, 0) + max(end - since, 0)
    return {name: us for name, us in found.items() if us}


def _acknowledged_after(entries: Iterable[ChainedEntry]) -> int | None:
    paged: int | None = None
    for entry in entries:
        if entry.kind == "page.sent" and paged is None:
            paged = entry.at
        if entry.kind == "incident.acknowledged":
            return None if paged is None else entry.at - paged
    return None


def updates_kept(updates: Iterable[tuple[str, int | None]]) -> tuple[int, int]:
    """(updates on time, all that were promised), from (kind, `late_us`) of the entries about them.

    A late one is either posted late, or missed.
    """
    on_time = promised = missed = 0
    for kind, late_us in updates:
        if kind == "update.posted":
            promised += 1
            on_time += late_us is None or late_us < MINUTE
            missed -= missed > 0
        elif kind == "update.late":
            missed = 1
    return on_time, promised + missed


def _late_us(entry: ChainedEntry) -> int | None:
    late_us = entry.data.get("late_us")
    return late_us if isinstance(late_us, int) else None


def _people(entries: Iterable[ChainedEntry]) -> Iterable[str]:
    return (entry.actor for entry in entries if is_person(entry.actor))


def peak_of(spans: Iterable[tuple[int, int | None]]) -> int | None:
    """The most of these [start, end) that run at one instant; an end of None is open."""
    steps: list[tuple[int, int]] = []
    for start, end in spans:
        steps.append((start, 1))
        if end is not None:
            steps.append((max(end, start + 1), -1))
    running = peak = 0
    for _, step in sorted(steps):
        running += step
        peak = max(peak, running)
    return peak if steps else None
