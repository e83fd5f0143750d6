from tests.core.practice.world import Practice
from triaged.core.practice.checklists import CHECKLIST, ITEMS, is_done, left_to_do
from triaged.core.records.answers import Acted, Unknown
from triaged.core.records.events import SeverityChosen
from triaged.core.records.model import Phase, Severity
from triaged.core.records.practice.events import ItemTicked

WORDS = {
    Phase.DETECTION: [
        "Alert fires or customer reports issue",
        "On-call acknowledges",
        "Initial assessment: severity + impact",
    ],
    Phase.RESOLUTION: [
        "Confirm all systems nominal",
        'Update status page to "resolved"',
        "Schedule postmortem",
    ],
}
"""Those of the founding document."""


def done(world: Practice, name: str) -> bool:
    return is_done(world.view.incidents[1], ITEMS[name])


def test_items_are_in_the_words_of_the_document() -> None:
    for phase, words in WORDS.items():
        assert [item.text for item in CHECKLIST[phase]] == words


def test_triaged_ticks_what_it_sees() -> None:
    world = Practice()
    assert [done(world, name) for name in ("noticed", "acknowledged", "assessed")] == [
        True,
        True,
        False,
    ]

    world.handle(SeverityChosen(1, "alice", Severity.SEV1))
    assert done(world, "assessed")

    assert not done(world, "roles")
    world.staff()
    assert done(world, "roles")
    assert done(world, "declared")


def test_person_ticks_the_rest_and_can_take_it_back() -> None:
    world = Practice()
    answer = world.handle(ItemTicked(1, "bob", "scope"))
    again = world.handle(ItemTicked(1, "bob", "scope"))

    assert isinstance(answer, Acted)
    assert isinstance(again, Acted)
    assert len(world.said("checklist.ticked")) == 1
    assert done(world, "scope")

    world.handle(ItemTicked(1, "bob", "scope", is_done=False))
    assert not done(world, "scope")


def test_unknown_item_is_refused_with_the_known_ones() -> None:
    answer = Practice().handle(ItemTicked(1, "bob", "coffee"))

    assert isinstance(answer, Unknown)
    assert "scope" in answer.detail


def test_what_is_left_is_of_the_present_phase() -> None:
    world = Practice()
    world.handle(ItemTicked(1, "bob", "scope"))

    assert [item.name for item in left_to_do(world.view.incidents[1])] == [
        "declared",
        "roles",
        "hypothesis",
    ]
