"""Silence of senders: what is not repeated lapses only if its sender is heard."""

from msgspec.structs import replace

from tests.core.world import MONDAY, World
from triaged.core.alerts.lapsing import SENDER_CHECK_US, SILENCE_MIN_US
from triaged.core.decide import decide
from triaged.core.records.effects import CheckLapse, Effect, SaveWatch
from triaged.core.records.events import TimerFired
from triaged.core.records.expectations import Watch, key_of, sender_watch
from triaged.core.records.model import State
from triaged.core.records.timers import ExpectDue, LapseDue
from triaged.core.situation import Outage
from triaged.core.time.durations import HOUR, MINUTE, SECOND

PARIS, OSLO = "http://paris:9090", "http://oslo:9090"


def test_a_dead_server_resolves_nothing_though_another_of_its_source_is_heard() -> None:
    world = World()
    world.copy(PARIS, 0, cluster="paris")

    for _ in range(20):
        world.run(60)
        world.copy(OSLO, 0, alertname="Watchdog")

    assert world.view.incidents[1].state is State.OPEN


def test_an_alert_lapses_when_its_own_server_goes_on_without_it() -> None:
    world = World()
    world.copy(PARIS, 0)

    for _ in range(6):
        world.run(60)
        world.copy(PARIS, 0, alertname="Watchdog")

    assert world.view.incidents[1].state is State.RESOLVED
    lapsed = next(e for e in world.entries[1] if e.kind == "alert.lapsed")
    resolved = next(e for e in world.entries[1] if e.kind == "incident.resolved")
    assert lapsed.text.startswith("Down (")
    assert lapsed.text.endswith(") lapsed: prometheus has not repeated it since 10:00 UTC")
    assert "not repeated since 10:00 UTC" in resolved.text
    assert "no alert fires" not in resolved.text


def test_a_copy_lapses_and_the_alert_goes_on_by_the_other() -> None:
    world = World()
    world.copy(PARIS, 0)
    world.copy(OSLO, 5)

    for _ in range(6):
        world.run(60)
        world.copy(OSLO, 5)
        world.copy(PARIS, 0, alertname="Watchdog")

    state = world.view.alerts["prometheus", "alertname=Down"]
    assert world.view.incidents[1].state is State.OPEN
    assert [copy.sender for copy in state.copies if copy.fires] == [OSLO]


def test_after_an_outage_of_ours_an_alert_has_one_full_interval_more() -> None:
    world = World()
    world.copy(PARIS, 0)
    world.now += HOUR
    world.view.sender_heard_at["prometheus", PARIS] = world.now
    lapse = TimerFired(LapseDue("prometheus", "alertname=Down", world.now))
    began, ended = MONDAY + MINUTE, world.now
    situation = replace(world.situation(), outage=Outage(began, ended))

    early = decide(replace(situation, now=ended + 239 * SECOND), lapse)
    late = decide(replace(situation, now=ended + 240 * SECOND), lapse)

    assert not any(type(effect).__name__ == "EndEpisode" for effect in early.effects)
    assert any(type(effect).__name__ == "EndEpisode" for effect in late.effects)


def silent(world: World) -> tuple[Effect, ...]:
    """What the look at an alert gives whose server is not heard."""
    world.copy(PARIS, 0)
    world.now += 5 * MINUTE
    due = TimerFired(LapseDue("prometheus", "alertname=Down", world.now))
    return decide(world.situation(), due).effects


def test_the_silence_of_a_server_whose_alerts_fire_is_an_incident_of_its_own() -> None:
    world = World()
    name = sender_watch("prometheus", PARIS)
    world.keep(silent(world))

    world.handle(TimerFired(ExpectDue(name, world.now)))

    told = world.live(key_of(name))
    assert told is not None
    assert told.title == f"{PARIS} is silent while alerts of it fire"
    assert world.view.incidents[1].state is State.OPEN


def test_the_silence_is_over_when_the_server_is_heard() -> None:
    world = World()
    name = sender_watch("prometheus", PARIS)
    world.keep(silent(world))
    world.handle(TimerFired(ExpectDue(name, world.now)))

    world.copy(PARIS, 0)
    world.handle(TimerFired(ExpectDue(name, world.now)))

    assert world.live(key_of(name)) is None
    assert name not in world.view.watches


def test_a_silence_that_a_person_has_resolved_is_not_told_again() -> None:
    world = World()
    name = sender_watch("prometheus", PARIS)
    told = Watch(name, since_at=MONDAY, due_at=MONDAY, overdue=True)
    world.keep([SaveWatch(told)])

    world.handle(TimerFired(ExpectDue(name, world.now)))

    assert world.view.incidents == {}


def test_a_webhook_by_another_alertmanager_is_a_repeat_and_says_who_speaks_now() -> None:
    world = World()
    world.fires(severity="SEV-2", _sender="http://am-0:9093")

    world.fires(severity="SEV-2", _sender="http://am-1:9093")

    state = world.view.alerts["am", "alertname=Down"]
    assert (state.sender, state.episode) == ("http://am-1:9093", 1)


def test_the_restart_of_a_server_is_a_repeat_that_counts_for_no_raise() -> None:
    world = World()
    world.copy(PARIS, 0)
    entries = world.kinds()
    world.run(120)

    world.copy(PARIS, 100)

    assert world.view.alerts["prometheus", "alertname=Down"].episode == 1
    assert world.kinds() == entries or world.kinds()[: len(entries)] == entries
    assert "alerts.joined" not in world.kinds()[len(entries) :]


def test_a_pair_pages_once_and_resolves_once() -> None:
    world = World()
    world.copy(PARIS, -30)
    world.copy(OSLO, -25)
    world.deliver()
    for sender, starts, firing in (
        (OSLO, -25, False),
        (PARIS, -30, True),
        (OSLO, -25, False),
        (PARIS, -30, True),
        (PARIS, -30, False),
    ):
        world.run(1)
        world.copy(sender, starts, firing=firing)
    world.deliver()

    assert world.kinds().count("incident.opened") == 1
    assert world.kinds().count("incident.resolved") == 1
    assert "incident.reopened" not in world.kinds()
    assert len({at for at, _ in world.pages()}) == 1


def test_the_end_of_another_server_ends_nothing() -> None:
    world = World()
    world.copy(PARIS, 0)

    world.copy(OSLO, 7, firing=False)

    assert world.state() is State.OPEN


def test_an_alert_whose_source_is_silent_is_looked_at_again() -> None:
    world = World()
    world.fires(severity="SEV-2")
    lapses_at = world.view.alerts["am", "alertname=Down"].lapses_at
    assert lapses_at is not None
    world.view.sender_heard_at["am", ""] = lapses_at - 1

    decision = decide(
        replace(world.situation(), now=lapses_at),
        TimerFired(LapseDue("am", "alertname=Down", lapses_at)),
    )

    again = CheckLapse("am", "alertname=Down", lapses_at + SENDER_CHECK_US)
    assert again in decision.effects


def test_a_short_silence_such_as_a_restart_is_told_to_nobody() -> None:
    world = World()
    world.copy(PARIS, 0, _ends="4")
    world.now += 10 * SECOND
    due = TimerFired(LapseDue("prometheus", "alertname=Down", world.now))

    watches = [e.watch for e in decide(world.situation(), due).effects if isinstance(e, SaveWatch)]

    assert [watch.due_at for watch in watches] == [MONDAY + SILENCE_MIN_US]
