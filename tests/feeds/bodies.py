"""Calendar bodies of tests, and the reading of one with the same people and time."""

from datetime import UTC, datetime

from triaged.core.records.duty.feeds import FeedReading, UnreadableFeed
from triaged.core.records.duty.overrides import FeedShift
from triaged.feeds.reading import read_feed
from triaged.feeds.request import Request
from triaged.wire import instant

KNOWN = {"alice": "alice", "alice adams": "alice", "bob": "bob", "bob@example.org": "bob"}
NOW = instant(datetime(2026, 3, 1, 12, tzinfo=UTC))


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of events, each given as the lines between BEGIN and END; LF becomes CRLF."""
    inner = "".join(f"BEGIN:VEVENT\n{each.strip()}\nEND:VEVENT\n" for each in events)
    head = f"{head.strip()}\n" if head else ""
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}{inner}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def event(lines: str, summary: str = "alice", uid: str = "shift-1") -> str:
    """The lines of an event."""
    return f"UID:{uid}\nSUMMARY:{summary}\n{lines.strip()}"


def outcome(body: bytes, zone: str = "Europe/Berlin") -> FeedReading | UnreadableFeed:
    """What a body is read as on the first of March 2026."""
    return read_feed(Request(body, zone, KNOWN, NOW))


def reading(body: bytes, zone: str = "Europe/Berlin") -> FeedReading:
    """The reading of a body that can be read."""
    found = outcome(body, zone)
    assert isinstance(found, FeedReading), found
    return found


def times(found: FeedReading) -> list[str]:
    """Each shift as `2026-03-28T08:00Z/2026-03-28T16:00Z`."""
    return [f"{_text(one.start_at)}/{_text(one.end_at)}" for one in found.shifts]


def people(found: FeedReading) -> list[tuple[str, ...]]:
    """The people of each shift."""
    return [one.people for one in found.shifts]


def _text(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1_000_000, UTC):%Y-%m-%dT%H:%MZ}"


def shift(start: str, end: str, **more: object) -> FeedShift:
    """A shift of alice."""
    values = {"uid": "shift-1", "people": ("alice",), **more}
    begin, until = (instant(datetime.fromisoformat(text)) for text in (start, end))
    return FeedShift(start_at=begin, end_at=until, **values)  # type: ignore[arg-type]  # checked by msgspec
