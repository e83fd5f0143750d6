"""What somebody is told who pressed a button or typed a command: the truth about the incident."""

from triaged.core.records.answers import Acted, Answer, Conflict, RateLimited, Unknown
from triaged.core.records.model import Incident, State
from triaged.core.settings import Settings
from triaged.core.text.standing import name_of, standing
from triaged.core.text.wording import Reading, clean
from triaged.core.two_way.commands import Command
from triaged.core.two_way.presses import OLDER

TEXT_MAX = 1000
LISTED_MAX = 10
TITLE_MAX = 80


def pressed_text(answer: Answer, after: Incident, settings: Settings, reading: Reading) -> str:
    """Such as `INC-12: already acknowledged by Bob at 02:14 CET.`."""
    now = standing(after, settings, reading)
    match answer:
        case Acted():
            return f"{after.id}: {now}."
        case Conflict() if after.state is State.OPEN:
            return f"{after.id}: nothing has changed, {OLDER}. Now: {now}."
        case Conflict():
            return f"{after.id}: already {now}."
        case _:
            return f"{after.id}: nothing has changed. Now: {now}."


def done_text(
    command: Command, answer: Answer, after: Incident, settings: Settings, reading: Reading
) -> str:
    """What a command has done."""
    if isinstance(answer, Conflict | Unknown):
        return f"{clean(answer.detail, TEXT_MAX)}."
    if isinstance(answer, RateLimited) or not isinstance(answer, Acted):
        return "Nothing has changed. Try again in a moment."
    paged = ", ".join(name_of(name, settings) for name in answer.paged)
    match command.verb:
        case "note":
            return f"{after.id}: the note is on the timeline."
        case "escalate":
            return f"{after.id}: escalated." + (f" Paged: {paged}." if paged else "")
        case "handover":
            whom = name_of(command.person, settings)
            return f"{after.id}: handed over to {whom}" + (", who is paged." if paged else ".")
        case "severity":
            return f"{after.id}: it is {after.severity} now."
        case "declare":
            return f"{line_of(after, settings, reading)}" + (f" Paged: {paged}." if paged else "")
        case _:
            return f"{after.id}: {standing(after, settings, reading)}."


def line_of(incident: Incident, settings: Settings, reading: Reading) -> str:
    """Such as `INC-12 SEV-1 checkout is down: acknowledged by Bob at 02:14 CET.`."""
    title = clean(incident.title, TITLE_MAX)
    return f"{incident.id} {incident.severity} {title}: {standing(incident, settings, reading)}."


def list_text(found: list[Incident], settings: Settings, reading: Reading) -> str:
    """The open incidents, the worst first."""
    if not found:
        return "Nothing is open."
    shown = [line_of(each, settings, reading) for each in found[:LISTED_MAX]]
    more = [f"… and {len(found) - LISTED_MAX} more"] if len(found) > LISTED_MAX else []
    return "\n".join([*shown, *more])
