"""What a button of an incident's page asks for: the form's fields as an event."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import parse_qs

import msgspec

from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Closed,
    Escalated,
    NoteAdded,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR
from triaged.http.bodies import NAME_MAX, TEXT_MAX
from triaged.web._console.clock import Clock
from triaged.wire import instant

FORM_BYTES_MAX = 4 * TEXT_MAX
"""A note in percent encoding; what is longer is no form of ours."""

FIELDS_MAX = 40
MORNING = 9
SNOOZES: Mapping[str, int] = {"1h": HOUR, "4h": 4 * HOUR, "12h": 12 * HOUR}


class Form(msgspec.Struct, frozen=True):
    """The fields of a pressed button."""

    verb: str
    text: str = ""
    person: str = ""
    severity: str = ""
    until: str = ""
    expected: str | None = None
    """What the page said when the form was filled in; None: the sender insists."""
    incidents: tuple[str, ...] = ()
    """For one button of several incidents."""


def read_form(body: bytes) -> Form | None:
    """The fields of an encoded form; None where it is none of ours."""
    try:
        fields = parse_qs(
            body.decode(), max_num_fields=FIELDS_MAX, errors="strict", keep_blank_values=True
        )
    except ValueError:  # no UTF-8, or too many fields
        return None
    first = {name: values[0].replace("\0", "") for name, values in fields.items()}
    text = first.get("text", "").replace("\r\n", "\n").strip()
    form = Form(
        verb=first.get("do", ""),
        text=text,
        person=first.get("person", ""),
        severity=first.get("severity", ""),
        until=first.get("until", ""),
        expected=None if "anyway" in first else first.get("expected"),
        incidents=tuple(fields.get("incident", ())),
    )
    return form if len(text) <= TEXT_MAX and len(form.person) <= NAME_MAX else None


def event_of(form: Form, number: int, by: str, clock: Clock) -> Action | None:
    """The event that the form asks for; None: there is no such button, or a field is missing."""
    simple = _SIMPLE.get(form.verb)
    if simple is not None:
        return simple(number, by, form.text)
    match form.verb:
        case "take_over":
            return Acknowledged(number, by, form.text, take_over=True)
        case "note" if form.text:
            return NoteAdded(number, by, form.text)
        case "assign" if form.person:
            return Assigned(number, by, form.person, form.expected)
        case "severity" if {form.severity, form.expected or form.severity} <= {*Severity}:
            expected = Severity(form.expected) if form.expected else None
            return SeverityChosen(number, by, Severity(form.severity), form.text, expected)
        case "snooze" if (until := snooze_end(form.until, clock)) is not None:
            return Snoozed(number, by, until)
        case _:
            return None


_SIMPLE: Mapping[str, Callable[[int, str, str], Action]] = {
    "acknowledge": Acknowledged,
    "unacknowledge": Unacknowledged,
    "escalate": Escalated,
    "resolve": Resolved,
    "reopen": Reopened,
    "close": Closed,
}


def snooze_end(choice: str, clock: Clock) -> int | None:
    """The end of a snooze: after some hours, or in the reader's next morning."""
    if choice in SNOOZES:
        return clock.now + SNOOZES[choice]
    if choice != "morning":
        return None
    local = clock.local(clock.now)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return instant(morning if morning > local else morning + timedelta(days=1))


INVERSE: Mapping[str, str] = {
    "acknowledge": "unacknowledge",
    "resolve": "reopen",
    "snooze": "acknowledge",
}
"""By action: what takes it back."""
