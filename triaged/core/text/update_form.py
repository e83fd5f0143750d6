"""The internal update in the form of the founding document: one fact a line, in a fixed order."""

from collections.abc import Iterable, Mapping

from triaged.core.records.model import Incident, Phase, Severity
from triaged.core.records.practice.drills import DRILL_MARK
from triaged.core.records.practice.roles import HeldRole, Role
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.text.wording import TITLE_MAX, clean
from triaged.core.time.durations import HOUR, MINUTE

COLOUR: Mapping[Severity, str] = {
    Severity.SEV1: "🔴",
    Severity.SEV2: "🟠",
    Severity.SEV3: "🟡",
    Severity.SEV4: "🔵",
}
CONDITION: Mapping[Phase, str] = {
    Phase.DETECTION: "Detected",
    Phase.TRIAGE: "Triage",
    Phase.INVESTIGATION: "Investigating",
    Phase.MITIGATION: "Mitigating",
    Phase.RESOLUTION: "Resolved",
}
"""What `Status:` says where nobody chose another word."""

SHORT: Mapping[Role, str] = {
    Role.INCIDENT_COMMANDER: "IC",
    Role.TECHNICAL_LEAD: "Tech Lead",
    Role.COMMUNICATIONS_LEAD: "Comms",
    Role.SCRIBE: "Scribe",
    Role.SUBJECT_MATTER_EXPERT: "SME",
}
LINE_MAX = 1000


def internal_update(incident: Incident, update: IncidentUpdate, roles: Iterable[HeldRole]) -> str:
    """The text of an update. A line without content is left out, except `Team` and the title."""
    head = f"{COLOUR[incident.severity]} {incident.severity} Incident: "
    mark = f"{DRILL_MARK} " if incident.kind == "drill" else ""
    lines = [
        f"{mark}{head}{clean(incident.title.removeprefix(f'{DRILL_MARK} '), TITLE_MAX)}",
        f"Status: {clean(update.condition, LINE_MAX)}",
        _line("Impact", update.impact),
        f"Duration: {duration_text(update.at - incident.opened_at)} so far",
        f"Team: {team_text(roles)}",
        _line("Current theory", update.theory),
        _line("Next action", update.actions),
        _line("Needs", update.needs),
    ]
    if update.next_update_at is not None:
        lines.append(f"ETA to next update: {duration_text(update.next_update_at - update.at)}")
    return "\n".join(line for line in lines if line)


def team_text(roles: Iterable[HeldRole]) -> str:
    """`@alice (IC), @bob (Tech Lead)`: who holds which role."""
    return ", ".join(f"@{held.person} ({SHORT[held.role]})" for held in roles) or "nobody yet"


def duration_text(us: int) -> str:
    """`23 minutes`; from two hours on `2 h 05 min`."""
    minutes = max(us, 0) // MINUTE
    if minutes < 2 * HOUR // MINUTE:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours, rest = divmod(minutes, HOUR // MINUTE)
    return f"{hours} h {rest:02} min"


def _line(name: str, text: str) -> str:
    return f"{name}: {clean(text, LINE_MAX)}" if text else ""
