"""The timeline of a postmortem: the entries that tell the story, in the document's words.

What people wrote is repeated as they wrote it. What belongs together, because it happened in one
minute, stands in one line: `15:30 - IC declares SEV-1, incident channel created`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec
from msgspec.structs import replace

from triaged.core.records.model import ChainedEntry
from triaged.core.records.practice.notes import NoteKind
from triaged.core.text.wording import clean, zone_of
from triaged.core.time.durations import MINUTE

LINE_MAX = 200
LINES_MAX = 400
"""Lines of a timeline: what is left out of a longer one stands on the incident's own."""

ESCALATIONS_TOLD = 20
"""Lines about escalation and alerts that joined; a storm has thousands."""

OPENED_BY_HAND = "declared"
"""Reason of an incident that a person declared."""

MITIGATION = "Mitigation"

WORDED = frozenset(
    {"incident.opened", "incident.acknowledged", "severity.changed", "incident.resolved"}
)
"""Entries that are told in words of ours, also where somebody has marked them."""

TOLD = frozenset(
    {
        "incident.reopened",
        "incident.merged",
        "incident.split",
        "incident.restored",
        "status.posted",
        "drill.started",
    }
)
"""Entries whose text is told as it stands."""

MANY = frozenset({"incident.escalated", "target.missed", "alerts.joined"})
"""The same, for the first `ESCALATIONS_TOLD` of them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Said(msgspec.Struct, frozen=True):
    """What one entry adds to a line."""

    at: int
    words: str
    kind: str


def timeline_lines(
    entries: Sequence[ChainedEntry], alert: str, severity: str, timezone: str
) -> list[str]:
    """The lines, in the order in which things happened.

    `alert` is what the first alert says, and `severity` the one that the incident opened with.
    """
    zone = zone_of(timezone)
    said = list(_said(sorted(_in_force(entries), key=_place), alert, severity))
    lines = []
    first_day = ""
    for at, words in _lines(said):
        local = _local(at, zone)
        day = f"{local:%Y-%m-%d}"
        first_day = first_day or day
        moment = f"{local:%H:%M}" if day == first_day else f"{local:%Y-%m-%d %H:%M}"
        lines.append(f"{moment} - {clean(words, LINE_MAX)}")
    if len(lines) > LINES_MAX:
        left_out = len(lines) - LINES_MAX
        half = LINES_MAX // 2
        return [*lines[:half], f"… {left_out} further lines …", *lines[-half:]]
    return lines


def _place(entry: ChainedEntry) -> tuple[int, int]:
    return entry.at, entry.seq


def _in_force(entries: Sequence[ChainedEntry]) -> Iterator[ChainedEntry]:
    """The entries as they were corrected, each in its place, with what they were marked as."""
    roots: dict[int, int] = {}
    """Correction → the entry that it, or the correction that it corrects, is about."""
    texts: dict[int, str] = {}
    marks: dict[int, str] = {}
    for entry in entries:
        if entry.kind == "correction":
            about = _whole(entry.data.get("corrects"))
            roots[entry.seq] = roots.get(about, about)
            texts[roots[entry.seq]] = entry.text
        elif entry.kind == "marker":
            about = _whole(entry.data.get("marks"))
            marks[roots.get(about, about)] = str(entry.data.get("marker", "")).replace("_", " ")
    for entry in entries:
        if entry.kind in ("correction", "marker"):
            continue
        text, mark = texts.get(entry.seq), marks.get(entry.seq)
        if text is None and mark is None:
            yield entry  # nearly all
            continue
        kept = text is None and entry.kind in WORDED
        data = entry.data if mark is None else {**entry.data, "mark": mark}
        kind = entry.kind if kept else "note"
        yield replace(entry, kind=kind, text=text or entry.text, data=data)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _said(entries: Iterable[ChainedEntry], alert: str, severity: str) -> Iterator[_Said]:
    """What each entry that is told adds."""
    commander: object = None
    acknowledged = False
    opened_at: int | None = None
    many = 0
    for entry in entries:
        words = ""
        data = entry.data
        match entry.kind:
            case "incident.opened":
                severity = str(data.get("severity", severity))
                words = _opening(entry, alert)
                opened_at = entry.at
            case "alerts.joined" if entry.at == opened_at:
                pass  # the alert that opened it
            case "incident.acknowledged":
                words = "Acknowledged again" if acknowledged else "On-call acknowledges"
                words += "" if acknowledged else ", begins investigation"
                acknowledged = True
            case "role.changed" if data.get("role") == "incident_commander":
                words = _command(commander, data.get("to"), severity)
                commander = data.get("to")
            case "severity.changed":
                words = _severity(entry, commander, severity)
                severity = str(data.get("to", severity))
            case "link.added" if data.get("link") == "room":
                words = "incident channel created"
            case "phase.changed" if data.get("to") == "mitigation":
                words = MITIGATION
            case "incident.resolved":
                words = "Resolved"
            case "incident.exhausted":
                words = "Every step of the escalation policy has fired"
            case "note":
                words = _note(entry)
            case kind if kind in TOLD:
                words = entry.text
            case kind if kind in MANY and many < ESCALATIONS_TOLD:
                many += 1
                words = _capital(entry.text)
            case _:
                pass
        if words:
            mark = f" [{data['mark']}]" if "mark" in data else ""
            yield _Said(entry.at, words + mark, entry.kind)


def _note(entry: ChainedEntry) -> str:
    """What a person wrote; a fix says that it is one."""
    text = entry.text
    is_fix = entry.data.get("kind") == NoteKind.FIX
    return f"{MITIGATION}: {text}" if is_fix and not text.startswith(MITIGATION) else text


def _opening(entry: ChainedEntry, alert: str) -> str:
    if entry.data.get("reason") == OPENED_BY_HAND:
        return f"Declared: {entry.text}"
    return f"Alert: {alert or entry.text}"


def _command(before: object, after: object, severity: str) -> str:
    if after is None:
        return ""
    return f"Command handed over to @{after}" if before else f"IC declares {severity}"


def _severity(entry: ChainedEntry, commander: object, before: str) -> str:
    after = str(entry.data.get("to", ""))
    if commander is not None and entry.actor == commander:
        return f"IC declares {after}"
    if after == before:
        return ""
    return f"Severity {'raised' if after < before else 'lowered'} to {after}"


def _lines(said: Sequence[_Said]) -> Iterator[tuple[int, str]]:
    """(instant, words) of each line; what belongs together in one minute is joined."""
    index = 0
    while index < len(said):
        first = said[index]
        words = first.words
        index += 1
        while index < len(said) and (more := _joined(words, first, said[index])) is not None:
            words = more
            index += 1
        yield first.at, words


def _joined(words: str, first: _Said, after: _Said) -> str | None:
    """The words of both, where the second belongs to the first and to its minute."""
    if after.at // MINUTE != first.at // MINUTE:
        return None
    if after.words == words or (after.words and words.startswith(f"{after.words},")):
        return words
    match first.kind, after.kind:
        case "role.changed", "severity.changed":
            return after.words
        case (("role.changed" | "severity.changed" | "incident.opened"), "link.added"):
            return f"{words}, {after.words}"
        case "incident.resolved", "note":
            return f"{words}, {after.words}"
        case "phase.changed", "note":
            begins = after.words.casefold().startswith(words.casefold())
            return after.words if begins else f"{words}: {after.words}"
        case "note", "phase.changed" if words.casefold().startswith(after.words.casefold()):
            return words
        case "note", "phase.changed" if after.at == first.at:  # one act made both entries
            return f"{after.words}: {words}"
        case _:
            return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _local(at: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)
