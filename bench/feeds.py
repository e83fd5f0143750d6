"""What it costs to read a calendar feed, off the event loop, and to refuse a hostile one."""

import time
from datetime import UTC, datetime, timedelta

from bench.loop_watch import LIMIT_MS, watched
from bench.options import Options
from bench.table import Line
from triaged.core.records.duty.feeds import FeedReading, UnreadableFeed
from triaged.feeds.reading import read_feed
from triaged.feeds.request import Request
from triaged.process.feeds.child import series_budget
from triaged.process.feeds.parsing import parsed
from triaged.wire import instant

EVENTS = 5_000
READ_LIMIT_S, REFUSE_LIMIT_MS = 5, 100
START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = ",".join(map(str, range(24)))
MINUTES = ",".join(map(str, range(0, 48, 3)))

HOSTILE = {
    "by the second since 1970": "FREQ=SECONDLY",
    "by the hour since 1970": "FREQ=HOURLY",
    "24 x 16 times a day": f"FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={MINUTES}",
    "on no day": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "on no day that a check finds": "FREQ=DAILY;BYWEEKNO=1;BYMONTH=7",
}


def measure(options: Options) -> list[Line]:
    """A full feed in its process, with the loop's longest piece of work, and hostile ones here."""
    began = time.perf_counter()
    found, watch = watched(parsed(_request(_full())))
    took_s = time.perf_counter() - began
    number = len(found.shifts) if isinstance(found, FeedReading) else 0
    waits = {name: _refusal_ms(rule, max(options.runs, 3)) for name, rule in HOSTILE.items()}
    worst = max(waits, key=lambda name: waits[name])
    return [
        Line(
            f"a feed of {EVENTS:,} events, {number:,} shifts",
            f"{took_s:.1f} s",
            wanted=f"≤ {READ_LIMIT_S} s",
            holds=took_s <= READ_LIMIT_S and number == EVENTS,
        ),
        Line(
            "longest work on the event loop meanwhile",
            f"{watch.longest_ms:.1f} ms",
            wanted=f"≤ {LIMIT_MS} ms",
            holds=watch.longest_ms <= LIMIT_MS,
        ),
        Line(
            f"hostile feeds refused, the slowest {worst}",
            f"{waits[worst]:.0f} ms",
            wanted=f"≤ {REFUSE_LIMIT_MS} ms",
            holds=waits[worst] <= REFUSE_LIMIT_MS,
        ),
    ]


def _request(body: bytes) -> Request:
    return Request(body, "Europe/Berlin", {"alice": "alice"}, instant(START))


def _full() -> bytes:
    events = []
    for number in range(EVENTS):
        begin = START + timedelta(hours=number)
        events.append(
            _event(f"u{number}", begin, f"DTEND:{begin + timedelta(hours=1):%Y%m%dT%H%M%SZ}")
        )
    return _calendar(*events)


def _event(uid: str, begin: datetime, *lines: str) -> str:
    head = ("BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:alice", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}")
    return "\r\n".join((*head, *lines, "END:VEVENT"))


def _calendar(*events: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", *events, "END:VCALENDAR", "")).encode()


def _refusal_ms(rule: str, runs: int) -> float:
    """Processor time of reading a feed with this rule alone, the fastest of some runs."""
    since = datetime(1970, 1, 1, tzinfo=UTC)
    request = _request(_calendar(_event("hostile", since, "DURATION:PT1H", f"RRULE:{rule}")))
    times = []
    for _ in range(runs):
        began = time.process_time()
        found = read_feed(request, series_budget)
        times.append((time.process_time() - began) * 1000)
        assert isinstance(found, UnreadableFeed) or found.refused
    return min(times)
