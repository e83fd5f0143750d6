"""Forms of `/act` as events."""

import pytest

from triaged.access.action_links import Link
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Escalated,
    NoteAdded,
    Resolved,
)
from triaged.web._act_form import Form, event_of, read_form

RESPOND = Link(3, "respond", "alice", 0)
ACKNOWLEDGE = Link(3, "acknowledge", "", 0)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", Form()),
        (b"do=note&text=a%0D%0Ab+%C3%A9%00", Form("note", "a\nb é")),
        (b"do=assign&person=bob&person=carol", Form("assign", person="bob")),
        (b"do=note&text=%ff", None),
        (b"\xff", None),
        (b"a=1&" * 9, None),
        (b"text=" + b"x" * 20_001, None),
    ],
)
def test_fields_are_read_within_limits(body: bytes, form: Form | None) -> None:
    assert read_form(body) == form


@pytest.mark.parametrize(
    ("link", "form", "event"),
    [
        (ACKNOWLEDGE, Form(), Acknowledged(3, "link")),
        (ACKNOWLEDGE, Form("take_over"), Acknowledged(3, "link", take_over=True)),
        (ACKNOWLEDGE, Form("resolve"), None),
        (RESPOND, Form("note", "x"), NoteAdded(3, "alice", "x")),
        (RESPOND, Form("note"), None),
        (RESPOND, Form("escalate"), Escalated(3, "alice")),
        (RESPOND, Form("assign", person="bob"), Assigned(3, "alice", "bob")),
        (RESPOND, Form("assign"), None),
        (RESPOND, Form("resolve", "x"), Resolved(3, "alice", "x")),
        (RESPOND, Form("close"), None),
    ],
)
def test_a_form_is_what_its_link_allows(link: Link, form: Form, event: Action | None) -> None:
    assert event_of(form, link) == event
