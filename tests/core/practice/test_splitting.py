"""Splitting alerts off an incident: they have an incident of their own from then on."""

from msgspec.structs import replace

from tests.core.world import ByLabels, World, settings
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.events import Acknowledged, Declared, Resolved
from triaged.core.records.model import PageKind, ResolvePolicy, ResolveWhen, Severity, State
from triaged.core.records.practice.events import Merged, SplitOff
from triaged.core.records.practice.lineage import LINKED_MAX, Lineage


def three(resolve: ResolvePolicy | None = None) -> World:
    """INC-1 with alerts of the pods a, b (SEV-3) and c (SEV-1)."""
    world = World(settings(rules=ByLabels(resolve)))
    world.fires(pod="a", severity="SEV-3")
    world.fires(pod="b", severity="SEV-3")
    world.fires(pod="c", severity="SEV-1")
    world.deliver()
    return world


def split(world: World, *pods: str, incident: int = 1, title: str = "") -> Answer:
    """Bob splits the alerts of these pods off."""
    alerts = tuple(("am", f"alertname=Down/pod={pod}") for pod in pods)
    return world.handle(SplitOff(incident, "bob", alerts, title))


def test_named_alerts_have_an_incident_of_their_own() -> None:
    world = three()

    answer = split(world, "a", "b", title="two pods")

    new = world.view.incidents[2]
    assert answer == Acted(2, ("alice",))
    assert (new.title, new.firing, new.key) == ("two pods", {"SEV-3": 2}, ())
    assert world.view.incidents[1].firing == {"SEV-1": 1}
    homes = {state.fingerprint[-1]: state.incident for state in world.view.alerts.values()}
    assert homes == {"a": 2, "b": 2, "c": 1}


def test_new_incident_is_as_bad_as_its_alerts_and_pages_like_a_new_one() -> None:
    world = three()

    split(world, "a")
    world.deliver()

    new = world.view.incidents[2]
    assert (new.severity, new.severity_by) == (Severity.SEV3, "rule:label-SEV-3")
    assert new.escalation.epoch == 1
    assert new.respond_by == world.now + 60 * 60_000_000
    paged = [p.recipient.person for _, p in world.sent if p.incident == 2 and p.kind == "page"]
    assert set(paged) == {"alice"}


def test_labels_are_those_that_its_alerts_share() -> None:
    world = three()

    split(world, "a")

    assert world.view.incidents[2].labels["pod"] == "a"
    assert "pod" not in world.view.incidents[1].labels


def test_both_timelines_tell_of_it_and_both_know_each_other() -> None:
    world = three()

    world.handle(SplitOff(1, "bob", (("am", "alertname=Down/pod=a"),), note="other rack"))

    (ours,) = [entry for entry in world.entries[1] if entry.kind == "incident.split"]
    (theirs,) = [entry for entry in world.entries[2] if entry.kind == "incident.split"]
    assert ours.text == "1 alert was split off into INC-2 Down: other rack"
    assert theirs.text == "1 alert was split off INC-1 Down: other rack"
    assert ours.data == theirs.data
    assert ours.data["from"] == "INC-1"
    assert ours.data["into"] == "INC-2"
    assert world.kinds(2)[:2] == ["incident.opened", "incident.split"]
    assert world.view.incidents[1].lineage == Lineage(split_off=(2,))
    assert world.view.incidents[2].lineage == Lineage(split_from=1)


def test_repeats_and_the_end_stay_with_the_new_incident() -> None:
    world = three()
    split(world, "a")

    world.fires(pod="a", severity="SEV-3")
    world.ends(pod="a")

    assert world.view.incidents[2].state is State.RESOLVED
    assert world.view.incidents[1].live


def test_split_alert_that_fires_anew_comes_back_to_its_own_incident() -> None:
    world = three()
    split(world, "a", "b")
    world.ends(pod="a")

    world.fires(pod="a", severity="SEV-3")
    world.ends(pod="a")
    world.ends(pod="b")
    world.run(60)
    world.fires(pod="b", severity="SEV-3")

    assert world.view.incidents[2].state is State.OPEN
    assert world.view.incidents[2].firing == {"SEV-3": 1}
    assert world.view.incidents[1].firing == {"SEV-1": 1}


def test_after_the_window_a_split_alert_goes_by_its_key() -> None:
    world = three()
    split(world, "a")
    world.ends(pod="a")
    world.run(3600)

    world.fires(pod="a", severity="SEV-3")

    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-3": 2}


def test_what_takes_over_a_split_incident_has_its_alerts_when_they_fire_anew() -> None:
    world = three()
    split(world, "a", "b")
    world.handle(Resolved(2, "bob"))
    world.run(3600)
    assert world.incident.number == 3
    world.ends(pod="a")

    world.fires(pod="a", severity="SEV-3")

    assert world.view.incidents[3].firing == {"SEV-3": 2}


def test_other_alerts_with_the_key_join_the_old_incident() -> None:
    world = three()
    split(world, "a")

    world.fires(pod="d", severity="SEV-3")

    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-3": 2}


def test_split_alert_follows_its_incident_where_that_is_merged() -> None:
    world = three()
    split(world, "a", "b")
    world.ends(pod="a")
    world.handle(Declared("bob", "checkout", Severity.SEV2))
    world.handle(Merged(2, "bob", 3))

    world.fires(pod="a", severity="SEV-3")

    assert world.view.incidents[3].firing == {"SEV-3": 2}


def test_split_can_be_undone_by_a_merge() -> None:
    world = three()
    split(world, "a", "b")

    world.handle(Merged(2, "bob", 1))

    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-3": 2}
    assert world.view.incidents[1].lineage == Lineage(merged=(2,), split_off=(2,))


def test_merge_can_be_undone_by_a_split() -> None:
    world = three()
    world.fires(alertname="Slow", severity="SEV-3")
    world.handle(Merged(2, "bob", 1))

    world.handle(SplitOff(1, "bob", (("am", "alertname=Slow"),)))

    assert world.view.incidents[3].firing == {"SEV-3": 1}
    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-3": 2}


def test_severity_of_the_old_incident_stays() -> None:
    world = three()

    split(world, "c")

    assert world.view.incidents[1].severity is Severity.SEV1
    assert world.view.incidents[2].severity is Severity.SEV1


def test_old_incident_resolves_where_nothing_is_left() -> None:
    world = three()
    world.ends(pod="c")

    split(world, "a", "b")

    assert world.view.incidents[1].state is State.RESOLVED
    assert world.view.incidents[2].firing == {"SEV-3": 2}


def test_old_incident_resolves_by_its_own_policy() -> None:
    held = three(ResolvePolicy(ResolveWhen.ALL, 60_000_000))
    held.ends(pod="c")
    never = three(ResolvePolicy(ResolveWhen.NEVER))
    never.ends(pod="c")

    for world in (held, never):
        split(world, "a", "b")

    assert held.view.incidents[1].resolving_at == held.now + 60_000_000
    assert never.view.incidents[1].state is State.OPEN


def test_split_is_no_end_for_policies_that_wait_for_one() -> None:
    for when in (ResolveWhen.FIRST, ResolveWhen.LAST):
        world = three(ResolvePolicy(when))

        split(world, "c")

        assert world.view.incidents[1].live
        world.ends(pod="c")
        assert world.view.incidents[2].state is State.RESOLVED


def test_holder_keeps_the_old_incident_and_hears_of_the_split() -> None:
    world = three()
    world.handle(Acknowledged(1, "alice"))

    split(world, "a")
    world.deliver()

    heard = [
        (page.recipient.person, page.subject)
        for _, page in world.sent
        if page.incident == 1 and page.kind is PageKind.UPDATE
    ]
    assert world.view.incidents[1].holder == "alice"
    assert ("alice", "1 alert was split off into INC-2 Down") in heard


def test_the_same_again_gives_the_same_incident() -> None:
    world = three()
    split(world, "a", "b")

    assert split(world, "b", "a") == Acted(2)

    assert max(world.view.incidents) == 2


def test_alert_named_twice_counts_once() -> None:
    world = three()

    split(world, "a", "a")

    assert world.view.incidents[2].firing == {"SEV-3": 1}
    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-3": 1}


def test_unknown_incident_and_unknown_alerts_are_named() -> None:
    world = three()

    assert split(world, "a", incident=9) == Unknown("there is no INC-9")
    assert split(world, "a", "x") == Unknown("INC-1: there is no alert am/alertname=Down/pod=x")


def test_alerts_elsewhere_are_named() -> None:
    world = three()
    world.fires(alertname="Slow", severity="SEV-3")
    world.ends(pod="c")

    answers = [
        world.handle(SplitOff(1, "bob", (("am", "alertname=Slow"),))),
        split(world, "c"),
        split(world),
    ]

    assert answers == [
        Conflict(
            "INC-1: only alerts that fire in it can be split off: am/alertname=Slow is in INC-2"
        ),
        Conflict(
            "INC-1: only alerts that fire in it can be split off:"
            " am/alertname=Down/pod=c does not fire"
        ),
        Conflict("INC-1: name the alerts that are another trouble"),
    ]


def test_all_alerts_are_not_split_off() -> None:
    world = three()

    assert split(world, "a", "b", "c") == Conflict(
        "INC-1: these are all of its alerts: nothing would be left; name some of them"
    )


def test_declared_incident_lets_all_its_alerts_go() -> None:
    world = World()
    world.handle(Declared("bob", "checkout", Severity.SEV2))
    world.fires(pod="a", severity="SEV-3")
    world.handle(Merged(2, "bob", 1))

    assert split(world, "a", incident=1) == Acted(3, ("alice",))

    assert world.view.incidents[1].state is State.OPEN
    assert world.view.incidents[3].resolve == ResolvePolicy()


def test_only_an_open_incident_is_split() -> None:
    world = three()
    world.handle(Resolved(1, "alice"))

    assert split(world, "a") == Conflict("INC-1: cannot split an incident that is resolved")


def test_number_of_splits_is_limited() -> None:
    world = three()
    full = Lineage(split_off=tuple(range(100, 100 + LINKED_MAX)))
    world.view.incidents[1] = replace(world.view.incidents[1], kin=full)

    answer = split(world, "a")

    assert isinstance(answer, Conflict)
    assert f"{LINKED_MAX} incidents were split off" in answer.detail
