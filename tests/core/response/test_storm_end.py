from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.response.test_storms import LIMIT, paged, stormy, trouble, umbrella
from tests.core.world import World, settings
from triaged.core.decide import decide
from triaged.core.records.effects import Decision, WakeBundled
from triaged.core.records.events import Acknowledged, Escalated, Event, Resolved
from triaged.core.records.model import Incident, PageKind, PageState, State
from triaged.core.records.timers import StormDue
from triaged.core.response.storms import LOOK_US
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND


def open_of(world: World) -> set[int]:
    """What is open, umbrellas apart."""
    incidents = world.view.incidents.values()
    return {i.number for i in incidents if i.state is State.OPEN and i.bundle is UNSET}


def end_all_but(world: World, left: int) -> None:
    """The alerts of the incidents end, but for the last ones under the umbrella."""
    waiting = sorted(n for n, i in world.view.incidents.items() if i.bundled_at is not None)
    for number in set(open_of(world)) - set(waiting[-left:] if left else ()):
        incident = world.view.incidents[number]
        world.ends(alertname=incident.title, team="payments")


def test_when_the_storm_is_over_what_is_left_pages_by_itself() -> None:
    world = stormy()
    trouble(world, 10)
    end_all_but(world, 2)
    left = open_of(world)

    world.run(300)

    assert umbrella(world).state is State.RESOLVED
    told = [entry.text for entry in world.entries[umbrella(world).number]]
    assert "the storm is over; 2 incidents are still open" in told
    assert left <= paged(world)
    assert len(left) == 2


def test_while_more_wait_than_make_a_storm_the_umbrella_stays() -> None:
    world = stormy()
    trouble(world, 10)

    world.run(3600)

    assert umbrella(world).state is State.OPEN
    assert umbrella(world).escalation.step > len(umbrella(world).plan.steps)
    assert paged(world) == {1, 2, 3, umbrella(world).number}


def test_what_opens_after_the_storm_pages_though_the_umbrella_stays() -> None:
    world = stormy()
    trouble(world, 10)
    world.run(301)

    trouble(world, 1)

    assert world.incident.number in paged(world)


def test_who_has_the_umbrella_at_its_end_has_what_was_under_it() -> None:
    world = stormy()
    trouble(world, 10)
    world.run(1)
    world.handle(Acknowledged(umbrella(world).number, "bob"))
    end_all_but(world, 2)
    left = open_of(world)

    world.run(300)

    holders = {world.view.incidents[number].acknowledged_by for number in left}
    assert holders == {"bob"}
    assert not left & paged(world)


def test_what_came_after_the_acknowledgement_pages_at_the_end() -> None:
    world = stormy()
    trouble(world, 5)
    world.run(1)
    world.handle(Acknowledged(umbrella(world).number, "bob"))
    world.run(1)
    trouble(world, 1)
    late = world.incident.number
    end_all_but(world, 1)
    assert open_of(world) == {late}

    world.run(301)

    assert late in paged(world)


def test_who_took_the_umbrella_hears_once_that_it_has_grown() -> None:
    world = stormy()
    trouble(world, 8)
    world.run(1)
    world.handle(Acknowledged(umbrella(world).number, "bob"))
    world.run(1)
    epoch = umbrella(world).escalation.epoch
    trouble(world, 4)

    world.run(301)

    assert umbrella(world).escalation.epoch == epoch + 1
    world.handle(Acknowledged(umbrella(world).number, "bob"))
    world.run(1200)
    assert umbrella(world).state is State.ACKNOWLEDGED


def test_an_umbrella_that_a_person_resolves_has_a_successor_while_many_wait() -> None:
    world = stormy()
    trouble(world, 10)
    world.run(301)
    first = umbrella(world)

    world.handle(Resolved(first.number, "alice"))
    world.deliver()

    second = umbrella(world)
    assert second.previous == first.number
    assert second.number in paged(world)
    waiting = [i for i in world.view.incidents.values() if i.bundled_at is not None]
    assert {i.storm for i in waiting} == {second.number}
    assert len(waiting) == 7


def test_an_umbrella_that_a_person_resolves_lets_few_page() -> None:
    world = stormy()
    trouble(world, 10)
    end_all_but(world, 3)
    left = open_of(world)
    world.run(299)

    world.handle(Resolved(umbrella(world).number, "alice"))
    world.run(2)

    assert len(left) == 3
    assert left <= paged(world) | waiting_under_paged(world)


def test_a_reload_without_storms_lets_everything_page() -> None:
    world = stormy()
    trouble(world, 10)
    world.settings = replace(world.settings, storm=None)

    world.run(301)

    assert umbrella(world).state is State.RESOLVED
    assert open_of(world) <= paged(world)


def test_what_is_acknowledged_or_over_waits_no_more() -> None:
    world = stormy()
    trouble(world, 6)
    world.handle(Acknowledged(4, "bob"))
    world.ends(alertname="A5", team="payments")

    waiting = [timer for timer in world.timers.values() if isinstance(timer, StormDue)]
    assert all(world.view.incidents[timer.incident].state is State.OPEN for timer in waiting)
    assert world.view.incidents[4].bundled_at is None


def waiting_under_paged(world: World) -> set[int]:
    """What waits under an umbrella that is live and has paged, or is acknowledged."""

    def is_held(incident: Incident) -> bool:
        if incident.bundled_at is None or incident.storm is None:
            return False
        top = world.view.incidents[incident.storm]
        pages = [p for p in world.view.pages.values() if p.incident == top.number]
        sent = any(p.state is PageState.SENT and p.kind is PageKind.PAGE for p in pages)
        return top.live and sent

    return {n for n, incident in world.view.incidents.items() if is_held(incident)}


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(1, 8)),
        st.tuples(st.just("end"), st.integers(1, 30)),
        st.tuples(st.just("ack"), st.integers(1, 30)),
        st.tuples(st.just("resolve"), st.integers(1, 30)),
        st.tuples(st.just("wait"), st.sampled_from([1, 60, 299, 301, 1900])),
        st.tuples(st.just("worse"), st.integers(1, 30)),
    ),
    max_size=15,
)


@how(max_examples=150, deadline=None)
@given(ACTS)
def test_every_incident_of_a_storm_reaches_a_human_or_is_under_an_umbrella_that_did(
    acts: list[tuple[str, int]],
) -> None:
    world = World(settings(storm=LIMIT))
    for what, number in acts:
        incident = world.view.incidents.get(number)
        if what == "open":
            trouble(world, number)
        elif what == "wait":
            world.run(number)
        elif incident is not None and what == "ack":
            world.handle(Acknowledged(number, "bob"))
        elif incident is not None and what == "resolve":
            world.handle(Resolved(number, "alice"))
        elif incident is not None and incident.bundle is UNSET:
            if what == "end":
                world.ends(alertname=incident.title, team="payments")
            else:
                world.fires(alertname=incident.title, team="payments", severity="SEV-1", pod="x")
        world.deliver()

        held = waiting_under_paged(world)
        assert open_of(world) <= paged(world) | held
    world.run(2 * 3600)

    assert open_of(world) <= paged(world) | waiting_under_paged(world)
    for incident in world.view.incidents.values():
        if incident.bundle is not UNSET:
            assert incident.number in paged(world), "every umbrella pages"


def test_a_lost_wake_up_is_a_delay() -> None:
    world = stormy()
    trouble(world, 10)
    end_all_but(world, 2)
    left = open_of(world)

    def forgetful(situation: Situation, event: Event) -> Decision:
        decision = decide(situation, event)
        kept = [each for each in decision.effects if not isinstance(each, WakeBundled)]
        return Decision(tuple(kept), decision.answer)

    world.decide = forgetful
    world.run(301 + LOOK_US // SECOND)

    assert left <= paged(world)


def test_escalating_by_hand_what_waits_begins_with_its_first_step() -> None:
    world = stormy()
    trouble(world, 6)
    number = world.incident.number

    world.handle(Escalated(number, "bob"))
    world.deliver()

    pages = [page for page in world.view.pages.values() if page.incident == number]
    assert {(page.recipient.person, page.step) for page in pages} == {("alice", 1)}
    assert world.view.incidents[number].bundled_at is None
