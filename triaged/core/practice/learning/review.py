"""The review: the document's anti-patterns as checks over what happened in a time.

Each section has the consequence and the fix of its anti-pattern. People are named where that is
the fact, as on the timeline, and nothing is said about them. Pure, from rows that were read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.practice.learning.courses import Sent
from triaged.core.practice.learning.figures import load_of
from triaged.core.practice.learning.postmortem_facts import PastIncident
from triaged.core.practice.phases import BEGINS, DEBUGGING_MAX, DEBUGGING_US
from triaged.core.records.actors import is_person
from triaged.core.records.model import ChainedEntry, Incident, incident_id
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.core.text.learning.figures import number_of, time_text
from triaged.core.text.wording import clean
from triaged.core.time.durations import MINUTE
from triaged.core.time.nights import NIGHT_TEXT

FINDINGS_MAX = 20
"""Findings of one section that are listed; the others are counted."""

NOISE_MIN = 3
"""Incidents of one alert that paged and on which nobody acted, from which on it is noise."""

TITLE_MAX, TEXT_MAX = 60, 120


class Topic(StrEnum):
    """The sections, in the order of the review."""

    UNCLASSIFIED = "unclassified"
    DEBUGGING = "commanders_debugging"
    BLAME = "blame"
    POSTMORTEMS = "postmortems"
    ACTION_ITEMS = "action_items"
    REPEATS = "repeats"
    UPDATES = "late_updates"
    STATUS_PAGE = "status_page"
    NIGHTS = "nights"
    NOISE = "noise"


class AntiPattern(msgspec.Struct, frozen=True):
    """What a section is about: the consequence, the fix, and the sentence where all is well."""

    title: str
    consequence: str
    fix: str
    well: str


ANTI_PATTERNS: Mapping[Topic, AntiPattern] = {
    Topic.UNCLASSIFIED: AntiPattern(
        "Unclassified alerts",
        "Every incident is a fire drill",
        "Classify, respond appropriately",
        "a rule gave every alert its severity",
    ),
    Topic.DEBUGGING: AntiPattern(
        "Commanders who also debugged",
        "Nobody coordinating response",
        "Separate coordination from investigation",
        "whoever commanded did not debug",
    ),
    Topic.BLAME: AntiPattern(
        "Blame in postmortems",
        "People hide mistakes",
        "Blameless postmortems",
        "no postmortem puts a fault on a person",
    ),
    Topic.POSTMORTEMS: AntiPattern(
        "Missing postmortems",
        "Same incident recurs",
        "Postmortem + action items after every SEV-1/2",
        "no postmortem is overdue, and none was waived",
    ),
    Topic.ACTION_ITEMS: AntiPattern(
        "Action items overdue or without an owner",
        "Items never completed",
        "Owner + due date + tracking",
        "each has an owner, and none is overdue",
    ),
    Topic.REPEATS: AntiPattern(
        "Repeats",
        "Same incident recurs",
        "Postmortem + action items after every SEV-1/2",
        "no incident has been seen before",
    ),
    Topic.UPDATES: AntiPattern(
        "Late updates",
        "Those who wait ask those who work",
        "Internal update every 15-30 min; snooze a deadline before it passes",
        "every promised update came on time",
    ),
    Topic.STATUS_PAGE: AntiPattern(
        "Status page",
        "Customers believe the page once, then never again",
        "Post what is known, and when the next post comes",
        "nothing on it contradicts what is known",
    ),
    Topic.NIGHTS: AntiPattern(
        f"Pages at night ({NIGHT_TEXT} on the clock of whoever is paged)",
        "Tired people make the next incident longer",
        "Mend what pages at night, or make it wait for the morning",
        "nobody was paged at night",
    ),
    Topic.NOISE: AntiPattern(
        "Noise",
        "Pages that mean nothing teach people to ignore pages",
        "Mend it, lower its severity, hold it for some minutes, or drop it",
        "no alert keeps paging without being acted on",
    ),
}
"""The first six are in the founding document, word for word; the others are in its spirit."""


class Finding(msgspec.Struct, frozen=True):
    """Something to talk about."""

    text: str
    incident: str | None = None


class Section(msgspec.Struct, frozen=True):
    """The findings of one topic."""

    topic: Topic
    findings: Sequence[Finding]
    more: int = 0
    """Findings that are not listed."""


class Repeat(msgspec.Struct, frozen=True):
    """An incident that has been seen before, by its key or by its words."""

    incident: Incident
    past: PastIncident
    by_key: bool


class Blamed(msgspec.Struct, frozen=True):
    """A postmortem with sentences that put a fault on a person."""

    incident: str
    sentences: int


class Known(msgspec.Struct, frozen=True):
    """Rows and settings that the review examines."""

    since: int
    until: int
    unclassified: Mapping[str, int] = {}
    """By the names of alerts: episodes to which no rule gave a severity."""
    incidents: Sequence[Incident] = ()
    """Those that were open in the time, or changed in it; no drills and notices."""
    entries: Mapping[int, Sequence[ChainedEntry]] = {}
    """By incident: what was written on its timeline in the time, of the kinds that matter here."""
    periods: Sequence[RolePeriod] = ()
    postmortems: Sequence[Postmortem] = ()
    """Those that are asked for."""
    action_items: Sequence[ActionItem] = ()
    """Those that are overdue."""
    ownerless: Sequence[ActionItem] = ()
    """Unfinished ones whose owner is nobody in the configuration."""
    repeats: Sequence[Repeat] = ()
    blamed: Sequence[Blamed] = ()
    status_page: Sequence[str] = ()
    zones: Mapping[str, ZoneInfo] = {}
    zone: ZoneInfo = ZoneInfo("UTC")
    is_complete: bool = True
    """False: there are more incidents than a review looks at."""


def review_of(known: Known) -> list[Section]:
    """The sections, each with its findings."""
    found: Mapping[Topic, Iterable[Finding]] = {
        Topic.UNCLASSIFIED: _unclassified(known),
        Topic.DEBUGGING: _debugging(known),
        Topic.BLAME: _blame(known),
        Topic.POSTMORTEMS: _postmortems(known),
        Topic.ACTION_ITEMS: _action_items(known),
        Topic.REPEATS: _repeats(known),
        Topic.UPDATES: _updates(known),
        Topic.STATUS_PAGE: (Finding(text) for text in known.status_page),
        Topic.NIGHTS: _nights(known),
        Topic.NOISE: _noise(known),
    }
    return [_section(topic, list(found[topic])) for topic in Topic]


def _section(topic: Topic, findings: Sequence[Finding]) -> Section:
    return Section(topic, findings[:FINDINGS_MAX], max(len(findings) - FINDINGS_MAX, 0))


def _unclassified(known: Known) -> Iterator[Finding]:
    for name, times in sorted(known.unclassified.items(), key=lambda each: (-each[1], each[0])):
        yield Finding(f"{clean(name, TITLE_MAX)}: {number_of(times, 'time')} without a severity")


def _debugging(known: Known) -> Iterator[Finding]:
    """Commanders who wrote hypotheses and fixes in quick succession, or led the investigation."""
    for incident in known.incidents:
        commands = [
            one
            for one in known.periods
            if one.incident == incident.number and one.role is Role.INCIDENT_COMMANDER
        ]
        notes: dict[str, list[int]] = defaultdict(list)
        for entry in known.entries.get(incident.number, ()):
            if entry.kind == "note" and _commands(commands, entry):
                if entry.data.get("kind") in BEGINS:
                    notes[entry.actor].append(entry.recorded_at)
            elif entry.kind == "role.changed" and entry.data.get("override"):
                reason = clean(str(entry.data["override"]), TEXT_MAX)
                text = f"{entry.data.get('to')} commanded and led the investigation: {reason}"
                yield Finding(f"{incident.id}: {text}", incident.id)
        for who, times in notes.items():
            most = most_within(times, DEBUGGING_US)
            if most >= DEBUGGING_MAX:
                text = f"{who} commanded, and wrote {most} hypotheses and fixes in"
                yield Finding(f"{incident.id}: {text} {time_text(DEBUGGING_US)}", incident.id)


def _commands(commands: Iterable[RolePeriod], entry: ChainedEntry) -> bool:
    return any(
        one.person == entry.actor
        and one.begins_at <= entry.recorded_at
        and (one.ends_at is None or entry.recorded_at < one.ends_at)
        for one in commands
    )


def most_within(times: Iterable[int], within: int) -> int:
    """The most instants that lie in any half-open span of this length."""
    ordered = sorted(times)
    first = most = 0
    for index, at in enumerate(ordered):
        while at - ordered[first] >= within:
            first += 1
        most = max(most, index - first + 1)
    return most


def _blame(known: Known) -> Iterator[Finding]:
    for one in known.blamed:
        verb = "sentence puts" if one.sentences == 1 else "sentences put"
        text = f"{one.sentences} {verb} a fault on a person: triaged postmortem lint"
        yield Finding(f"{one.incident}: {text} {one.incident}", one.incident)


def _postmortems(known: Known) -> Iterator[Finding]:
    """Overdue ones, and those that an admin decided not to need."""
    for row in sorted(known.postmortems, key=lambda one: (one.due_at or 0, one.incident)):
        if row.due_at is not None and row.due_at < known.until:
            late = time_text(known.until - row.due_at)
            how_far = "nobody has begun it" if not row.revision else row.state.replace("_", " ")
            identity = row.id.partition("/")[0]
            yield Finding(f"{identity}: overdue for {late}, {how_far}", identity)
    for incident in known.incidents:
        for entry in known.entries.get(incident.number, ()):
            if entry.kind == "postmortem.waived":
                text = f"waived by {entry.actor}: {clean(str(entry.data.get('reason')), TEXT_MAX)}"
                yield Finding(f"{incident.id}: {text}", incident.id)


def _action_items(known: Known) -> Iterator[Finding]:
    """Those without an owner first, then by their due dates."""
    orphans = {item.id for item in known.ownerless}
    every = {item.id: item for item in (*known.ownerless, *known.action_items)}
    for item in sorted(every.values(), key=lambda one: (one.id not in orphans, one.due, one.id)):
        owner = f"owner {item.owner} is gone" if item.id in orphans else f"@{item.owner}"
        text = f"{clean(item.text, TEXT_MAX)} ({item.priority}, {owner}, due {item.due})"
        identity = incident_id(item.incident)
        yield Finding(f"{identity}: {text}", identity)


def _repeats(known: Known) -> Iterator[Finding]:
    for one in known.repeats:
        incident, past = one.incident, one.past
        how = "again after" if one.by_key else "resembles"
        text = f"{clean(incident.title, TITLE_MAX)}: {how} {past.id} ({past.day})"
        if past.unfinished:
            left = number_of(len(past.unfinished), "action item")
            text += f", with {left} not done: {clean(past.unfinished[0], TEXT_MAX)}"
        elif not past.done:
            text += ", which has no action items"
        yield Finding(f"{incident.id} {text}", incident.id)


def _updates(known: Known) -> Iterator[Finding]:
    for incident in known.incidents:
        late = escalated = 0
        for entry in known.entries.get(incident.number, ()):
            late_us = entry.data.get("late_us")
            posted_late = isinstance(late_us, int) and late_us >= MINUTE
            # one that became late and was then posted is one
            late += entry.kind == "update.posted" and posted_late
            escalated += entry.kind == "update.escalated"
        missing = _is_missing(known.entries.get(incident.number, ()))
        if late or missing:
            text = number_of(late, "update") + " came late" if late else ""
            text += (", and " if late else "") + "the last one never came" if missing else ""
            text += f"; {number_of(escalated, 'page')} asked for it" if escalated else ""
            said = f"{incident.id} {clean(incident.title, TITLE_MAX)}: {text}"
            yield Finding(said, incident.id)


def _is_missing(entries: Sequence[ChainedEntry]) -> bool:
    """Whether an update is late that nobody has posted since."""
    about = [one.kind for one in entries if one.kind in ("update.posted", "update.late")]
    return bool(about) and about[-1] == "update.late"


def _nights(known: Known) -> Iterator[Finding]:
    sent = (
        Sent(entry.at, str(entry.data.get("person")))
        for incident in known.incidents
        for entry in known.entries.get(incident.number, ())
        if entry.kind == "page.sent" and entry.data.get("person")
    )
    for one in load_of(sent, known.zones, known.zone):
        if one.night_pages:
            pages, nights = number_of(one.night_pages, "page"), number_of(one.nights, "night")
            yield Finding(f"{one.whom}: {pages} in {nights}, of {one.pages} in all")


def _noise(known: Known) -> Iterator[Finding]:
    """Alerts whose incidents page, and on which nobody ever acts."""
    groups: dict[str, list[Incident]] = defaultdict(list)
    for incident in known.incidents:
        if known.since <= incident.opened_at < known.until:
            groups[incident.labels.get("alertname") or incident.title].append(incident)
    found = Counter[str]()
    for name, those in groups.items():
        paged = [one for one in those if one.told]
        if len(paged) >= NOISE_MIN and not any(_is_acted_on(known, one) for one in those):
            found[name] = len(paged)
    for name, times in sorted(found.items(), key=lambda each: (-each[1], each[0])):
        text = f"paged for {times} incidents, and nobody acted on any"
        yield Finding(f"{clean(name, TITLE_MAX)}: {text}")


def _is_acted_on(known: Known, incident: Incident) -> bool:
    if incident.acknowledged_by is not None:
        return True
    return any(is_person(entry.actor) for entry in known.entries.get(incident.number, ()))
