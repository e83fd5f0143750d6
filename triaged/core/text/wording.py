"""The wording of pages and updates: plain text for a person who has just been woken.

Titles, labels and names come from strangers. They are stripped of control and bidirectional
characters, cut to a length, and their addresses are broken (`https[:]//…`) so that no mail client
makes a link of them: the only links are ours and the runbook of the rules or the configuration.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from triaged.core.alerts.flapping import in_words
from triaged.core.records.model import Incident, Page, PageKind, Response, State, incident_id

SUBJECT_MAX = 120
"""Characters: what a phone shows of a subject, and a line of most mail clients."""

TITLE_MAX = 200
BUNDLED_MAX = 80
LABELS_MAX = 12
LABEL_MAX = 80
TEXT_MAX = 4000
"""Characters: the smallest limit among the usual messengers is 4,096."""

LINK_MAX = 2000
"""Characters: longer addresses are cut by proxies and mail clients."""

TEST_MARK = "[TEST]"
"""The beginning of whatever a test of a contact says."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = frozenset("\u200c\u200d")  # joiners: scripts and emoji need them
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*):(?=//)|\b(javascript|data|vbscript|file):", re.I)
_SAFE_LINK = re.compile(r"https?://[!#-&(-;=?-\[\]_a-z~]+", re.I)


class Reading(msgspec.Struct, frozen=True):
    """The reader's circumstances: the time zone, the link that acts for them, the present."""

    at: int
    timezone: str = "UTC"
    acknowledge_url: str | None = None


def subject(page: Page, incident: Incident) -> str:
    """One line, at most `SUBJECT_MAX` characters, the severity first."""
    head = f"{_test_mark(page)}{incident.severity} {incident.id}"
    if page.kind is PageKind.UPDATE:
        head = f"{head} {clean(page.subject, SUBJECT_MAX // 2)}:"
    tail = " (possible duplicate)" if page.possible_duplicate else ""
    room = SUBJECT_MAX - len(head) - len(tail) - 1
    title = incident.title.removeprefix(f"{TEST_MARK} ") if page.test else incident.title
    return f"{head} {clean(title, room)}{tail}"


def text(page: Page, incident: Incident, reading: Reading) -> str:
    """The whole message, lines ending in a newline, at most `TEXT_MAX` characters."""
    blocks = _page(page, incident, reading)
    if page.kind is PageKind.UPDATE:
        blocks = _update(page, incident, reading)
    elif page.test:
        blocks = _test(page, incident, reading)
    whole = "\n\n".join("\n".join(block) for block in blocks if block)
    return f"{_cut(whole, TEXT_MAX - 1)}\n"


def plain_subject(page: Page) -> str:
    """The subject when the real one cannot be made: nothing of strangers is in it."""
    return f"{_test_mark(page)}{page.severity} {incident_id(page.incident)}"


def plain_text(page: Page, acknowledge_url: str | None) -> str:
    """The message when the real one cannot be made: enough to wake up and to look."""
    number = incident_id(page.incident)
    lines = [plain_subject(page), "The details could not be shown; look them up:"]
    lines += [f"  triaged incident show {number}"]
    if page.kind is PageKind.PAGE and not page.test:
        lines += ["Acknowledge:", *_ways_to_acknowledge(number, acknowledge_url)]
    return "".join(f"{line}\n" for line in lines)


def _page(page: Page, incident: Incident, reading: Reading) -> list[list[str]]:
    return [
        _duplicate(page),
        [f"{incident.severity}{_unclassified(incident)} {clean(incident.title, TITLE_MAX)}"],
        [_place(incident), *_respond_by(incident, reading), *_alerts(incident)],
        list(_bundle(incident)),
        [*_runbook(incident), *_labels(incident), *_history(incident)],
        ["Acknowledge:", *_ways_to_acknowledge(incident.id, reading.acknowledge_url)],
        [_why(page)],
    ]


def _update(page: Page, incident: Incident, reading: Reading) -> list[list[str]]:
    return [
        _duplicate(page),
        [f"{incident.id} {clean(page.subject, TITLE_MAX)}"],
        [f"{incident.severity} {clean(incident.title, TITLE_MAX)}", _place(incident)],
        [f"Now {incident.state}.", *_alerts(incident), *_still_open(incident, reading)],
        [*_runbook(incident), f"Look: triaged incident show {incident.id}"],
    ]


def _test(page: Page, incident: Incident, reading: Reading) -> list[list[str]]:
    contact = clean(page.recipient.contact, LABEL_MAX)
    lines = [f"This page tests the contact {contact}. Nothing is wrong, and nothing is to be done."]
    if reading.acknowledge_url is not None:
        lines += ["To test the link of a page, too, open it:", f"  {reading.acknowledge_url}"]
    return [
        _duplicate(page),
        [clean(incident.title, TITLE_MAX)],
        lines,
        [f"Look: triaged incident show {incident.id}"],
    ]


def _test_mark(page: Page) -> str:
    return f"{TEST_MARK} " if page.test else ""


def _duplicate(page: Page) -> list[str]:
    if not page.possible_duplicate:
        return []
    return ["(possible duplicate: an earlier attempt may have reached you)"]


def _unclassified(incident: Incident) -> str:
    if incident.severity_by != "unclassified":
        return ""
    return " (unclassified: no rule says how bad it is)"


def _place(incident: Incident) -> str:
    parts = [incident.id]
    if incident.service:
        parts.append(f"service {clean(incident.service, LABEL_MAX)}")
    if incident.team:
        parts.append(f"team {clean(incident.team, LABEL_MAX)}")
    return ", ".join(parts)


def _respond_by(incident: Incident, reading: Reading) -> Iterator[str]:
    if incident.respond_by is not None:
        missed = incident.response is Response.MISSED or incident.respond_by <= reading.at
        when = instant_for(incident.respond_by, reading.timezone, reading.at)
        left = span_text(incident.respond_by - reading.at)
        yield f"respond by {when} ({'missed, ' if missed else ''}{left})"


def _still_open(incident: Incident, reading: Reading) -> Iterator[str]:
    if incident.state is State.OPEN:
        yield from _respond_by(incident, reading)


def _alerts(incident: Incident) -> Iterator[str]:
    firing = sum(incident.firing.values())
    counts = [
        f"{count} {what}"
        for count, what in ((firing, "firing"), (incident.resolved, "over"))
        if count
    ]
    if counts:
        number = firing + incident.resolved
        left_out = (
            f", {incident.truncated} more left out by the sender" if incident.truncated else ""
        )
        yield f"{number} {'alert' if number == 1 else 'alerts'}: {', '.join(counts)}{left_out}"


def _bundle(incident: Incident) -> Iterator[str]:
    """The lines that name the incidents under an umbrella."""
    bundle = incident.bundle
    if bundle is UNSET:
        return
    cut = f"; the first {len(bundle.first)}" if bundle.count > len(bundle.first) else ""
    yield f"It pages for {bundle.count} incidents{cut}:"
    for each in bundle.first:
        yield f"  {incident_id(each.number)} {each.severity} {clean(each.title, BUNDLED_MAX)}"


def _runbook(incident: Incident) -> Iterator[str]:
    if incident.runbook:
        yield f"Runbook: {link(incident.runbook) or clean(incident.runbook, TITLE_MAX)}"


def _labels(incident: Incident) -> Iterator[str]:
    names = sorted(incident.labels)
    for name in names[:LABELS_MAX]:
        yield f"  {clean(name, LABEL_MAX)} = {clean(incident.labels[name], LABEL_MAX)}"
    if len(names) > LABELS_MAX:
        yield f"  and {len(names) - LABELS_MAX} more labels"


def _history(incident: Incident) -> Iterator[str]:
    if incident.previous is not None:
        yield f"Follows {incident_id(incident.previous)}."
    if incident.severity_by.startswith("raise:"):
        yield f"Got worse: {incident.severity_by}."
    flapping = in_words(incident)
    if flapping is not None:
        yield f"{flapping.capitalize()}. It stays open until it has been quiet for that long."
    elif incident.reopens:
        yield f"Re-opened {incident.reopens} times." if incident.reopens > 1 else "Re-opened."


def _ways_to_acknowledge(number: str, url: str | None) -> Iterator[str]:
    if url is not None:
        yield f"  {url}"
    yield f"  triaged incident ack {number}"


def _why(page: Page) -> str:
    again = f", round {page.round}" if page.round > 1 else ""
    instead = ", in place of a contact that failed" if page.fallback else ""
    return f"Paged as {clean(page.target, LABEL_MAX)}, step {page.step}{again}{instead}."


def clean(value: str, length: int) -> str:
    """A stranger's text on one line: no control or direction characters, no links, cut."""
    if not (value.isascii() and value.isprintable()):
        kept = (_visible(character) for character in value[: 4 * length])
        value = " ".join("".join(kept).split())
    value = _ADDRESS.sub(lambda match: f"{match[0][:-1]}[:]", value[: 2 * length])
    return _cut(value, length)


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf":
            return character if character in _KEPT else ""
        case "Cs" | "Co" | "Cn":
            return "\ufffd"
        case _:
            return character


def _cut(value: str, length: int) -> str:
    return value if len(value) <= length else f"{value[: max(length - 1, 0)]}…"


def link(url: str) -> str | None:
    """`url` if it is a plain http or https address that shows where it leads; else None."""
    if len(url) > LINK_MAX or not _SAFE_LINK.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        shows_its_host = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # a port that is no number, brackets that hold no address
        return None
    return url if shows_its_host else None


def instant_for(at: int, timezone: str, now: int) -> str:
    """`10:05 CEST`, with the day before it when that is not today there."""
    zone = zone_of(timezone)
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(zone)
    today = (_EPOCH + timedelta(microseconds=now)).astimezone(zone).date()
    name = local.strftime("%Z")
    name = f"UTC{name}" if name[:1] in ("+", "-") else name
    day = "" if local.date() == today else f"{local:%a %d %b} "
    return f"{day}{local:%H:%M} {name}"


@lru_cache(maxsize=128)
def zone_of(name: str) -> tzinfo:
    """The zone `name`; UTC when there is none, because a page goes out whatever happens."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        return UTC


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def span_text(us: int) -> str:
    """`in 5 min`, `12 min ago`, `in 1 h 30 min`: the two largest units, never below minutes."""
    seconds = abs(us) // 1_000_000
    parts: list[str] = []
    for size, unit in _UNITS:
        number, rest = divmod(seconds, size)
        if number and len(parts) < 2:
            parts.append(f"{number} {unit}")
        seconds = rest
    if not parts:
        return "just now" if us <= 0 else "in less than a minute"
    words = " ".join(parts)
    return f"in {words}" if us > 0 else f"{words} ago"
