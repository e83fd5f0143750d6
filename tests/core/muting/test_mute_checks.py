"""What is checked, and when: nobody who checks changes who is paged."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.histories import MUTERS, PLAIN, PROVIDER, SILENCING, Move, play
from tests.core.muting.test_mute_hold import window
from tests.core.response.test_escalation import office_hours
from tests.core.world import ByLabels, World, settings
from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.core.records.effects import LookAgain
from triaged.core.records.events import Acknowledged, SilenceSet, Unacknowledged
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Incident, ResolvePolicy, ResolveWhen, Response, State
from triaged.core.time.durations import MINUTE, SECOND

LIVELY = settings(muters=MUTERS, rules=ByLabels(inhibits=frozenset({"Slow"})))

DISK = settings(
    muters=Muters(
        (
            Suppressor(
                "node",
                (Matcher("alertname", "=", "NodeDown"),),
                (Matcher("severity", "=", "SEV-3"),),
            ),
        )
    ),
    rules=ByLabels(inhibits=frozenset({"NodeDown"})),
)
"""NodeDown mutes everything of SEV-3."""


def of_muting(world: World, number: int) -> list[str]:
    """The beginnings and ends of muting on a timeline."""
    return [kind for kind in world.kinds(number) if kind.endswith("muted")]


def test_a_worse_alert_between_two_checks_ends_the_muting_and_its_end_begins_it_anew() -> None:
    world = World(DISK)
    world.fires(alertname="NodeDown", severity="SEV-2")
    world.fires(alertname="Disk", pod="a", severity="SEV-3")
    world.run(16)

    world.fires(alertname="Disk", pod="b", severity="SEV-1")
    world.run(1)
    world.ends(alertname="Disk", pod="b", severity="SEV-1")
    world.run(1)

    assert of_muting(world, 2) == ["incident.muted", "incident.unmuted", "incident.muted"]
    assert (16, "alice/desk") in world.pages()


def test_an_alert_that_comes_and_goes_at_one_instant_is_on_the_timeline() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.run(16)

    world.fires(pod="b", severity="SEV-1")
    world.ends(pod="b", severity="SEV-1")
    world.run(400)

    assert of_muting(world, 1) == ["incident.muted", "incident.unmuted", "incident.muted"]
    assert world.pages() == []


def test_an_unmuted_alert_that_joins_what_is_acknowledged_ends_its_muting() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.deliver()
    world.handle(Acknowledged(1, "bob"))

    world.fires(pod="b", severity="SEV-1")

    assert world.incident.held_by == ()
    assert world.state() is State.ACKNOWLEDGED
    assert of_muting(world, 1) == ["incident.muted", "incident.unmuted"]


def test_what_waits_to_resolve_is_not_muted_by_what_is_over() -> None:
    rules = ByLabels(ResolvePolicy(ResolveWhen.ALL, 20 * MINUTE))
    world = World(replace(window(120, pod="a"), rules=rules))
    world.fires(pod="a", severity="SEV-1")
    world.run(60)

    world.ends(pod="a")
    world.run(60)

    assert world.incident.held_by == ()
    assert world.pages() == [(120, "alice/desk"), (120, "alice/mail")]


def test_what_waits_to_resolve_is_muted_whether_or_not_somebody_noticed_before() -> None:
    rules = ByLabels(ResolvePolicy(ResolveWhen.ALL, 20 * MINUTE))
    world = World(replace(window(1800, start=10, pod="a"), rules=rules))
    world.fires(pod="a", severity="SEV-1")
    world.run(20)

    world.ends(pod="a")
    world.run(600)

    assert [at for at, _ in world.pages()] == [0, 0]


def test_what_reopens_is_not_held_by_what_held_it_before() -> None:
    world = World(window(60, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.run(58)
    world.ends(pod="a")
    world.run(4)

    world.fires(pod="a", severity="SEV-1")

    assert world.incident.held_by == ()
    world.deliver()
    assert world.pages()[0] == (62, "alice/desk")


def look_now(world: World) -> None:
    """Somebody sets a silence that mutes nothing here."""
    number = len(world.view.silences) + 1
    matchers = (Matcher("pod", "=", "elsewhere"),)
    ends_at = world.now + 60 * SECOND
    world.handle(SilenceSet(f"s{number}", matchers, world.now, ends_at, "bob", "unrelated"))
    world.deliver()


def test_a_check_of_what_is_exhausted_arms_nothing_after_the_window() -> None:
    pages = []
    for somebody_looks in (False, True):
        world = World(window(600, start=1000, pod="a"))
        world.fires(pod="a", severity="SEV-1")
        world.run(1100)
        if somebody_looks:
            look_now(world)
        world.run(2000)
        pages.append(world.pages())

    assert pages[0] == pages[1]
    assert world.incident.escalation.epoch == 1
    assert of_muting(world, 1) == ["incident.muted", "incident.unmuted"]


def test_a_check_moves_no_deadline() -> None:
    world = office_hours()
    start = world.now + 60 * SECOND
    work = Maintenance("work", (Matcher("pod", "=", "a"),), start=start, end=start + 600 * SECOND)
    world.settings = replace(world.settings, muters=Muters((), (work,)))
    world.fires(pod="a", severity="SEV-4")
    world.deliver()
    before = world.incident
    world.run(100)

    look_now(world)

    assert world.incident.held_by == ("maintenance:work",)
    assert world.incident.respond_by == before.respond_by
    world.run(600)
    assert world.incident.respond_by == before.respond_by
    assert world.incident.escalation == before.escalation


def test_news_that_is_held_stops_no_step() -> None:
    world = World(window(30, start=31, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.run(30)
    world.handle(Acknowledged(1, "bob"))
    world.run(10)
    world.handle(Unacknowledged(1, "bob"))
    epoch = world.incident.escalation.epoch
    world.run(60)

    assert world.incident.escalation.epoch == epoch + 1
    assert world.incident.response is Response.ON_TRACK


def played(moves: list[Move], *, checks: bool) -> World:
    """A world after these moves; with `checks` somebody has everything checked after each."""
    world = World(LIVELY)
    for move in moves:
        play(world, [move])
        world.deliver()
        if checks:
            world.keep([LookAgain(world.now)])
        world.deliver()
    world.run(2 * 3600)
    return world


def shown(world: World) -> list[Incident]:
    """The incidents, without what a check may record."""
    return [replace(one, held_by=()) for one in world.view.incidents.values()]


@given(
    st.lists(st.one_of(*(move for move in PLAIN if move is not PROVIDER), SILENCING), max_size=20)
)
def test_who_checks_and_when_makes_no_difference(moves: list[Move]) -> None:
    quiet, watched = played(moves, checks=False), played(moves, checks=True)

    assert shown(watched) == shown(quiet)
    assert watched.sent == quiet.sent
