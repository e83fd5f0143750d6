"""What people write on the timeline: kinds of notes, markers, imported messages."""

from enum import StrEnum

import msgspec

from triaged.core.records.practice.rows import PracticeRow


class NoteKind(StrEnum):
    """What a note is; a hypothesis begins the investigation, a fix the mitigation."""

    NOTE = "note"
    HYPOTHESIS = "hypothesis"
    FIX = "fix"
    DECISION = "decision"


class Marker(StrEnum):
    """What an entry was for the course of the incident."""

    DETECTION = "detection"
    DIAGNOSIS = "diagnosis"
    REPAIR = "repair"
    KEY_MOMENT = "key_moment"


class Message(msgspec.Struct, frozen=True):
    """A message from elsewhere, such as a chat, with its own time (µs)."""

    ref: str
    """Its identity there: the same message is imported once."""
    at: int
    author: str
    text: str


class ImportedMessage(PracticeRow, frozen=True, gc=False):
    """That a message is on the timeline. `id` is `INC-12/message/<ref>`."""

    incident: int
    at: int
