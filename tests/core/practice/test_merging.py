"""Merging two incidents: the survivor goes on for both, and nothing of the other one runs."""

from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, practised, told, two
from tests.core.world import World
from triaged.core.alerts.cut_groups import CUT_GROUPS_MAX, REST, all_groups
from triaged.core.practice.work import work_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import (
    Acknowledged,
    Declared,
    NoteAdded,
    Resolved,
)
from triaged.core.records.model import PageKind, Severity, State
from triaged.core.records.practice.events import Merged, RoleAssigned
from triaged.core.records.practice.lineage import Lineage
from triaged.core.records.timers import ActionItemsDue, LapseDue


def test_firing_alerts_belong_to_the_survivor() -> None:
    world = two()

    answer = world.handle(Merged(2, "bob", 1))

    assert answer == Acted(2)
    assert {state.incident for state in world.view.alerts.values()} == {1}
    assert world.view.incidents[1].firing == {"SEV-2": 2}
    assert world.view.incidents[2].firing == {}
    assert world.view.incidents[2].state is State.MERGED


def test_nothing_runs_for_a_merged_incident() -> None:
    world = two()
    world.fires(alertname="Down", pod="b", severity="SEV-1")
    world.handle(Merged(2, "bob", 1))
    world.run(0)
    paged = len([page for _, page in world.sent if page.incident == 2])

    world.run(3 * 3600)

    assert [number for number, _ in world.timers if number == 2] == []
    assert len([page for _, page in world.sent if page.incident == 2]) == paged


def test_page_that_is_due_at_the_merge_is_not_sent() -> None:
    world = World()
    world.fires(alertname="Down", severity="SEV-2")
    world.fires(alertname="Slow", severity="SEV-2")
    world.handle(Merged(2, "bob", 1))

    world.deliver()

    pages = [page for page in world.view.pages.values() if page.incident == 2]
    assert {page.error for page in pages if page.kind is PageKind.PAGE} == {"merged"}
    assert [page for _, page in world.sent if page.incident == 2 and page.kind == "page"] == []


def test_survivor_pages_on_as_before() -> None:
    alone, merged = two(), two()
    merged.handle(Merged(2, "bob", 1))

    for world in (alone, merged):
        world.run(3600)

    ours = [
        [(at, page.id) for at, page in w.sent if page.incident == 1 and page.kind == "page"]
        for w in (alone, merged)
    ]
    assert ours[0] == ours[1]


def test_holder_is_not_paged_for_an_object_that_the_merged_incident_had() -> None:
    world = two()
    world.fires(alertname="Slow", pod="c", severity="SEV-2")
    world.fires(alertname="Slow", pod="d", severity="SEV-2")
    world.ends(alertname="Slow", pod="d")
    world.handle(Acknowledged(1, "alice"))
    world.handle(Merged(2, "alice", 1))
    world.run(301)
    before = len(world.sent)

    for pod in ("c", "d"):
        world.fires(alertname="Down", pod=pod, severity="SEV-2")
    world.run(60)

    kinds = {page.kind for _, page in world.sent[before:]}
    assert kinds == {PageKind.UPDATE}


def test_later_alerts_of_both_keys_join_the_survivor() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))

    world.fires(alertname="Slow", pod="b", severity="SEV-2")
    world.fires(alertname="Down", pod="b", severity="SEV-2")

    assert world.view.incidents[1].firing == {"SEV-2": 4}
    assert max(world.view.incidents) == 2


def test_alert_that_comes_back_reopens_the_survivor_in_time() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))
    world.ends(alertname="Down", pod="a")
    world.ends(alertname="Slow", pod="a")
    assert not world.view.incidents[1].live

    world.run(60)
    world.fires(alertname="Slow", pod="a", severity="SEV-2")

    assert world.view.incidents[1].state is State.OPEN
    assert world.view.incidents[2].state is State.MERGED


def test_key_is_free_again_when_the_survivor_is_over_for_good() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))
    world.ends(alertname="Down", pod="a")
    world.ends(alertname="Slow", pod="a")

    world.run(3600)
    world.fires(alertname="Slow", pod="a", severity="SEV-2")

    assert world.incident.number == 3
    assert world.incident.previous == 1


def test_what_fires_on_after_the_resolve_of_a_survivor_keeps_the_merged_key() -> None:
    world = World()
    world.handle(Declared("bob", "checkout", Severity.SEV2))
    world.fires(alertname="Slow", pod="a", severity="SEV-2")
    world.handle(Merged(2, "bob", 1))
    world.handle(Resolved(1, "bob"))
    world.run(3600)
    assert world.incident.number == 3

    world.fires(alertname="Slow", pod="b", severity="SEV-2")

    assert world.incident.number == 3
    assert world.incident.firing == {"SEV-2": 2}


def test_chain_resolves_to_its_survivor() -> None:
    world = two()
    world.fires(alertname="Full", pod="a", severity="SEV-2")
    world.handle(Merged(3, "bob", 2))
    world.handle(Merged(2, "bob", 1))

    world.fires(alertname="Full", pod="b", severity="SEV-2")
    again = world.handle(Merged(3, "bob", 1))

    assert world.view.incidents[1].firing == {"SEV-2": 4}
    assert again == Acted(3)


def test_both_timelines_tell_of_the_merge() -> None:
    world = two()

    world.handle(Merged(2, "bob", 1, "same pool"))

    (ours,) = [entry for entry in world.entries[1] if entry.kind == "incident.merged"]
    (theirs,) = [entry for entry in world.entries[2] if entry.kind == "incident.merged"]
    assert ours.text == ("INC-2 Slow was merged into this incident; 1 alert fires: same pool")
    assert ours.data == {
        "merged": "INC-2",
        "severity": "SEV-2",
        "alerts": 1,
        "reason": "merged",
        "note": "same pool",
    }
    assert theirs.text == "merged into INC-1 Down: same pool"
    assert theirs.data["into"] == "INC-1"


def test_both_know_each_other() -> None:
    world = two()

    world.handle(Merged(2, "bob", 1))

    assert world.view.incidents[1].lineage == Lineage(merged=(2,))
    assert world.view.incidents[2].lineage == Lineage(merged_into=1)


def test_worse_incident_raises_the_survivor_and_arms_it() -> None:
    world = two("SEV-3", "SEV-1")
    epoch = world.view.incidents[1].escalation.epoch

    world.handle(Merged(2, "bob", 1))

    survivor = world.view.incidents[1]
    assert (survivor.severity, survivor.severity_by) == (Severity.SEV1, "rule:label-SEV-1")
    assert survivor.escalation.epoch == epoch + 1
    assert survivor.respond_by == world.now + 5 * 60_000_000


def test_rise_by_a_merge_ends_an_acknowledgement_of_somebody_else() -> None:
    world = two("SEV-3", "SEV-1")
    world.handle(Acknowledged(1, "alice"))

    world.handle(Merged(2, "bob", 1))

    assert world.view.incidents[1].state is State.OPEN


def test_holder_who_merges_a_worse_incident_in_goes_on_holding() -> None:
    world = two("SEV-3", "SEV-1")
    world.handle(Acknowledged(1, "alice"))

    world.handle(Merged(2, "alice", 1))

    survivor = world.view.incidents[1]
    assert (survivor.holder, survivor.severity) == ("alice", Severity.SEV1)


def test_roles_and_updates_of_the_merged_one_end() -> None:
    world = World(practised())
    world.fires(alertname="Down", severity="SEV-1")
    world.fires(alertname="Slow", severity="SEV-1")
    for number, person in ((1, "alice"), (2, "bob")):
        world.handle(Acknowledged(number, person))
        world.handle(RoleAssigned(number, person, COMMANDER, person))

    world.handle(Merged(2, "carol", 1))
    world.deliver()

    ours, theirs = work_of(world.view.incidents[1]), work_of(world.view.incidents[2])
    assert [held.person for held in ours.roles] == ["alice"]
    assert theirs.roles == ()
    assert theirs.next_update_at is None
    assert (2, "bob", "merged into INC-1 Down, which alice has") in told(world, "merged")
    left = {kind for number, kind in world.timers if number == 2}
    assert left <= {ActionItemsDue, LapseDue}


def test_muted_incident_rests_no_more_once_it_is_merged() -> None:
    world = two()
    world.view.incidents[2] = replace(world.view.incidents[2], held_by=("silence:x",))

    world.handle(Merged(2, "bob", 1))

    assert world.view.incidents[2].held_by == ()


def test_alerts_that_a_sender_leaves_out_hold_the_survivor_open() -> None:
    world = World()
    world.fires(alertname="Down", severity="SEV-2")
    world.fires(alertname="Slow", severity="SEV-2", _left_out="3", _group="g")
    world.handle(Merged(2, "bob", 1))

    world.ends(alertname="Down")
    world.ends(alertname="Slow", _left_out="3", _group="g")

    assert world.view.incidents[1].live
    assert world.view.incidents[1].truncated == 3


def test_alerts_that_are_left_out_alone_hold_the_survivor_open_too() -> None:
    world = World()
    world.fires(alertname="Down", severity="SEV-2")
    world.fires(alertname="Slow", severity="SEV-2", _left_out="3", _group="g")
    world.ends(alertname="Slow", _left_out="3", _group="g")
    world.handle(Merged(2, "bob", 1))

    world.ends(alertname="Down")

    assert world.view.incidents[1].live
    world.run(30 * 3600)
    assert not world.view.incidents[1].live


def test_cut_groups_of_two_incidents_are_limited() -> None:
    many = tuple(f"am/{number}" for number in range(CUT_GROUPS_MAX))

    assert all_groups(many[:2], many[1:3]) == many[:3]
    assert len(all_groups(many, ("am/other",))) == CUT_GROUPS_MAX
    assert all_groups(many, ("am/other",))[-1] == REST


def test_flapping_of_the_merged_one_ends() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))

    assert not world.view.incidents[2].flaps
    assert world.view.incidents[2].resolving_at is None


def test_the_same_again_changes_nothing() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))
    before, entries = dict(world.view.incidents), len(world.entries[1])

    assert world.handle(Merged(2, "alice", 1)) == Acted(2)

    assert world.view.incidents == before
    assert len(world.entries[1]) == entries


def test_what_is_not_there_is_unknown() -> None:
    world = two()

    assert world.handle(Merged(9, "bob", 1)) == Unknown("there is no INC-9")
    assert world.handle(Merged(1, "bob", 9)) == Unknown("there is no INC-9")


def test_declared_incident_takes_alerts_in_and_a_declared_one_goes_in() -> None:
    world = two()
    world.handle(Declared("bob", "checkout", Severity.SEV2))
    labels = world.view.incidents[1].labels
    world.handle(Merged(3, "bob", 1))
    assert world.view.incidents[1].labels == labels

    world.handle(Declared("bob", "checkout again", Severity.SEV2))
    world.handle(Merged(2, "bob", 4))

    assert world.view.incidents[4].firing == {"SEV-2": 1}


def test_acts_on_a_merged_incident_name_the_survivor_but_a_note_is_kept() -> None:
    world = two()
    world.handle(Merged(2, "bob", 1))

    refused = world.handle(Acknowledged(2, "bob"))
    noted = world.handle(NoteAdded(2, "bob", "it was the pool"))

    assert refused == Conflict("INC-2: was merged into INC-1: act on that")
    assert noted == Acted(2)


def test_survivor_that_waits_to_resolve_goes_on() -> None:
    world = two()
    world.view.incidents[1] = replace(world.view.incidents[1], resolving_at=world.now + 60_000_000)
    world.handle(Merged(2, TRIAGED, 1))

    assert world.view.incidents[1].resolving_at is None
