"""How an incident stands, in a few words: what a message is edited to, what a press is answered."""

from triaged.core.records import actors
from triaged.core.records.model import Incident, State, incident_id
from triaged.core.settings import Settings
from triaged.core.text.wording import LABEL_MAX, Reading, clean, instant_for

SEE_BELOW = "see below: there is a newer message"


def standing(incident: Incident, settings: Settings, reading: Reading) -> str:
    """`acknowledged by Bob at 02:14 CET`: the state, by whom, since when."""
    match incident.state:
        case State.OPEN:
            return "open: nobody has it yet"
        case State.ACKNOWLEDGED:
            at, by = incident.acknowledged_at, incident.acknowledged_by
            word = "acknowledged" if incident.snoozed_until is None else "snoozed"
            return f"{word}{_by(by, settings)}{_at(at, reading)}"
        case State.RESOLVED | State.CLOSED:
            at, by = incident.resolved_at, incident.resolved_by
            return f"resolved{_by(by, settings)}{_at(at, reading)}"
        case State.MERGED:
            into = incident.merged_into
            return "merged" if into is None else f"merged into {incident_id(into)}"


def name_of(by: str, settings: Settings) -> str:
    """The name of whoever acted, as the configuration has it."""
    person = settings.people.get(by)
    return clean(person.name if person is not None else by, LABEL_MAX)


def _by(by: str | None, settings: Settings) -> str:
    return f" by {name_of(by, settings)}" if by and by != actors.ALERTS else ""


def _at(at: int | None, reading: Reading) -> str:
    return "" if at is None else f" at {instant_for(at, reading.timezone, reading.at)}"
