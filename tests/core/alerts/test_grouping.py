import pytest
from msgspec.structs import replace

from tests.core.world import DEFAULT_PLAN, ByLabels, World, settings, step
from triaged.core.alerts.grouping import plan_for
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Closed,
    Reopened,
    Resolved,
    SeverityChosen,
)
from triaged.core.records.model import Phase, Plan, ResolvePolicy, ResolveWhen, Severity, State
from triaged.core.settings import Service, Team
from triaged.core.time.durations import MINUTE


def test_alerts_of_one_key_share_an_incident_and_its_common_labels() -> None:
    world = World()

    world.fires(severity="SEV-3", pod="a", zone="z")
    world.fires(severity="SEV-3", pod="b", zone="z")

    assert len(world.view.incidents) == 1
    assert world.incident.labels == {"alertname": "Down", "severity": "SEV-3", "zone": "z"}
    assert world.incident.firing == {"SEV-3": 2}


def test_joining_pages_nobody() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    world.deliver()

    world.fires(severity="SEV-3", pod="b")
    world.deliver()

    assert world.pages() == [(0, "alice/desk"), (0, "alice/mail")]


def test_the_holder_hears_of_a_joining_alert_at_most_once_a_minute() -> None:
    world = World()
    world.fires(severity="SEV-3", pod="a")
    world.handle(Acknowledged(1, "bob"))

    for pod in "bcd":
        world.fires(severity="SEV-3", pod=pod)
    world.run(10)

    assert world.updates() == [("bob/mail", "joined: pod=b: Down; pod=c: Down; pod=d: Down")]


@pytest.mark.parametrize(
    ("when", "ends", "state"),
    [
        (ResolveWhen.FIRST, "a", State.RESOLVED),
        (ResolveWhen.LAST, "a", State.OPEN),
        (ResolveWhen.LAST, "b", State.RESOLVED),
        (ResolveWhen.ALL, "b", State.OPEN),
        (ResolveWhen.NEVER, "ab", State.OPEN),
        (ResolveWhen.ALL, "ab", State.RESOLVED),
    ],
)
def test_what_resolves_an_incident(when: ResolveWhen, ends: str, state: State) -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(when))))
    world.fires(severity="SEV-3", pod="a")
    world.fires(severity="SEV-3", pod="b")

    for pod in ends:
        world.ends(pod=pod)

    assert world.state() is state


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (ResolveWhen.FIRST, "resolved: one of its alerts has ended"),
        (ResolveWhen.LAST, "resolved: the alert that joined last has ended"),
    ],
)
def test_what_resolves_while_something_fires_says_why(when: ResolveWhen, why: str) -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(when))))
    world.fires(severity="SEV-3", pod="a")
    world.fires(severity="SEV-3", pod="b")

    world.ends(pod="b")

    texts = [entry.text for entry in world.entries[1] if entry.kind == "incident.resolved"]
    assert texts == [why]


def test_a_new_episode_soon_after_the_resolve_re_opens() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.ends()
    world.run(29 * 60)

    world.fires(severity="SEV-2")

    assert world.incident.number == 1
    assert (world.incident.state, world.incident.reopens) == (State.OPEN, 1)
    assert world.incident.escalation.epoch == 2
    assert world.incident.phase is Phase.DETECTION


def test_a_new_episode_later_is_a_new_incident_that_links_the_old() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.ends()
    world.run(30 * 60)

    world.fires(severity="SEV-2")

    assert (world.incident.number, world.incident.previous) == (2, 1)


def test_a_closed_incident_never_re_opens() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.ends()
    world.handle(Closed(1, "bob"))

    world.fires(severity="SEV-2")

    assert world.incident.number == 2


def test_repeats_after_a_persons_resolve_attach_silently() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()
    world.handle(Resolved(1, "bob"))
    sent = len(world.pages())

    world.fires(severity="SEV-2")
    world.run(29 * 60)

    assert world.state() is State.RESOLVED
    assert len(world.pages()) == sent


def test_what_still_fires_when_the_window_ends_gets_a_new_incident() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.fires(severity="SEV-3", pod="b")
    world.handle(Resolved(1, "bob"))
    world.ends(pod="a")

    world.run(31 * 60)

    assert (world.incident.number, world.incident.previous) == (2, 1)
    assert world.incident.severity == "SEV-3"
    assert world.incident.firing == {"SEV-3": 1}
    assert world.view.alerts["am", "alertname=Down/pod=b"].incident == 2
    world.ends(pod="b")
    assert world.state() is State.RESOLVED


def test_nothing_new_opens_when_all_ended_within_the_window() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Resolved(1, "bob"))
    world.ends()

    world.run(3600)

    assert list(world.view.incidents) == [1]


def test_what_still_fires_in_an_incident_that_re_opened_is_taken_over_again() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.handle(Resolved(1, "bob"))
    world.run(1801)
    world.ends(pod="a")
    world.handle(Reopened(1, "bob"))
    world.fires(severity="SEV-2", pod="a")
    world.handle(Resolved(1, "bob"))

    world.run(1801)

    assert (world.incident.number, world.state()) == (3, State.OPEN)
    assert world.view.incidents[1].firing == {}


def test_what_still_fires_when_the_window_ends_joins_what_is_open_for_its_key() -> None:
    world = World()
    world.fires(severity="SEV-1", pod="a")
    world.handle(Resolved(1, "bob"))
    world.handle(Closed(1, "bob"))
    world.fires(severity="SEV-3", pod="b")
    world.handle(Acknowledged(2, "bob"))

    world.run(1800)

    assert list(world.view.incidents) == [1, 2]
    assert (world.view.incidents[1].next, world.view.incidents[1].firing) == (2, {})
    assert world.incident.firing == {"SEV-1": 1, "SEV-3": 1}
    assert (world.state(), world.incident.severity_by) == (State.OPEN, "rule:label-SEV-1")
    assert world.view.alerts["am", "alertname=Down/pod=a"].incident == 2
    assert world.kinds(2).count("severity.changed") == 1


def test_the_holder_hears_of_what_is_taken_over() -> None:
    world = World()
    world.fires(severity="SEV-2", pod="a")
    world.handle(Resolved(1, "bob"))
    world.run(1801)
    world.handle(Resolved(2, "bob"))
    world.handle(Reopened(1, "bob"))
    world.handle(Acknowledged(1, "bob"))

    world.run(1811)

    assert world.view.incidents[1].firing == {"SEV-2": 1}
    text = "joined: 1 still firing after INC-2 was resolved"
    assert world.updates()[-1] == ("bob/mail", text)
    world.ends(pod="a")
    assert world.view.incidents[1].state is State.RESOLVED


def test_what_takes_over_is_as_bad_as_what_fires_by_its_rule() -> None:
    world = World()
    world.fires(severity="SEV-1")
    world.handle(SeverityChosen(1, "bob", Severity.SEV3))
    world.handle(Resolved(1, "bob"))

    world.run(1801)

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-1", "rule:label-SEV-1")


def test_what_takes_over_unclassified_alerts_is_unclassified() -> None:
    world = World()
    world.fires(pod="a")
    world.fires(severity="SEV-1", pod="b")
    world.handle(Resolved(1, "bob"))
    world.ends(severity="SEV-1", pod="b")

    world.run(1801)

    assert (world.incident.severity, world.incident.severity_by) == ("SEV-2", "unclassified")


def test_where_the_last_to_join_has_ended_the_rest_resolve_what_took_over() -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(ResolveWhen.LAST))))
    world.fires(severity="SEV-2", pod="a")
    world.fires(severity="SEV-2", pod="b")
    world.handle(Resolved(1, "bob"))
    world.ends(pod="b")
    world.run(1801)

    world.ends(pod="a")

    assert (world.incident.number, world.state()) == (2, State.RESOLVED)


def test_two_incidents_of_one_key_are_never_open_at_once() -> None:
    world = World()
    world.fires("am", severity="SEV-2")

    world.fires("grafana", severity="SEV-2")

    assert list(world.view.incidents) == [1]


def test_the_policy_is_the_rules_then_the_teams_then_the_services_teams() -> None:
    plans = {name: Plan(name, (step(0, "person:bob"),)) for name in ("rule", "team", "owner")}
    configured = settings(
        policies={"default": DEFAULT_PLAN, **plans},
        teams={"t": Team("t", policy="team"), "o": Team("o", policy="owner"), "n": Team("n")},
        services={"s": Service("s", team="o")},
    )

    chosen = [
        plan_for(configured, *names).policy
        for names in [
            ("rule", "t", "s"),
            (None, "t", "s"),
            (None, "n", "s"),
            (None, None, "s"),
            (None, "n", None),
            ("gone", None, None),
        ]
    ]

    assert chosen == ["rule", "team", "owner", "owner", "default", "default"]


def test_the_steps_are_pinned_at_the_opening() -> None:
    world = World()
    world.fires(severity="SEV-2")
    changed = Plan("default", (step(0, "person:carol"),))
    world.settings = settings(policies={"default": changed})

    world.run(15 * 60)

    assert world.pages()[-1] == (15 * MINUTE // 1_000_000, "bob/mail")


def test_how_many_alerts_the_sender_left_out_is_on_the_incident() -> None:
    world = World()
    alert = world.alert("am", {"severity": "SEV-2"}, firing=True)

    world.handle(AlertReceived(replace(alert, truncated=7), world.now))

    assert world.incident.truncated == 7
