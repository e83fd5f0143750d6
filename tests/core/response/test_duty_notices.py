"""People whose duty a change of the configuration moves hear of it, and nobody is paged."""

from tests.core.text.letters import text
from tests.core.world import World, settings
from triaged.core.lifecycle import Condition, condition_of
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import DutyMoved
from triaged.core.records.matching import Matcher
from triaged.core.records.model import PageKind
from triaged.core.text.wording import Reading

SENTENCE = "primary now: alice → bob, until Mon 07 Dec 09:00 CET"
MOVED = DutyMoved("primary", ("alice",), ("bob",), SENTENCE, "a1")


def test_whose_duty_begins_and_whose_ends_are_told() -> None:
    world = World()

    world.handle(MOVED)
    world.deliver()

    assert sorted(world.updates()) == [
        ("alice/mail", f"your duty ends: {SENTENCE}"),
        ("bob/mail", f"your duty begins: {SENTENCE}"),
    ]
    assert (world.incident.kind, condition_of(world.incident)) == ("notice", Condition.CLOSED)
    assert world.timers == {}
    assert world.kinds()[0] == "duty.moved"


def test_the_same_change_is_told_once_and_another_again() -> None:
    world = World()
    world.handle(MOVED)

    world.handle(MOVED)
    assert len(world.view.incidents) == 1

    world.handle(DutyMoved("primary", ("bob",), ("alice",), SENTENCE, "a2"))
    assert len(world.view.incidents) == 2


def test_who_stays_on_call_or_is_gone_hears_nothing() -> None:
    world = World()

    world.handle(DutyMoved("primary", ("alice", "gone"), ("alice", "carol"), SENTENCE, "a1"))
    world.deliver()

    assert [whom for whom, _ in world.updates()] == ["carol/mail"]


def test_nothing_mutes_a_notice() -> None:
    window = Maintenance("all", (Matcher("alertname", "=~", ".*"),), start=0, end=1 << 60)
    world = World(settings(muters=Muters(maintenance=(window,))))

    world.handle(MOVED)
    world.deliver()

    assert len(world.updates()) == 2


def test_the_message_says_that_nothing_is_wrong() -> None:
    world = World()
    world.handle(MOVED)
    page = next(p for p in world.view.pages.values() if p.recipient.person == "bob")

    words = text(page, world.incident, Reading(world.now))

    assert page.kind is PageKind.UPDATE
    assert f"INC-1 your duty begins: {SENTENCE}" in words
    assert "Nothing is wrong, and nothing is to be done." in words
    assert "Acknowledge" not in words
