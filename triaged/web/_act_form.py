"""Fields of the form of `/act` as an event."""

from urllib.parse import parse_qs

import msgspec

from triaged.access.action_links import Link
from triaged.core.records import actors
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Escalated,
    NoteAdded,
    Resolved,
)
from triaged.http.bodies import NAME_MAX, TEXT_MAX

FORM_BYTES_MAX = 4 * TEXT_MAX
"""A note in percent encoding; what is longer is no form of ours."""

FIELDS_MAX = 8
ACKNOWLEDGE, TAKE_OVER = "acknowledge", "take_over"


class Form(msgspec.Struct, frozen=True):
    """The fields of a pressed button; a bare POST acknowledges."""

    verb: str = ACKNOWLEDGE
    text: str = ""
    person: str = ""


def read_form(body: bytes) -> Form | None:
    """The fields of an encoded form; None where it is none of ours."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        return None
    first = {name: values[0].replace("\0", "") for name, values in fields.items()}
    text = first.get("text", "").replace("\r\n", "\n").strip()
    form = Form(first.get("do", ACKNOWLEDGE), text, first.get("person", ""))
    return form if len(text) <= TEXT_MAX and len(form.person) <= NAME_MAX else None


def event_of(form: Form, link: Link) -> Action | None:
    """The event that the form asks for, as the link's person; None: the link allows none such."""
    by = link.person or actors.LINK
    number = link.incident
    if form.verb == ACKNOWLEDGE:
        return Acknowledged(number, by)
    if form.verb == TAKE_OVER:
        return Acknowledged(number, by, take_over=True)
    if link.action != "respond":
        return None
    match form.verb:
        case "note" if form.text:
            return NoteAdded(number, by, form.text)
        case "escalate":
            return Escalated(number, by, form.text)
        case "assign" if form.person:
            return Assigned(number, by, form.person)
        case "resolve":
            return Resolved(number, by, form.text)
        case _:
            return None
