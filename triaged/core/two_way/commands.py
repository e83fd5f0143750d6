"""The language of `/triaged`, of replies and of mentions: text in, meaning out.

`ack [INC-12|all|last]`, `take`, `handover INC-12 alice`, `escalate`, `note INC-12 text`, `resolve`,
`severity INC-12 SEV-1 [reason]`, `declare SEV-2 title [service=…]`, `oncall [schedule]`, `list`,
`help`. An incident may be left out where it is clear from where the command is typed.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from triaged.core.records.model import incident_number
from triaged.core.records.severity import Severity

CommandVerb = Literal[
    "acknowledge",
    "take",
    "handover",
    "escalate",
    "note",
    "resolve",
    "severity",
    "declare",
    "oncall",
    "list",
    "help",
]

WORDS: dict[str, CommandVerb] = {
    "ack": "acknowledge",
    "acknowledge": "acknowledge",
    "take": "take",
    "handover": "handover",
    "assign": "handover",
    "escalate": "escalate",
    "esc": "escalate",
    "note": "note",
    "resolve": "resolve",
    "severity": "severity",
    "sev": "severity",
    "declare": "declare",
    "oncall": "oncall",
    "list": "list",
    "help": "help",
}
"""The words that a command begins with."""

HELP = """\
ack [INC-12|last|all]: acknowledge, and stop paging
take [INC-12]: take over from whoever holds it
handover INC-12 alice: hand it over to alice, who is paged
escalate [INC-12]: page the next step now
note INC-12 text: a note on the timeline
resolve [INC-12] [note]: resolve it
severity INC-12 SEV-1 [reason]: set the severity
declare SEV-2 title [service=checkout]: open an incident
oncall [schedule]: who is on call now
list: the open incidents
INC-12 may be left out in a reply, in the incident's own room, and where you have been paged for one
incident alone."""

LEVELS = ", ".join(Severity)
TEXT_MAX = 1000
TITLE_MAX = 200
_SERVICE = re.compile(r"(?:^|\s)service=(\S+)")

Target = int | Literal["last", "all"] | None
"""The incident that is meant; None: it is clear from where the command is typed, or it is not."""


class Command(msgspec.Struct, frozen=True):
    """What somebody wants."""

    verb: CommandVerb
    target: Target = None
    text: str = ""
    """A note, a reason, a title, the name of a schedule."""
    person: str = ""
    severity: Severity | None = None
    service: str = ""


class Misread(msgspec.Struct, frozen=True):
    """A command that cannot be understood, and what would be."""

    text: str


def command_of(text: str) -> Command | Misread:
    """The meaning of a line."""
    line = text.strip()[:TEXT_MAX].removeprefix("/triaged").lstrip()
    word, _, rest = line.partition(" ")
    word = word.lower().rstrip(".!:,")
    verb = WORDS.get(word)
    if verb is None:
        return Misread(unknown(word, WORDS, "a command") + " Type `help` for all of them.")
    rest = rest.strip()
    match verb:
        case "help" | "list":
            return Command(verb)
        case "oncall":
            return Command(verb, text=rest)
        case "declare":
            return _declare(rest)
        case _:
            return _of_incident(verb, rest)


def unknown(word: str, known: Sequence[str] | dict[str, CommandVerb], what: str) -> str:
    """That a word is not known, and the nearest one that is."""
    near = difflib.get_close_matches(word, list(known), 1)
    hint = f": did you mean `{near[0]}`?" if near else "."
    return f"`{word[:40]}` is not {what}{hint}"


def _of_incident(verb: CommandVerb, rest: str) -> Command | Misread:
    """A command about an incident, which may be named first."""
    target, rest = _target(rest)
    if target == "all" and verb != "acknowledge":
        return Misread("`all` goes with `ack` only: name one incident.")
    match verb:
        case "handover":
            person, _, more = rest.partition(" ")
            if not person or more:
                return Misread("Whom? `handover INC-12 alice`")
            return Command(verb, target, person=person.removeprefix("@"))
        case "note":
            return (
                Command(verb, target, rest) if rest else Misread("Which note? `note INC-12 text`")
            )
        case "severity":
            severity, _, reason = rest.partition(" ")
            level = _severity(severity)
            if level is None:
                return Misread(f"Which severity? {LEVELS}: `severity INC-12 SEV-1 reason`")
            return Command(verb, target, reason.strip(), severity=level)
        case "resolve" | "escalate":
            return Command(verb, target, rest)
        case _ if rest and target is None:
            return Misread(f"`{rest[:40]}` is not an incident: `INC-12`, `last` or `all`.")
        case _:
            return Command(verb, target, rest)


def _target(rest: str) -> tuple[Target, str]:
    """The incident at the beginning, and what follows it."""
    word, _, more = rest.partition(" ")
    lowered = word.lower().rstrip(":,")
    if lowered == "last":
        return "last", more.strip()
    if lowered == "all":
        return "all", more.strip()
    number = incident_number(lowered.removeprefix("#"))
    return (None, rest) if number is None else (number, more.strip())


def _declare(rest: str) -> Command | Misread:
    word, _, title = rest.partition(" ")
    severity = _severity(word)
    if severity is None:
        return Misread(f"Which severity? {LEVELS}: `declare SEV-2 checkout is slow`")
    services = _SERVICE.findall(title)
    title = " ".join(_SERVICE.sub(" ", title).split())
    if not title:
        return Misread("What is wrong? `declare SEV-2 checkout is slow`")
    service = services[-1] if services else ""
    return Command("declare", text=title[:TITLE_MAX], severity=severity, service=service)


def _severity(word: str) -> Severity | None:
    """SEV-1 for `SEV-1`, `sev1` and `1`."""
    digit = word.lower().removeprefix("sev").removeprefix("-")
    return next((each for each in Severity if each.value == f"SEV-{digit}"), None)
