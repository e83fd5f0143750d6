"""Time zones as calendars name them: IANA, Windows, vendors' paths, and the calendar's own.

A zone that nothing maps is refused, not guessed: an unknown name must not become the schedule's.
"""

import re
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from triaged.core.time.recurring import zone_of
from triaged.feeds.structure import Block

_TZID = re.compile(r";TZID=(\"[^\"]*\"|[^;:]*)", re.IGNORECASE)
_YEARLY = re.compile(r"(?:^|;)FREQ=YEARLY(?:;|$)", re.IGNORECASE)
OBSERVANCES_MAX = 300
"""Observances of one zone: Olson's longest history has fewer."""

RULE_DATES_MAX = 20
PATH_MAX = 6
"""Parts of a vendor's path that are tried: its version, and the three of the longest zone."""


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone of a name, if it maps to one."""
    for each in _spellings(name.strip().strip('"')):
        try:
            return zone_of(each)
        except ValueError:
            continue
    return None


def _spellings(name: str) -> Iterator[str]:
    """The name, that of Windows, and the ends of `/mozilla.org/20050126_1/Europe/Berlin`."""
    yield name
    yield WINDOWS_TO_OLSON.get(name, name)
    if name.startswith("/"):
        parts = name.split("/")[2 : 2 + PATH_MAX]
        yield from ("/".join(parts[start:]) for start in range(len(parts)))


def names_in(lines: Iterable[str]) -> set[str]:
    """The values of the TZID parameters of an event."""
    heads = (line.partition(":")[0] for line in lines if "TZID" in line[:200].upper())
    return {found.strip('"') for head in heads for found in _TZID.findall(f"{head}")}


def mapped(lines: Iterable[str]) -> list[str]:
    """The lines, in which names of zones that map to an IANA zone are that zone's."""
    return [_TZID.sub(_mapped, line) if "TZID" in line[:200].upper() else line for line in lines]


def _mapped(match: re.Match[str]) -> str:
    zone = zone_named(match[1])
    return match[0] if zone is None else f";TZID={zone.key}"


def own_zones(zones: Iterable[Block]) -> dict[str, list[str]]:
    """By name, the lines of the calendar's own zones that may be used: rules are yearly, and few.

    A rule by the second would otherwise keep the expansion busy for hours.
    """
    return {
        zone.value("TZID"): _zone_lines(zone)
        for zone in zones
        if zone.value("TZID") and _is_harmless(zone)
    }


def _is_harmless(zone: Block) -> bool:
    if not zone.inner or len(zone.inner) > OBSERVANCES_MAX:
        return False
    for observance in zone.inner:
        rules = [line for line in observance.lines if line.upper().startswith("RRULE")]
        dates = [line for line in observance.lines if line.upper().startswith("RDATE")]
        if len(rules) > 1 or sum(line.count(",") + 1 for line in dates) > RULE_DATES_MAX:
            return False
        value = rules[0].partition(":")[2] if rules else "FREQ=YEARLY"
        if _YEARLY.search(value) is None or "BYHOUR" in value.upper():
            return False
    return True


def _zone_lines(zone: Block) -> list[str]:
    lines = [f"BEGIN:{zone.kind}", *zone.lines]
    for observance in zone.inner:
        lines += [f"BEGIN:{observance.kind}", *observance.lines, f"END:{observance.kind}"]
    return [*lines, f"END:{zone.kind}"]
