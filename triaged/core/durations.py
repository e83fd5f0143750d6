"""Lengths of time and shares, as operators write them: `5m`, `1h30m`, `1w`, `50%`."""

import re

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_DURATION = re.compile(
    r"(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?"
)
_SHARE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)%")
DURATION_WANTED = "a duration such as 30s, 5m, 1h30m, 1d or 1w"


def parse_duration(text: str) -> int:
    """µs of `1h30m`; ValueError says what is allowed. Units go from large to small, once each."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"expected {DURATION_WANTED}, got {text!r}")
    return sum(int(n) * us for n, us in zip(match.groups(), UNITS.values(), strict=True) if n)


def format_duration(us: int) -> str:
    """`1h30m` for a length of time; parts below a second are left out."""
    parts = []
    for unit, size in UNITS.items():
        count, us = divmod(us, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_share(text: str) -> float:
    """0.5 for `50%`; ValueError says what is allowed."""
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a share such as 50% or 100%, got {text!r}")
    return float(match.group(1)) / 100
