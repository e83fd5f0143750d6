"""The weekly review goes once to each person that the settings name."""

from msgspec.structs import replace

from tests.core.world import World, settings, target
from triaged.core.records.events import ReviewMade
from triaged.core.records.model import State
from triaged.core.settings import Settings, WeeklyReview
from triaged.core.time.weekly import WeekTime

MADE = ReviewMade(1, "weekly review: all is well", "# Review")


def reviewed(*targets: str) -> Settings:
    plan = WeeklyReview(tuple(target(one) for one in targets), WeekTime(0, 540))
    return replace(settings(), weekly_review=plan)


def sent(world: World) -> list[tuple[str, str, object]]:
    """(whom, subject, text) of the messages."""
    world.deliver()
    return [
        (page.recipient.person or page.channel, page.subject, page.text) for _, page in world.sent
    ]


def test_each_person_gets_it_once_by_whatever_names_them() -> None:
    world = World(reviewed("team:payments", "person:alice", "channel:hook"))

    world.handle(MADE)

    said = ("weekly review: all is well", "# Review")
    assert sorted(sent(world)) == [("alice", *said), ("bob", *said), ("hook", *said)]


def test_the_same_week_is_sent_once_and_the_next_one_again() -> None:
    world = World(reviewed("person:alice"))
    for made in (MADE, MADE, replace(MADE, slot_at=2)):
        world.handle(made)

    assert len(sent(world)) == 2


def test_the_notice_is_closed_and_pages_nobody() -> None:
    world = World(reviewed("person:alice"))

    world.handle(MADE)

    (notice,) = world.view.incidents.values()
    assert (notice.kind, notice.state) == ("notice", State.CLOSED)
    assert world.entries[notice.number][0].kind == "review.sent"


def test_nobody_gets_one_without_the_setting() -> None:
    world = World(settings())

    world.handle(MADE)

    assert world.view.incidents == {}
