"""Structure of an iCalendar body: unfolded lines, and the components in which they stand.

The lines of an event are taken apart before anything is parsed, so that a broken line costs one
event and a nested component nothing: https://www.rfc-editor.org/rfc/rfc5545#section-3.1.
"""

import re

import msgspec

from triaged.core.records.duty.feeds import UnreadableFeed

BYTES_MAX = 2 * 1024**2
EVENTS_MAX = 5_000
DEPTH_MAX = 4
"""Nesting of components: a calendar holds events or zones, which hold alarms or observances."""

CALENDAR, EVENT, ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_BORDER = re.compile(r"(BEGIN|END):([A-Za-z0-9-]{1,60})\s*", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)


class Block(msgspec.Struct, frozen=True):
    """The lines of a component, without those of the components inside it."""

    lines: tuple[str, ...]
    inner: tuple["Block", ...] = ()
    kind: str = ""

    def value(self, name: str) -> str:
        """The value of the first line with this name, without its parameters; empty: none has."""
        wanted = name.upper()
        for line in self.lines:
            head, colon, value = line.partition(":")
            if colon and head.partition(";")[0].upper() == wanted:
                return value.strip()
        return ""


class Structure(msgspec.Struct, frozen=True):
    """The parts of a body that matter."""

    calendar: Block
    """Properties of the calendar itself."""
    events: tuple[Block, ...]
    zones: tuple[Block, ...]


def structure_of(body: bytes) -> Structure | UnreadableFeed:
    """The parts of a body, or why it is no calendar that can be read."""
    if len(body) > BYTES_MAX:
        return UnreadableFeed(f"the calendar has more than {BYTES_MAX // 1024**2} MiB")
    text = body.decode("utf-8-sig", "replace").lstrip()
    if not text[:30].upper().startswith(f"BEGIN:{CALENDAR}"):
        return UnreadableFeed(_why_no_calendar(body))
    return _parts(_LINE_END.split(_FOLD.sub("", text)))


def _why_no_calendar(body: bytes) -> str:
    if not body.strip():
        return "the body is empty, which is no calendar; is the address still the secret one?"
    looks = " (it looks like a web page)" if _WEB_PAGE.match(body) else ""
    return f"this is not a calendar{looks}; is the address still the secret one?"


class _Open(msgspec.Struct):
    """A component whose end has not come yet."""

    kind: str
    lines: list[str] = []
    inner: list[Block] = []


def _parts(lines: list[str]) -> Structure | UnreadableFeed:
    stack: list[_Open] = []
    events: list[Block] = []
    zones: list[Block] = []
    head: list[str] = []
    for line in lines:
        border = _BORDER.fullmatch(line)
        if border is None:
            if len(stack) == 1:
                head.append(line)
            elif stack and line:
                stack[-1].lines.append(line)
            continue
        kind = border[2].upper()
        if border[1].upper() == "BEGIN":
            stack.append(_Open(kind))
            if len(stack) > DEPTH_MAX:
                return UnreadableFeed(f"components are nested more than {DEPTH_MAX} deep")
            continue
        if not stack or stack[-1].kind != kind:
            return UnreadableFeed(f"END:{kind} stands where no {kind} is open: the body is damaged")
        closed = stack.pop()
        block = Block(tuple(closed.lines), tuple(closed.inner), kind)
        if kind == EVENT:
            if len(events) == EVENTS_MAX:
                return UnreadableFeed(
                    f"the calendar has more than {EVENTS_MAX:,} events; the first beyond is"
                    f" {block.value('SUMMARY')[:80]!r} (UID {block.value('UID')[:80]})"
                )
            events.append(block)
        elif kind == ZONE:
            zones.append(block)
        elif len(stack) > 1 and stack[-1].kind == ZONE:
            stack[-1].inner.append(block)
    if stack:
        return UnreadableFeed(f"the body ends before END:{stack[0].kind}: it was cut off")
    return Structure(Block(tuple(head), kind=CALENDAR), tuple(events), tuple(zones))
