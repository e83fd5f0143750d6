"""An incident in a few words: state, response, countdown."""

from msgspec.structs import replace

from tests.core.world import World
from triaged.core.records.events import Acknowledged, Snoozed
from triaged.core.time.durations import DAY, HOUR
from triaged.web._console import rows
from triaged.web._console.clock import Clock


def seen(world: World) -> tuple[str, str, str]:
    """(state, response, its tone) in a list."""
    clock = Clock("UTC", world.now)
    response = rows.response_words(world.incident, clock)
    return rows.state_words(world.incident), response.text, response.tone


def test_the_time_left_is_at_risk_and_then_missed() -> None:
    world = World()
    world.fires(severity="SEV-2")
    found = [seen(world)]
    for seconds in (700, 400):
        world.run(seconds)
        found.append(seen(world))

    assert found == [
        ("open", "15:00 left", ""),
        ("open", "3:20 left", "warn"),
        ("open", "missed 3 min", "bad"),
    ]


def test_an_answer_says_who_and_how_soon() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(130)
    world.handle(Acknowledged(1, "bob"))
    taken = seen(world)
    world.handle(Snoozed(1, "bob", world.now + HOUR))

    assert taken == ("ack by bob", "met 2 min", "")
    assert seen(world)[0] == "snoozed"
    assert rows.answered_in(world.incident) == rows.Word("Answered in 2 min 10 s", "good")


def test_a_far_deadline_is_a_day() -> None:
    world = World()
    world.fires(severity="SEV-2")
    far = replace(world.incident, respond_by=world.now + 3 * DAY)

    assert rows.response_words(far, Clock("UTC", world.now)).text.startswith("due ")


def test_the_countdown_says_how_much_is_used() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(450)
    counted = rows.countdown(world.incident, Clock("UTC", world.now))

    assert counted is not None
    assert (counted.number, counted.percent, counted.tone) == ("7:30", 50, "")
    assert rows.alerts_words(world.incident) == "1/1"
    assert rows.is_waiting(world.incident)
