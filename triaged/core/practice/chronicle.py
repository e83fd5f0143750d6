"""Additions to a timeline that exists: corrections, markers, messages from elsewhere.

Nothing on a timeline changes: each of these is an entry of its own, which names the other.
"""

from triaged.core.draft import Draft
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.model import Entry, Incident, incident_id
from triaged.core.records.practice.events import EntryCorrected, EntryMarked, MessagesImported
from triaged.core.records.practice.notes import ImportedMessage
from triaged.core.response.holding import keep_active
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE

AHEAD_US = MINUTE
"""Limit on the lead of a message's time over ours: clocks differ."""


def correct(situation: Situation, event: EntryCorrected) -> Decision:
    """Say what an entry should have said."""
    incident = situation.incident(event.incident)
    refusal = _no_entry(incident, event.incident, event.seq)
    if incident is None or refusal is not None:
        return Decision((), refusal or Unknown(incident_id(event.incident)))
    draft = Draft(incident)
    data: dict[str, object] = {"corrects": event.seq}
    draft.say(Entry(situation.now, "correction", event.by, event.text, data))
    keep_active(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))


def mark(situation: Situation, event: EntryMarked) -> Decision:
    """Say what an entry was for the course of the incident."""
    incident = situation.incident(event.incident)
    refusal = _no_entry(incident, event.incident, event.seq)
    if incident is None or refusal is not None:
        return Decision((), refusal or Unknown(incident_id(event.incident)))
    draft = Draft(incident)
    text = f"entry {event.seq} is {event.marker.replace('_', ' ')}"
    data: dict[str, object] = {"marks": event.seq, "marker": event.marker}
    draft.say(Entry(situation.now, "marker", event.by, text, data))
    keep_active(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))


def _no_entry(incident: Incident | None, number: int, seq: int) -> Unknown | None:
    if incident is None:
        return Unknown(f"there is no {incident_id(number)}")
    if not 1 <= seq <= incident.entries:
        return Unknown(f"{incident.id} has no entry {seq}; its last one is {incident.entries}")
    return None


def message_id(incident: int, ref: str) -> str:
    """`INC-12/message/<ref>`: the identity of a message on a timeline."""
    return f"{incident_id(incident)}/message/{ref}"


def import_messages(situation: Situation, event: MessagesImported) -> Decision:
    """Put messages on the timeline with their own times, each once."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    ahead = [one for one in event.messages if one.at > situation.now + AHEAD_US]
    if ahead:
        detail = f"{incident.id}: message {ahead[0].ref!r} is of an instant that lies ahead"
        return Decision((), Conflict(detail))
    draft = Draft(incident)
    known = {row.id for row in situation.view.rows_of(ImportedMessage, incident.number)}
    for message in sorted(event.messages, key=lambda one: (one.at, one.ref)):
        identity = message_id(incident.number, message.ref)
        if identity in known:
            continue
        known.add(identity)
        draft.add(SaveRow(ImportedMessage(identity, incident.number, message.at)))
        data: dict[str, object] = {"author": message.author, "ref": message.ref}
        text = f"{message.author}: {message.text}"
        draft.say(Entry(message.at, "message", event.by, text, data))
    keep_active(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))
