"""The events of the fortnight as script.txt tells them, a line each."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    Escalated,
    Event,
    NoteAdded,
    Resolved,
    SeverityChosen,
    SilenceSet,
    Snoozed,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Severity
from triaged.wire import instant

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Europe/Berlin")
YEAR = 2026
SENDER = "http://alertmanager.example.org"

_LINE = re.compile(r"(?P<day>\w{3} \d+ \w{3}) (?P<time>\d\d:\d\d)  (?P<what>.+)")
_ALERT = re.compile(r"(?P<name>\w+) (?P<labels>[\w=]+(?: [\w=]+)*) (?P<verb>fires|ends)")
_PROVIDER = re.compile(r"(?P<channel>\w+) (?P<verb>refuses|takes) (?P<person>\w+)")
_SILENCE = re.compile(
    r"(?P<by>\w+) silences (?P<name>\w+)=(?P<value>\w+) until (?P<time>\d\d:\d\d)"
)
_NOTE = re.compile(r"(?P<by>\w+) notes on (?P<title>.+): (?P<text>.+)")
_HAND_OVER = re.compile(r"(?P<by>\w+) hands (?P<title>.+) to (?P<person>\w+)")
_SNOOZE = re.compile(r"(?P<by>\w+) snoozes (?P<title>.+) until (?P<time>\d\d:\d\d)")
_RATING = re.compile(r"(?P<by>\w+) rates (?P<title>.+) (?P<severity>SEV-\d)")
_ACT = re.compile(r"(?P<by>\w+) (?P<verb>acknowledges|takes over|resolves|escalates) (?P<title>.+)")

ACTS: Mapping[str, Callable[[int, str], Event]] = {
    "acknowledges": Acknowledged,
    "takes over": partial(Acknowledged, take_over=True),
    "resolves": Resolved,
    "escalates": Escalated,
}


class Change(msgspec.Struct, frozen=True):
    """A change of the world around triaged."""


class Refusal(Change, frozen=True):
    """A provider refuses everything for a person, or does no longer."""

    channel: str
    person: str
    refuses: bool


Numbers = Callable[[str], int]
"""The number of the latest incident with a title."""


Deed = Callable[[Numbers], Event] | Change
"""An event, or a change of the world around triaged."""


class Move(msgspec.Struct, frozen=True):
    """One line of the script."""

    at: int
    """µs UTC."""
    text: str
    event: Deed


class Scene(msgspec.Struct, frozen=True):
    """Lines under a heading."""

    heading: str
    moves: tuple[Move, ...]


def scenes(folder: Path = FOLDER, parser: "Parser | None" = None) -> list[Scene]:
    """The script of a folder."""
    found: list[Scene] = []
    parser = parser or Parser()
    for line in (folder / "script.txt").read_text().splitlines():
        if line.startswith("="):
            found.append(Scene(line.removeprefix("= "), ()))
        elif line and not line.startswith("#"):
            last = found[-1]
            found[-1] = Scene(last.heading, (*last.moves, parser.move(line)))
    return found


def moves(script: Sequence[Scene]) -> Iterator[Move]:
    """All lines, in order."""
    for scene in script:
        yield from scene.moves


class Parser:
    """Remembers the labels of what fires, which its end repeats."""

    def __init__(self) -> None:
        self._labels: dict[str, dict[str, str]] = {}

    def move(self, line: str) -> Move:
        """The move of a line. ValueError: nobody understands it."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not `Mon 23 Mar 10:12  …`: {line}")
        day, time, what = match.group("day", "time", "what")
        at = instant_of(day, time)
        return Move(at, what, self.deed(day, at, what))

    def deed(self, day: str, at: int, what: str) -> Deed:
        """What is to be done, in words. ValueError: nobody understands it."""
        return self._provider(what) or self._event(day, at, what)

    def _provider(self, what: str) -> Refusal | None:
        match = _PROVIDER.fullmatch(what)
        if match is None:
            return None
        return Refusal(match["channel"], match["person"], match["verb"] == "refuses")

    def _event(self, day: str, at: int, what: str) -> Callable[[Numbers], Event]:
        if match := _ALERT.fullmatch(what):
            received = self._alert(at, *match.group("name", "labels", "verb"))
            return lambda _: received
        if match := _SILENCE.match(what):
            name, value, by, time = match.group("name", "value", "by", "time")
            matchers = (Matcher(name, "=", value),)
            comment = what.rpartition(": ")[2]
            silence = SilenceSet(f"{by}-{at}", matchers, at, instant_of(day, time), by, comment)
            return lambda _: silence
        return _act(day, what)

    def _alert(self, at: int, name: str, text: str, verb: str) -> AlertReceived:
        labels = dict(pair.split("=") for pair in text.split())
        others = [labels.get(name, "") for name in ("host", "pod", "queue")]
        fingerprint = "/".join([name, *others])
        if verb == "fires":
            self._labels[fingerprint] = {"alertname": name, **labels}
        labels = self._labels[fingerprint]
        firing = verb == "fires"
        alert = Alert("alertmanager", fingerprint, firing, labels, {}, at, sender=SENDER)
        if not firing:
            alert = msgspec.structs.replace(alert, starts_at=None, ends_at=at)
        return AlertReceived(alert, at)


def _act(day: str, what: str) -> Callable[[Numbers], Event]:
    """What a person does to the incident of a title."""
    if match := _NOTE.fullmatch(what):
        by, title, text = match.group("by", "title", "text")
        return lambda number: NoteAdded(number(title), by, text)
    if match := _HAND_OVER.fullmatch(what):
        by, title, person = match.group("by", "title", "person")
        return lambda number: Assigned(number(title), by, person)
    if match := _SNOOZE.fullmatch(what):
        by, title, until = *match.group("by", "title"), instant_of(day, match["time"])
        return lambda number: Snoozed(number(title), by, until)
    if match := _RATING.fullmatch(what):
        by, title, severity = *match.group("by", "title"), Severity(match["severity"])
        return lambda number: SeverityChosen(number(title), by, severity)
    if match := _ACT.fullmatch(what):
        by, title, act = *match.group("by", "title"), ACTS[match["verb"]]
        return lambda number: act(number(title), by)
    raise ValueError(f"nobody understands: {what}")


def instant_of(day: str, time: str) -> int:
    """µs UTC of a local time. ValueError: that day is another day of the week."""
    local = datetime.strptime(f"{YEAR} {day} {time}", "%Y %a %d %b %H:%M").replace(tzinfo=ZONE)
    if f"{local:%a}" != day[:3]:
        raise ValueError(f"{day} is a {local:%a}")
    return instant(local)
