"""The further things that happen in the quarter, as script.txt tells them."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tests.simulation.fortnight.script import (
    YEAR,
    ZONE,
    Change,
    Deed,
    Numbers,
    Parser,
    Scene,
    scenes,
)
from triaged.core.records.duty.overrides import NOBODY
from triaged.core.records.events import Event
from triaged.core.records.practice.duty_events import (
    OverridesMade,
    Span,
    SwapAnswered,
    SwapProposed,
)
from triaged.core.time.durations import parse_duration
from triaged.wire import instant

FOLDER = Path(__file__).parent

_DAY = r"\w{3} \d+ \w{3} \d\d:\d\d"
_TIME = rf"from (?P<start>{_DAY}) until (?P<end>{_DAY})"
_OVERRIDE = re.compile(
    rf"(?P<by>\w+) (?P<verb>takes|leaves) (?P<schedule>\w+) {_TIME}: (?P<why>.+)"
)
_COVER = re.compile(r"(?P<by>\w+) covers (?P<schedule>\w+) for (?P<length>\w+): (?P<why>.+)")
_SWAP = re.compile(
    rf"(?P<by>\w+) asks (?P<other>\w+) to take (?P<schedule>\w+) {_TIME}"
    rf" for (?P<start2>{_DAY}) until (?P<end2>{_DAY}): (?P<why>.+)"
)
_ANSWER = re.compile(r"(?P<by>\w+) (?P<verb>agrees|declines)")
_CALENDAR = re.compile(
    r"the calendar of specialists (?:(?P<verb>is read|breaks|works)"
    r"|has (?P<new>.+) for (?P<old>.+))"
)


class CalendarChange(Change, frozen=True):
    """The calendar is read now, or changes, or its server."""

    verb: Literal["is read", "breaks", "works", "changes"]
    old: str = ""
    new: str = ""


class QuarterParser(Parser):
    """Knows duty and the calendar besides."""

    def __init__(self) -> None:
        super().__init__()
        self.swap_id = ""
        """The swap that was proposed last; whoever carries out the script says which."""

    def deed(self, day: str, at: int, what: str) -> Deed:
        """What is to be done, in words. ValueError: nobody understands it."""
        found = _calendar(what) or self._duty(at, what)
        return found or super().deed(day, at, what)

    def _duty(self, at: int, what: str) -> Callable[[Numbers], Event] | None:
        if match := _OVERRIDE.fullmatch(what):
            by, verb, schedule, start, end, why = match.group(
                "by", "verb", "schedule", "start", "end", "why"
            )
            person = by if verb == "takes" else NOBODY
            span = Span(_at(start), _at(end), person)
            return lambda _: OverridesMade(by, schedule, (span,), why)
        if match := _COVER.fullmatch(what):
            by, schedule, length, why = match.group("by", "schedule", "length", "why")
            span = Span(at, at + parse_duration(length), by)
            return lambda _: OverridesMade(by, schedule, (span,), why, kind="cover")
        if match := _SWAP.fullmatch(what):
            by, other, schedule, why = match.group("by", "other", "schedule", "why")
            give = _at(match["start"]), _at(match["end"])
            take = _at(match["start2"]), _at(match["end2"])
            return lambda _: SwapProposed(by, by, other, schedule, give, take, why)
        if match := _ANSWER.fullmatch(what):
            by, agrees = match["by"], match["verb"] == "agrees"
            return lambda _: SwapAnswered(self.swap_id, by, by, agrees)
        return None


def _calendar(what: str) -> CalendarChange | None:
    match = _CALENDAR.fullmatch(what)
    if match is None:
        return None
    verb: Any = match["verb"] or "changes"
    return CalendarChange(verb, match["old"] or "", match["new"] or "")


def quarter(parser: QuarterParser) -> list[Scene]:
    """The script of the quarter."""
    return scenes(FOLDER, parser)


def _at(text: str) -> int:
    local = datetime.strptime(f"{YEAR} {text}", "%Y %a %d %b %H:%M").replace(tzinfo=ZONE)
    if f"{local:%a}" != text[:3]:
        raise ValueError(f"{text} is a {local:%a}")
    return instant(local)
