"""Postmortems and action items as JSON shows them."""

from typing import Literal

import msgspec

from triaged.core.practice.learning.blameless import Blame
from triaged.core.practice.learning.postmortem_facts import Figures, PastIncident
from triaged.core.records.model import Incident, Severity, incident_id
from triaged.core.records.practice.action_items import (
    ActionItem,
    ActionKind,
    ActionState,
    Priority,
)
from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    PostmortemState,
)
from triaged.wire import Instant, instant_text, instant_text_or_none


class ActionItemDocument(msgspec.Struct, frozen=True):
    """An action item."""

    id: str
    incident: str
    kind: ActionKind
    priority: Priority
    text: str
    owner: str
    due: str
    """The last day for it, `2026-03-06`."""
    due_note: str | None
    """Said where the date was moved to a working day."""
    state: ActionState
    overdue: bool
    reason: str | None
    """Why it was cancelled."""
    tracker: str | None
    """The integration whose tracker has an issue for it."""
    tracker_ref: str | None
    tracker_url: str | None
    created_at: Instant
    created_by: str
    updated_at: Instant


def action_item_document(item: ActionItem, today: str) -> ActionItemDocument:
    """An action item as answers show it on `today`, an ISO date."""
    return ActionItemDocument(
        id=item.id,
        incident=incident_id(item.incident),
        kind=item.kind,
        priority=item.priority,
        text=item.text,
        owner=item.owner,
        due=item.due,
        due_note=item.due_note or None,
        state=item.state,
        overdue=item.is_unfinished and item.due < today,
        reason=item.reason or None,
        tracker=item.tracker or None,
        tracker_ref=item.tracker_ref or None,
        tracker_url=item.tracker_url or None,
        created_at=instant_text(item.created_at),
        created_by=item.by,
        updated_at=instant_text(item.updated_at),
    )


class FiguresDocument(msgspec.Struct, frozen=True):
    """The computed part of a postmortem; spans are seconds."""

    duration_seconds: int
    severities: dict[str, int]
    phases: dict[str, int]
    response: str
    first_page_to_acknowledgement_seconds: int | None
    updates: int
    updates_on_time: int
    peak_alerts: int | None
    people: list[str]
    status_posts: int


class SimilarDocument(msgspec.Struct, frozen=True):
    """A similar incident of the past, and what became of its action items."""

    incident: str
    title: str
    day: str
    done: int
    unfinished: list[str]


class BlameDocument(msgspec.Struct, frozen=True):
    """A place that puts a fault on a person, and what could stand there instead."""

    line: int
    column: int
    text: str
    suggestion: str


class TimelineHead(msgspec.Struct, frozen=True):
    """The last entry of the incident's timeline: no earlier one can change without it."""

    entries: int
    hash: str


class PostmortemDocument(msgspec.Struct, frozen=True):
    """A postmortem. Until somebody writes one, its text is the draft made of facts."""

    incident: str
    title: str
    state: PostmortemState
    required: bool
    due_at: Instant | None
    revision: int
    """0: nobody has written anything."""
    hash: str
    """SHA-256 of the text."""
    updated_at: Instant | None
    updated_by: str | None
    published_at: Instant | None
    published_by: str | None
    waived_by: str | None
    reason: str | None
    """Why it was waived."""
    text: str
    """Markdown."""
    missing: list[str]
    """What is to be done before it can be published."""
    lint: list[BlameDocument]
    """Sentences that put a fault on a person; they forbid nothing."""
    actions: list[ActionItemDocument]
    figures: FiguresDocument
    similar: list[SimilarDocument]
    timeline_head: TimelineHead
    file: str
    """The name of the exported file."""


class PostmortemSummary(msgspec.Struct, frozen=True):
    """A postmortem in a list."""

    incident: str
    title: str
    severity: Severity
    state: PostmortemState
    due_at: Instant | None
    """Null, too, where it is published or waived."""
    overdue: bool
    revision: int
    updated_at: Instant | None
    updated_by: str | None


def postmortem_summary(row: Postmortem, incident: Incident, now: int) -> PostmortemSummary:
    """A postmortem as lists show it."""
    return PostmortemSummary(
        incident=incident.id,
        title=incident.title,
        severity=incident.severity,
        state=row.state,
        due_at=instant_text_or_none(row.due_at),
        overdue=row.due_at is not None and row.due_at < now,
        revision=row.revision,
        updated_at=instant_text(row.updated_at) if row.updated_at else None,
        updated_by=row.by or None,
    )


class RevisionDocument(msgspec.Struct, frozen=True):
    """A text of a postmortem, without the text."""

    id: str
    number: int
    status: Literal["saved", "unmerged"]
    at: Instant
    by: str
    hash: str
    base: int


class RevisionTextDocument(RevisionDocument, frozen=True):
    """A text of a postmortem."""

    text: str


def revision_document(row: PostmortemRevision) -> RevisionDocument:
    """A revision as a list shows it."""
    return RevisionDocument(
        row.id, row.number, row.status, instant_text(row.at), row.by, row.hash, row.base
    )


def revision_text_document(row: PostmortemRevision) -> RevisionTextDocument:
    """A revision with its text."""
    return RevisionTextDocument(**msgspec.structs.asdict(revision_document(row)), text=row.text)


class Readings(msgspec.Struct, frozen=True):
    """What is said of a postmortem beside its row."""

    title: str
    required: bool
    text: str
    hash: str
    missing: list[str]
    lint: list[Blame]
    actions: list[ActionItemDocument]
    figures: Figures
    similar: list[PastIncident]
    file: str


def postmortem_document(row: Postmortem, found: Readings) -> PostmortemDocument:
    """A postmortem as answers show it."""
    return PostmortemDocument(
        incident=incident_id(row.incident),
        title=found.title,
        state=row.state,
        required=found.required,
        due_at=instant_text_or_none(row.due_at),
        revision=row.revision,
        hash=found.hash,
        updated_at=instant_text(row.updated_at) if row.updated_at else None,
        updated_by=row.by or None,
        published_at=instant_text_or_none(row.published_at),
        published_by=row.published_by or None,
        waived_by=row.waived_by or None,
        reason=row.reason or None,
        text=found.text,
        missing=found.missing,
        lint=[BlameDocument(*msgspec.structs.astuple(blame)) for blame in found.lint],
        actions=found.actions,
        figures=_figures(found.figures),
        similar=[
            SimilarDocument(one.id, one.title, one.day, one.done, list(one.unfinished))
            for one in found.similar
        ],
        timeline_head=TimelineHead(found.figures.head_seq, found.figures.head),
        file=found.file,
    )


def _figures(figures: Figures) -> FiguresDocument:
    acknowledged = figures.acknowledged_after_us
    return FiguresDocument(
        duration_seconds=figures.duration_us // 1_000_000,
        severities={name: us // 1_000_000 for name, us in figures.severities.items()},
        phases={name: us // 1_000_000 for name, us in figures.phases.items()},
        response=figures.response,
        first_page_to_acknowledgement_seconds=(
            None if acknowledged is None else acknowledged // 1_000_000
        ),
        updates=figures.updates,
        updates_on_time=figures.updates_on_time,
        peak_alerts=figures.peak_alerts,
        people=list(figures.people),
        status_posts=figures.status_posts,
    )
