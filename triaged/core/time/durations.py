"""Lengths of time and shares, as operators write them: `5m`, `1h30m`, `1w`, `2y`, `50%`.

Units are those of Prometheus without `ms`; a day is 24 h, a week 7 days, a year 365 days:
https://prometheus.io/docs/prometheus/latest/configuration/configuration/#configuration-file
"""

import re

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365 * DAY

SHOWN = 80
"""Characters of a wrong text in a message."""

UNITS = {"y": YEAR, "w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
WHOLE_ONLY = ("y", "w")
"""Units written only where nothing is left over: `10d` reads better than `1w3d`."""

DURATION_MAX = 100 * YEAR
"""Nobody waits longer, and any instant plus this much still fits a date and 64 bits."""

DURATION_WANTED = "a duration such as 30s, 5m, 1h30m, 1d, 1w or 2y"

_DURATION = re.compile("".join(rf"(?:(\d{{1,12}}){unit})?" for unit in UNITS), re.ASCII)
_SHARE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)%", re.ASCII)


def parse_duration(text: str) -> int:
    """µs of `1h30m`; ValueError says what is allowed. Units go from large to small, once each."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"expected {DURATION_WANTED}, got {text[:SHOWN]!r}")
    us = sum(int(n) * us for n, us in zip(match.groups(), UNITS.values(), strict=True) if n)
    if us > DURATION_MAX:
        raise ValueError(f"expected {DURATION_WANTED}, at most 100y, got {text[:SHOWN]!r}")
    return us


def format_duration(us: int) -> str:
    """`1h30m` for a length of time; parts below a second are left out."""
    us -= us % SECOND
    parts = []
    for unit, size in UNITS.items():
        if unit in WHOLE_ONLY and us % size:
            continue
        count, us = divmod(us, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_share(text: str) -> float:
    """0.5 for `50%`; ValueError says what is allowed."""
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a share such as 50% or 100%, got {text[:SHOWN]!r}")
    return float(match.group(1)) / 100
