"""Forms of the command page: the fields as an event, and what was typed."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

import msgspec

from triaged.core.records.events import Event, NoteAdded, PhaseChanged
from triaged.core.records.model import Phase
from triaged.core.records.practice.events import ItemTicked, RoleAssigned, UpdatePosted
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import MINUTE

FIELDS_MAX = 30
LINE_MAX = 1000
UPDATE = ("condition", "impact", "theory", "actions", "needs")
"""Fields of an update."""

MINUTES = (15, 30, 60, 120)
"""Times until the next update that are offered."""


class Typed(msgspec.Struct, frozen=True):
    """The fields of a pressed button, which the page shows again if it is refused."""

    verb: str = ""
    fields: Mapping[str, str] = {}
    refusal: str = ""
    """Why it was not done; empty: it was, or nothing was tried."""

    @property
    def update(self) -> Mapping[str, str]:
        """What was typed into the form of an update."""
        if self.verb not in {"update", "preview"}:
            return {}
        return {name: self.fields.get(name, "") for name in UPDATE}

    def field(self, name: str) -> str:
        """What was typed into a field."""
        return self.fields.get(name, "")


def read_typed(body: bytes) -> Typed | None:
    """The fields of an encoded form; None where it is none of ours."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        return None
    first = {name: values[0].replace("\0", "").strip() for name, values in fields.items()}
    if any(len(value) > LINE_MAX for value in first.values()):
        return None
    lines = {name: value.replace("\r\n", "\n") for name, value in first.items()}
    return Typed(lines.get("do", ""), lines)


def event_of(typed: Typed, number: int, by: str, now: int) -> Event | None:
    """The event that the form asks for; None: there is no such button, or a field is missing."""
    read = _READ.get(typed.verb)
    return None if read is None else read(typed, number, by, now)


def _update(typed: Typed, number: int, by: str, now: int) -> Event | None:
    minutes = typed.field("minutes")
    if minutes and minutes not in [str(each) for each in MINUTES]:
        return None
    return UpdatePosted(
        incident=number,
        by=by,
        next_update_at=now + int(minutes) * MINUTE if minutes else None,
        **typed.update,
    )


def _phase(typed: Typed, number: int, by: str, _: int) -> Event | None:
    phase = typed.field("phase")
    return PhaseChanged(number, by, Phase(phase)) if phase in [*Phase] else None


def _role(typed: Typed, number: int, by: str, _: int) -> Event | None:
    role, person = typed.field("role"), typed.field("person")
    if role not in [*Role] or not person:
        return None
    note, override = typed.field("note"), typed.field("override")
    return RoleAssigned(number, by, Role(role), person, note, override)


def _tick(typed: Typed, number: int, by: str, _: int) -> Event | None:
    item = typed.field("item")
    return ItemTicked(number, by, item, typed.field("done") == "1") if item else None


def _decision(typed: Typed, number: int, by: str, _: int) -> Event | None:
    text = typed.field("text")
    return NoteAdded(number, by, text, kind=NoteKind.DECISION) if text else None


_READ: Mapping[str, Callable[[Typed, int, str, int], Event | None]] = {
    "update": _update,
    "phase": _phase,
    "role": _role,
    "tick": _tick,
    "decision": _decision,
}
