"""Alerts as a table, pages by step, the timeline's views, what may be done."""

from tests.core.world import World
from triaged.core.records.events import Acknowledged, Resolved
from triaged.core.records.model import ChainedEntry
from triaged.core.records.pages import PageState
from triaged.web._console.clock import Clock
from triaged.web._console.incident_view import paged_steps, resolves_words, said, verbs


def entry(seq: int, kind: str, actor: str, text: str) -> ChainedEntry:
    return ChainedEntry(1, seq, seq, seq, kind, actor, text, {}, "")


ENTRIES = [
    entry(1, "incident.opened", "rule:x", "SEV-2 Down"),
    entry(2, "page.sent", "triaged", "alice paged"),
    entry(3, "alerts.joined", "source:am", "2 alerts joined"),
    entry(4, "note", "alice", "looking"),
    entry(5, "incident.confirmed", "alice", "alice is still at it"),
]


def test_views_of_the_timeline_newest_first() -> None:
    views = {name: [one.seq for one in said(ENTRIES, name)] for name in ("all", "people", "pages")}

    assert views == {"all": [4, 3, 2, 1], "people": [4], "pages": [2]}
    assert [one.seq for one in said(ENTRIES, "alerts")] == [3, 1]
    note, *_ = said(ENTRIES, "people")
    assert (note.text, note.is_said) == ("alice: looking", True)


def test_pages_stand_by_step_with_what_became_of_them() -> None:
    world = World()
    world.fires(severity="SEV-2")
    pages = list(world.view.pages.values())
    clock = Clock("UTC", world.now)

    (before,) = paged_steps(world.incident, pages, clock)
    world.deliver()
    (after,) = paged_steps(world.incident, [*world.view.pages.values()], clock)

    assert before.whom == "alice"
    assert {one.state.text for one in before.attempts} == {"is being sent"}
    assert {one.state.text for one in after.attempts} == {"delivered"}
    assert {page.state for page in world.view.pages.values()} == {PageState.SENT}


def test_what_may_be_done_follows_from_the_state() -> None:
    world = World()
    world.fires(severity="SEV-2")
    found = [verbs(world.incident)]
    world.handle(Acknowledged(1, "alice"))
    found.append(verbs(world.incident))
    world.handle(Resolved(1, "alice"))
    found.append(verbs(world.incident))

    assert [each[0] for each in found] == ["acknowledge", "escalate", "reopen"]
    assert resolves_words(world.incident).startswith("when no alert fires")
