"""An incident as its page shows it: alerts as a table, pages by step, entries of the timeline."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from triaged.core.records.actors import is_person
from triaged.core.records.model import ChainedEntry, Incident, Page, PageKind, PageState, State
from triaged.core.records.resolving import ResolveWhen
from triaged.core.settings import Settings
from triaged.core.text.history import LEFT_OUT, sentence
from triaged.core.text.labels import in_order
from triaged.core.text.wording import clean, link
from triaged.store.tables.observed_alerts import ObservedAlert
from triaged.web._console.clock import Clock, long_span
from triaged.web._console.rows import Word

COLUMNS_MAX = 3
"""Labels that are columns; further ones stand together in the last one."""

CELL_MAX = 120
TEXT_MAX = 2000
NAME_MAX = 60
ERROR_MAX = 160
KEY_KINDS = frozenset(
    {
        "incident.opened",
        "incident.acknowledged",
        "incident.resolved",
        "incident.reopened",
        "severity.changed",
        "target.missed",
        "incident.exhausted",
    }
)
"""Kinds of entries that are read first."""

VIEWS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "people": (),
    "pages": ("page.", "update.", "target.", "incident.escalated", "incident.exhausted"),
    "alerts": ("alert.", "alerts.", "incident.opened", "incident.resolved", "incident.reopened"),
}
"""Views of the timeline, with the beginnings of the kinds that they show."""


class AlertRow(msgspec.Struct, frozen=True):
    """An alert: the labels that set it apart."""

    firing: bool
    cells: tuple[str, ...]
    rest: str
    since: int
    source: str
    fingerprint: str
    url: str


class AlertTable(msgspec.Struct, frozen=True):
    """The alerts of an incident: what they share once, what differs in columns."""

    shared: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[AlertRow, ...]
    has_rest: bool
    more: int
    """Alerts that are not shown."""


class Attempt(msgspec.Struct, frozen=True):
    """A page by one contact: what became of it."""

    contact: str
    state: Word
    at: int | None


class PagedStep(msgspec.Struct, frozen=True):
    """A person who was paged at an instant, by one or more contacts."""

    at: int
    whom: str
    attempts: tuple[Attempt, ...]


class Said(msgspec.Struct, frozen=True):
    """An entry of the timeline."""

    at: int
    recorded_at: int
    text: str
    is_key: bool
    is_said: bool
    """A person wrote it."""
    seq: int


def alert_table(
    incident: Incident, alerts: Sequence[ObservedAlert], settings: Settings, total: int
) -> AlertTable:
    """The alerts as a table."""
    labels = [one.labels for one in alerts]
    common = set.intersection(*(set(each.items()) for each in labels)) if labels else set()
    hidden = settings.exporters.of_scrape(incident.labels)
    shared = in_order(dict(common), set(hidden))
    names: dict[str, None] = {}
    for each in labels:
        names |= dict.fromkeys(name for name, value in each.items() if (name, value) not in common)
    ordered = list(in_order(dict.fromkeys(names, ""), set()))
    columns = tuple(ordered[:COLUMNS_MAX])
    rows = tuple(_alert_row(one, columns, ordered[COLUMNS_MAX:]) for one in alerts)
    return AlertTable(
        shared=shared,
        columns=columns,
        rows=rows,
        has_rest=any(row.rest for row in rows),
        more=max(0, total - len(alerts)),
    )


def _alert_row(one: ObservedAlert, columns: Sequence[str], others: Sequence[str]) -> AlertRow:
    labels = one.labels
    rest = " ".join(f"{name}={labels[name]}" for name in others if name in labels)
    return AlertRow(
        firing=one.alert.firing,
        cells=tuple(clean(labels.get(name, ""), CELL_MAX) for name in columns),
        rest=clean(rest, CELL_MAX),
        since=one.alert.starts_at,
        source=one.alert.source,
        fingerprint=one.alert.fingerprint,
        url=link(one.alert.url) or "",
    )


def paged_steps(incident: Incident, pages: Sequence[Page], clock: Clock) -> list[PagedStep]:
    """Who was paged since the incident was armed last, the first one first."""
    epoch = incident.escalation.epoch
    groups: dict[tuple[object, str], list[Page]] = {}
    for page in pages:
        if page.kind is PageKind.PAGE and page.epoch == epoch:
            whom = page.recipient.person or f"channel {page.recipient.contact}"
            groups.setdefault((str(page.step_id), whom), []).append(page)
    return [
        PagedStep(
            at=min(page.created_at for page in group),
            whom=clean(whom, NAME_MAX),
            attempts=tuple(_attempt(page, clock) for page in group),
        )
        for (_, whom), group in groups.items()
    ]


def _attempt(page: Page, clock: Clock) -> Attempt:
    contact = clean(page.recipient.contact, NAME_MAX)
    match page.state:
        case PageState.SENT:
            return Attempt(contact, Word("delivered", "good"), page.sent_at)
        case PageState.FAILED:
            why = f": {clean(page.error, ERROR_MAX)}" if page.error else ""
            return Attempt(contact, Word(f"refused{why}", "bad"), None)
        case PageState.SUPERSEDED:
            return Attempt(contact, Word("not sent, no longer needed", "soft"), None)
        case PageState.DUE if page.error:
            text = f"held: {clean(page.error, ERROR_MAX)}; next try"
            return Attempt(contact, Word(text, "warn"), page.due_at)
        case PageState.DUE if page.due_at > clock.now:
            return Attempt(contact, Word("goes out", "soft"), page.due_at)
        case _:
            return Attempt(contact, Word("is being sent", "soft"), None)


def said(entries: Sequence[ChainedEntry], view: str) -> Iterator[Said]:
    """The entries of a view, the newest first."""
    for entry in reversed(entries):
        if entry.kind in LEFT_OUT or not _is_in(entry, view):
            continue
        yield Said(
            at=entry.at,
            recorded_at=entry.recorded_at,
            text=clean(sentence(entry), TEXT_MAX),
            is_key=entry.kind in KEY_KINDS or "marker" in entry.data,
            is_said=entry.kind == "note" and is_person(entry.actor),
            seq=entry.seq,
        )


def _is_in(entry: ChainedEntry, view: str) -> bool:
    if view == "people":
        return is_person(entry.actor)
    return view == "all" or entry.kind.startswith(VIEWS[view])


def resolves_words(incident: Incident) -> str:
    """When the incident resolves by itself."""
    hold = f" for {long_span(incident.resolve.hold_us)}" if incident.resolve.hold_us else ""
    match incident.resolve.when:
        case ResolveWhen.ALL:
            return f"when no alert fires{hold}"
        case ResolveWhen.NEVER:
            return "by hand only"
        case when:
            return f"when its {when} alert is over{hold}"


def verbs(incident: Incident) -> tuple[str, ...]:
    """What a responder may do with the incident besides adding notes, as its state allows."""
    match incident.state:
        case State.OPEN:
            return ("acknowledge", "escalate", "snooze", "assign", "severity", "resolve")
        case State.ACKNOWLEDGED:
            return ("escalate", "snooze", "assign", "severity", "resolve", "unacknowledge")
        case State.RESOLVED:
            return ("reopen", "close")
        case _:
            return ()
