"""The band of a page: what was done, what is off, and for how long it can be taken back."""

from msgspec.structs import replace

from tests.core.world import World
from triaged.core.oncall.facts import NO_FACTS
from triaged.core.records.events import Acknowledged, Resolved, Snoozed
from triaged.core.time.durations import HOUR
from triaged.web._console.banding import Band, Telling, band_of
from triaged.web._console.clock import Clock
from triaged.web._console.frame import Frame


def told(world: World, by: str = "alice") -> Telling:
    frame = Frame(
        clock=Clock("UTC", world.now),
        person=None,
        by=by,
        may_respond=True,
        is_open=False,
        has_session=True,
        duty="",
        screens=(),
        current="",
        path="/",
    )
    return Telling(frame, world.settings, NO_FACTS)


def test_an_acknowledgement_says_which_page_is_off() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(60)
    world.handle(Acknowledged(1, "alice"))

    band = band_of("acknowledge", world.incident, told(world))

    assert band is not None
    assert band.text.startswith("The page to alice at ")
    assert (band.undo, band.undo_s) == ("unacknowledge", 10)


def test_it_is_taken_back_within_ten_seconds_and_said_for_a_minute() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "alice"))
    world.run(11)
    later = band_of("resolve", world.incident, told(world))
    world.run(60)

    assert later is not None
    assert later.undo == ""
    assert band_of("resolve", world.incident, told(world)) is None


def test_what_is_not_so_is_not_said() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "alice"))

    assert band_of("acknowledge", world.incident, told(world, by="bob")) is None
    assert band_of("resolve", world.incident, told(world)) is None
    assert band_of("nonsense", world.incident, told(world)) is None


def test_a_snooze_says_when_it_pages_again() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Snoozed(1, "alice", world.now + HOUR))
    reader = told(world)

    band = band_of("snooze", world.incident, reader)
    may_not = replace(reader, frame=replace(reader.frame, may_respond=False))

    assert isinstance(band, Band)
    assert "pages again" in band.text
    unable = band_of("snooze", world.incident, may_not)
    assert unable is not None
    assert unable.undo == ""
