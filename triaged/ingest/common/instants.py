"""Instants as senders write them: RFC 3339, as leniently as Alertmanager's API reads it.

https://github.com/go-openapi/strfmt/blob/master/time.go
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from triaged.errors import Malformed
from triaged.ingest import Reason

_FORM = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<minute>(?:[01]\d|2[0-3]):[0-5]\d)"
    r"(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,64}))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d))?",
    re.ASCII,
)
_SPACED = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d(?:\.\d+)?)"
    r"(?: ?(?P<zone>UTC|[+-]\d\d:?\d\d))?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  naive on purpose: year 1 and 9999 have no UTC
_US = timedelta(microseconds=1)
MINUTE_US = 60_000_000
EPOCH_DIGITS = ((11, 1_000_000), (14, 1_000), (17, 1))
"""Unix time by its size: up to 11 digits are seconds, 14 milliseconds, 17 microseconds."""

LAST = 253_402_300_799_999_999
"""The end of year 9999, which is all that can be written; an offset would reach past it."""

MEMO_MAX = 4_096
"""Instants remembered: a body repeats the same few, and every repeat has the same start."""


@lru_cache(maxsize=MEMO_MAX)
def instant_of(text: str) -> int | None:
    """µs UTC. None for "" and for year 1, which is how Go writes "not set".

    Without a zone it is UTC, seconds may be missing, what is finer than a microsecond is cut.
    Raises `Malformed` for everything else.
    """
    if not text:
        return None
    form = _FORM.fullmatch(text)
    if form is None:
        raise _bad_time(text)
    if text.startswith("0001-"):
        return None
    fraction = (form["fraction"] or "")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{form['day']}T{form['minute']}:{form['second'] or '00'}")
    except ValueError:
        raise _bad_time(text) from None
    at = (moment - _EPOCH) // _US + int(fraction) - _offset_us(form)
    return min(at, LAST)


def any_instant(text: str) -> int | None:
    """µs UTC of RFC 3339, of Unix time in any unit, of `2026-03-30 10:00:00 +0200`.

    None for what is no time: nothing is refused for it.
    """
    seconds, _, fraction = text.partition(".")
    if seconds.isascii() and seconds.isdigit():
        return _since_epoch(seconds, fraction)
    if (spaced := _SPACED.fullmatch(text)) is not None:
        zone = (spaced["zone"] or "UTC").replace("UTC", "Z").replace(":", "")
        offset = f"{zone[:3]}:{zone[3:]}" if zone != "Z" else zone
        text = f"{spaced['day']}T{spaced['time']}{offset}"
    try:
        return instant_of(text)
    except Malformed:
        return None


def _since_epoch(whole: str, fraction: str) -> int | None:
    digits = len(whole.lstrip("0"))
    if digits == 0 or digits > 20:  # 0 is how several senders write "not set"
        return None
    if fraction.isascii() and fraction.isdigit() and digits <= EPOCH_DIGITS[0][0]:
        return int(whole) * 1_000_000 + int(fraction[:6].ljust(6, "0"))
    for most, factor in EPOCH_DIGITS:
        if digits <= most:
            return int(whole) * factor
    return int(whole) // 1_000


def _offset_us(form: re.Match[str]) -> int:
    if not form["sign"]:
        return 0
    minutes = int(form["hours"]) * 60 + int(form["minutes"])
    return minutes * (MINUTE_US if form["sign"] == "+" else -MINUTE_US)


def _bad_time(text: str) -> Malformed:
    example = "RFC 3339 like 2026-03-30T08:00:00Z is expected"
    return Malformed(Reason.BAD_TIME, f"{text[:40]!r} is no time; {example}")
