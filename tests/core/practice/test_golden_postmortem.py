"""The second golden run: an evening of 2026-03-04, from the alert to the closed incident.

Two dates of the document, 03/07 and 03/14, are Saturdays: this shop works every day.
"""

from datetime import date

from msgspec.structs import replace

from tests.core.practice.golden import ACTIONS, DOCUMENT, HUMANS, ZONE, at
from tests.core.practice.learning_world import learning, moment
from tests.core.practice.world import COMMANDER, COMMUNICATIONS, TECHNICAL
from tests.core.world import World, person
from triaged.core.practice.learning.postmortem_checks import lacks_for_publishing, lacks_for_review
from triaged.core.practice.learning.postmortem_draft import PROMPT, draft
from triaged.core.practice.learning.postmortem_facts import Account
from triaged.core.records.answers import Acted, Answer, Conflict
from triaged.core.records.effects import Append
from triaged.core.records.events import (
    Acknowledged,
    Closed,
    NoteAdded,
    Resolved,
    SeverityChosen,
)
from triaged.core.records.model import ChainedEntry, Entry, Severity
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
)
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.time.calendars import Calendar
from triaged.core.time.recurring import parse

ALERT = "order-service error rate > 5%"
EVERY_DAY = Calendar("office", ZONE, parse("daily 00:00-24:00"))


class Evening(World):
    """The run of the document, played by the core."""

    def __init__(self) -> None:
        names = ("alice", "bob", "carol", "dave")
        people = {name: person(name) for name in names}
        chosen = learning(people=people, working_days=EVERY_DAY, timezone=ZONE)
        super().__init__(chosen, start=at(15, 23))
        self.fires(alertname="Checkout Failures", severity="SEV-1")
        self.until(15, 25, Acknowledged(1, "bob"))
        roles = {COMMANDER: "alice", TECHNICAL: "bob", COMMUNICATIONS: "carol"}
        given = [RoleAssigned(1, "alice", role, name) for role, name in roles.items()]
        self.until(15, 30, *given[:1], SeverityChosen(1, "alice", Severity.SEV1))
        room = Entry(self.now, "link.added", "triaged", "room: #inc-1", {"link": "room"})
        self.keep((Append(1, room),))
        self.until(15, 30, *given[1:])
        cause = "Root cause identified: connection pool exhausted"
        self.until(15, 35, NoteAdded(1, "bob", cause, kind=NoteKind.HYPOTHESIS))
        restarted = "order-service pods restarted"
        self.until(15, 38, NoteAdded(1, "bob", restarted, kind=NoteKind.FIX))
        self.until(15, 42, NoteAdded(1, "bob", "Error rate returning to normal"))
        self.until(16, 10, Resolved(1, "alice", "all systems nominal"))
        self.deliver()

    def until(self, hour: int, minute: int, *events: object) -> None:
        """Let time pass until then, and these things happen."""
        self.run_until(at(hour, minute))
        for event in events:
            assert self.handle(event) == Acted(1)  # type: ignore[arg-type]  # events of the core

    def account(self) -> Account:
        """What a postmortem of it is drafted from."""
        entries = [
            ChainedEntry(1, n, e.at, e.at, e.kind, e.actor, e.text, e.data, "")
            for n, e in enumerate(self.entries[1], 1)
        ]
        actions = sorted(self.view.rows_of(ActionItem, 1), key=lambda item: item.id)
        return Account(self.view.incidents[1], entries, ALERT, 1, actions, (), ZONE)

    def close(self) -> Answer:
        """Close the incident; the answer."""
        return self.handle(Closed(1, "alice"))


def test_evening_of_the_document_ends_in_its_postmortem() -> None:
    world = Evening()
    assert isinstance(world.close(), Conflict)
    for item in ACTIONS:
        day = date.fromisoformat(item.due)
        event = ActionItemAdded(
            1, "alice", item.id, item.kind, item.priority, item.text, item.owner, day
        )
        assert world.handle(event) == Acted(1)

    text = facts = draft(world.account())
    for section, words in HUMANS.items():
        head, mark, tail = text.partition(f"## {section}\n")
        text = head + mark + PROMPT.sub(words, tail, count=1)

    assert text.startswith(DOCUMENT)
    assert lacks_for_review(facts) != []
    assert lacks_for_publishing(text, world.account().actions, date(2026, 3, 4)) == []
    assert world.handle(PostmortemSaved(1, "alice", text, 0, facts)) == Acted(1)
    assert isinstance(world.close(), Conflict)
    assert world.handle(PostmortemReviewed(1, "alice", 1)) == Acted(1)
    assert world.handle(PostmortemPublished(1, "bob", 1)) == Acted(1)
    assert world.close() == Acted(1)


def test_it_is_due_after_three_days_with_reminders_at_half_and_at_the_end() -> None:
    world = Evening()
    (row,) = world.view.rows_of(Postmortem, 1)
    assert moment(row.due_at or 0) == "2026-03-07 21:10"

    world.run_until(at(16, 10) + 3 * 86_400_000_000)

    reminded = [e for e in world.entries[1] if e.kind == "postmortem.reminded"]
    assert [moment(entry.at) for entry in reminded] == ["2026-03-06 09:10", "2026-03-07 21:10"]
    assert {entry.data["to"] for entry in reminded} == {"alice"}


def test_figures_are_those_of_the_evening() -> None:
    text = draft(Evening().account())

    phases = "detection 2 min (guide 5 min), triage 10 min (guide 10 min)"
    assert f"| Time in each phase | {phases}, investigation 3 min (guide 45 min)" in text
    assert "| Time in each severity | SEV-1 47 min |" in text
    assert "| First page → first acknowledgement | 2 min |" in text
    assert "| Internal updates on time | 0 of 1 |" in text


def test_on_an_ordinary_calendar_saturdays_are_moved_and_said() -> None:
    world = Evening()
    office = replace(EVERY_DAY, open=parse("mon-fri 09:00-17:30"))
    world.settings = replace(world.settings, working_days=office)
    item = ACTIONS[1]
    event = ActionItemAdded(1, "alice", "a", item.kind, item.priority, item.text, "carol")

    world.handle(replace(event, due=date(2026, 3, 7)))

    (row,) = world.view.rows_of(ActionItem, 1)
    assert row.due == "2026-03-09"
    assert row.due_note.startswith("2026-03-07 is no working day")
