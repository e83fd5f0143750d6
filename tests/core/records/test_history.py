"""What people did can be read from the timeline, and done again."""

from tests.core.world import MONDAY
from triaged.core.records.events import Escalated, SeverityChosen
from triaged.core.records.history import Act, action_of, acts_of
from triaged.core.records.model import ChainedEntry, Severity
from triaged.core.records.practice.events import Merged


def entry(kind: str, actor: str = "alice", text: str = "", **data: object) -> ChainedEntry:
    """A recorded entry."""
    return ChainedEntry(1, 1, MONDAY, MONDAY, kind, actor, text, data, "")


def acts(entries: list[ChainedEntry]) -> list[Act]:
    """What people did."""
    return [act for _, act in acts_of(entries)]


def test_an_acknowledgement_moves_the_phase_of_itself() -> None:
    entries = [entry("incident.acknowledged"), entry("phase.changed", to="triage")]

    assert acts(entries) == [Act(MONDAY, "acknowledge", "alice")]


def test_what_triaged_alerts_and_rules_did_is_no_act() -> None:
    entries = [
        entry("incident.unacknowledged", "triaged", reason="snooze_ended"),
        entry("incident.resolved", "alerts"),
        entry("severity.changed", "rule:worse", to="SEV-1"),
        entry("severity.changed", "unclassified", to="SEV-2"),
        entry("incident.reopened", "source:am", reason="reopen_window"),
    ]

    assert acts(entries) == []


def test_escalating_by_hand_is_one_act_however_it_is_told() -> None:
    entries = [
        entry("note", text="escalated by hand", reason="escalated_by_hand"),
        entry("incident.unacknowledged", reason="escalated_by_hand"),
    ]

    assert [action_of(act, 7) for act in acts(entries)] == [Escalated(7, "alice")] * 2


def test_a_note_is_a_note_whatever_it_says() -> None:
    (act,) = acts([entry("note", text="escalated by hand")])

    assert act == Act(MONDAY, "note", "alice")


def test_an_assignment_is_what_its_data_says() -> None:
    entries = [
        entry("incident.assigned", text="assigned to bob", person="carol"),
        entry("incident.assigned", text="assigned to bob"),
    ]

    assert acts(entries) == [Act(MONDAY, "assign", "alice", "carol")]


def test_a_chosen_severity_is_chosen_again() -> None:
    (act,) = acts([entry("severity.changed", to="SEV-1", **{"from": "SEV-2"})])

    assert action_of(act, 7) == SeverityChosen(7, "alice", Severity.SEV1)


def test_a_merge_is_an_act_on_what_was_merged_and_raises_of_itself() -> None:
    merged = entry("incident.merged", into="INC-12")
    survivor = [entry("incident.merged", merged="INC-13"), entry("severity.changed", to="SEV-1")]

    (act,) = acts([merged])

    assert action_of(act, 13, 4) == Merged(13, "alice", 4)
    assert act.value == 12
    assert acts(survivor) == []
