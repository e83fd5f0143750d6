"""Words of messages: subjects, instants and spans, and text of strangers made harmless.

Titles, labels and names come from strangers. They are stripped of control and bidirectional
characters, cut to a length, and their addresses are broken (`https[:]//…`) so that no mail client
makes a link of them. Links are ours, and what `link` lets through of the fields that are addresses.
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

from triaged.core.records.model import Incident, Page, PageKind, incident_id
from triaged.core.records.practice.drills import DRILL_MARK

SUBJECT_MAX = 120
"""Characters: what a phone shows of a subject, and a line of most mail clients."""

TITLE_MAX = 200
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
    head = f"{page_mark(page)}{incident.severity} {incident.id}"
    if page.kind is PageKind.UPDATE or page.wanted is not UNSET:
        head = f"{head} {clean(page.subject, SUBJECT_MAX // 2)}:"
    tail = " (possible duplicate)" if page.possible_duplicate else ""
    room = SUBJECT_MAX - len(head) - len(tail) - 1
    return f"{head} {clean(_title(page, incident), room)}{tail}"


def thread_subject(page: Page, incident: Incident) -> str:
    """One line for all mails of an incident, from its opening to its end: they stay one thread."""
    head = f"{page_mark(page)}{incident.opened_as or incident.severity} {incident.id}"
    return f"{head} {clean(_title(page, incident), SUBJECT_MAX - len(head) - 1)}"


def _title(page: Page, incident: Incident) -> str:
    return incident.title.removeprefix(page_mark(page))


def page_mark(page: Page) -> str:
    """First words of a message of a drill, or of a test of a contact; empty for any other."""
    if page.test:
        return f"{TEST_MARK} "
    return f"{DRILL_MARK} " if page.drill else ""


def plain_subject(page: Page) -> str:
    """The subject when the real one cannot be made: nothing of strangers is in it."""
    return f"{page_mark(page)}{page.severity} {incident_id(page.incident)}"


def plain_text(page: Page, acknowledge_url: str | None) -> str:
    """The message when the real one cannot be made: enough to wake up and to look."""
    number = incident_id(page.incident)
    lines = [plain_subject(page), "The details could not be shown; look them up:"]
    lines += [f"  triaged incident show {number}"]
    if page.kind is PageKind.PAGE and not page.test:
        lines += ["Acknowledge:", *_ways_to_acknowledge(number, acknowledge_url)]
    return "".join(f"{line}\n" for line in lines)


def _ways_to_acknowledge(number: str, url: str | None) -> Iterator[str]:
    if url is not None:
        yield f"  {url}"
    yield f"  triaged incident ack {number}"


def clean(value: str, length: int) -> str:
    """A stranger's text on one line: no control or direction characters, no links, cut."""
    if not (value.isascii() and value.isprintable()):
        kept = (_visible(character) for character in value[: 4 * length])
        value = " ".join("".join(kept).split())
    value = value[: 2 * length]
    if ":" in value:  # few labels have one, and a pattern costs more than the look
        value = _ADDRESS.sub(lambda match: f"{match[0][:-1]}[:]", value)
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


def day_and_time(at: int, timezone: str) -> str:
    """`2026-03-04 15:23 EST`."""
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(zone_of(timezone))
    name = local.strftime("%Z")
    return f"{local:%Y-%m-%d %H:%M} {f'UTC{name}' if name[:1] in ('+', '-') else name}"


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
