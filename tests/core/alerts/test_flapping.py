from msgspec import UNSET

from tests.core.alerts.test_source_shares import Together
from tests.core.text.letters import text
from tests.core.world import ByLabels, World, settings
from triaged.core.records.events import Acknowledged, Resolved
from triaged.core.records.model import Page, ResolvePolicy, ResolveWhen, Severity, State
from triaged.core.records.severity import Raise, Reopenings
from triaged.core.settings import FlapLimit
from triaged.core.text.document import incident_document
from triaged.core.text.wording import Reading
from triaged.core.time.durations import MINUTE

LIMIT = FlapLimit(3, 30 * MINUTE)


def flapping_world(rules: ByLabels | None = None) -> World:
    """INC-1 has just re-opened for the third time."""
    world = World(settings(flapping=LIMIT, rules=rules or ByLabels()))
    world.fires(severity="SEV-3")
    for _ in range(3):
        flap(world)
    return world


def flap(world: World, seconds: int = 60) -> None:
    world.run(seconds)
    world.ends()
    world.run(seconds)
    world.fires(severity="SEV-3")


def pages_of(world: World) -> list[Page]:
    world.deliver()
    return [page for page in world.view.pages.values() if page.kind == "page"]


def test_the_re_opening_with_which_it_flaps_pages_and_says_so() -> None:
    world = flapping_world()
    epochs = {page.epoch for page in pages_of(world)}

    page = max(pages_of(world), key=lambda page: page.created_at)

    assert epochs == {1, 2, 3, 4}
    assert "Flapping: 3 times in 30m." in text(page, world.incident, Reading(world.now))
    assert world.kinds().count("incident.flapping") == 1
    assert incident_document(world.incident, "").flapping is True


def test_what_flaps_pages_no_more_however_often_it_comes_back() -> None:
    world = flapping_world()
    world.handle(Acknowledged(1, "alice"))
    before = pages_of(world)

    for _ in range(12):
        flap(world)

    assert pages_of(world) == before
    assert world.state() is State.ACKNOWLEDGED
    assert world.incident.reopens == 3
    assert "another alert joined" not in {what for _, what in world.updates()}


def test_what_flaps_unanswered_escalates_as_always() -> None:
    world = flapping_world()

    world.run(3600)

    assert {page.recipient.person for page in pages_of(world)} == {"alice", "bob"}


def test_a_rise_pages_though_it_flaps() -> None:
    world = flapping_world()
    world.ends()
    epoch = world.incident.escalation.epoch

    world.fires(severity="SEV-1")

    assert world.incident.escalation.epoch == epoch + 1


def test_it_settles_when_it_was_quiet_for_long_enough_and_pages_again_later() -> None:
    world = flapping_world()
    world.ends()
    world.run(30 * 60 - 1)
    assert world.state() is State.OPEN

    world.run(1)

    assert world.state() is State.RESOLVED
    settled = world.kinds().index("incident.settled")
    assert world.kinds()[settled + 1] == "incident.resolved"
    assert world.incident.flapping is UNSET
    epoch = world.incident.escalation.epoch
    world.fires(severity="SEV-3")
    assert world.incident.escalation.epoch == epoch + 1


def test_what_fires_steadily_has_settled_and_resolves_as_always() -> None:
    world = flapping_world()
    world.run(31 * 60)

    world.ends()

    assert world.state() is State.RESOLVED
    assert world.kinds().count("incident.settled") == 1


def test_a_person_who_resolves_it_ends_it_and_what_comes_back_is_news() -> None:
    world = flapping_world()
    world.ends()
    world.handle(Resolved(1, "alice"))
    epoch = world.incident.escalation.epoch

    world.fires(severity="SEV-3")

    assert world.state() is State.OPEN
    assert world.incident.escalation.epoch == epoch + 1
    assert world.kinds().count("incident.settled") == 1


def test_re_openings_that_are_rare_do_not_flap() -> None:
    world = World(settings(flapping=LIMIT))
    world.fires(severity="SEV-3")

    for _ in range(6):
        flap(world, 450)

    assert world.incident.reopens == 6
    assert "incident.flapping" not in world.kinds()


def test_nothing_flaps_where_nobody_wants_it() -> None:
    world = World(settings(flapping=None))
    world.fires(severity="SEV-3")

    for _ in range(6):
        flap(world)

    assert world.incident.reopens == 6
    assert world.incident.flapping is UNSET


def test_with_any_resolve_policy_it_stays_open_while_it_comes_back() -> None:
    for when in (ResolveWhen.FIRST, ResolveWhen.LAST):
        world = flapping_world(ByLabels(ResolvePolicy(when)))

        for _ in range(20):
            flap(world, 100)

        assert world.incident.reopens == 3
        assert world.state() is State.OPEN


def test_returns_count_for_raises_while_it_flaps() -> None:
    world = flapping_world(ByLabels(None, Raise(Severity.SEV1, Reopenings(5))))
    assert world.incident.severity == "SEV-3"

    flap(world)
    flap(world)

    assert (world.incident.severity, world.incident.reopens) == ("SEV-1", 3)


def back(world: World, source: str) -> None:
    """INC-1 is over, and re-opens with an alert of this source."""
    world.run(60)
    world.ends("am", pod="a")
    world.ends("b", pod="b")
    world.run(60)
    world.fires(source, severity="SEV-3", pod="a" if source == "am" else "b")


def test_the_returns_of_each_source_are_counted_for_themselves() -> None:
    world = World(settings(flapping=LIMIT))
    world.fires("am", severity="SEV-3", pod="a")

    for source in ("am", "b", "am", "b"):
        back(world, source)
    assert world.incident.reopens == 4
    assert not world.incident.flaps

    back(world, "b")
    assert world.incident.flaps


def test_a_rule_may_let_the_returns_of_all_sources_count_together() -> None:
    world = World(settings(flapping=LIMIT, rules=Together()))
    world.fires("am", severity="SEV-3", pod="a")

    for source in ("am", "b", "am"):
        back(world, source)

    assert world.incident.flaps
