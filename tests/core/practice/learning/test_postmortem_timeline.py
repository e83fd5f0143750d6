"""The lines of a postmortem's timeline: the story, in the document's words."""

import pytest
from msgspec.structs import replace

from tests.core.practice.golden import ACCOUNT, ENTRIES, ZONE, at, entry
from triaged.core.practice.learning.postmortem_draft import draft
from triaged.core.practice.learning.postmortem_timeline import LINES_MAX, timeline_lines
from triaged.core.records.model import ChainedEntry
from triaged.core.time.durations import MINUTE


def lines(*entries: ChainedEntry) -> list[str]:
    return timeline_lines(entries, "", "SEV-2", ZONE)


def test_corrected_entry_gives_way_and_other_days_are_named() -> None:
    wrong = entry(20, at(16, 11), "note", "bob", text="wrong")
    right = entry(21, at(17, 0), "correction", "bob", text="better", corrects=20)
    best = entry(22, at(17, 1), "correction", "bob", text="right", corrects=21)
    later = entry(23, at(23, 59) + MINUTE, "note", "bob", text="the next day")

    text = draft(replace(ACCOUNT, entries=[*ENTRIES, wrong, right, best, later]))

    assert "16:11 - right\n2026-03-05 00:00 - the next day\n" in text
    assert "wrong\n" not in text
    assert "better" not in text


def test_marked_entry_says_what_it_was_for() -> None:
    message = entry(1, at(9, 0), "message", "bob", text="carol: the pool is full")
    mark = entry(2, at(9, 9), "marker", "bob", text="x", marks=1, marker="key_moment")
    opened = entry(3, at(8, 0), "incident.opened", severity="SEV-2", text="SEV-2 X")
    seen = entry(4, at(9, 9), "marker", "bob", text="x", marks=3, marker="detection")

    assert lines(message) == [], "of messages from elsewhere only marked ones are told"
    assert lines(message, mark, opened, seen) == [
        "08:00 - Alert: SEV-2 X [detection]",
        "09:00 - carol: the pool is full [key moment]",
    ]


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            entry(1, at(9, 0), "incident.opened", "alice", reason="declared", text="SEV-1 X"),
            "09:00 - Declared: SEV-1 X",
        ),
        (
            entry(1, at(9, 0), "severity.changed", "rule:a", **{"from": "SEV-2", "to": "SEV-1"}),
            "09:00 - Severity raised to SEV-1",
        ),
        (
            entry(1, at(9, 0), "severity.changed", "bob", **{"from": "SEV-2", "to": "SEV-3"}),
            "09:00 - Severity lowered to SEV-3",
        ),
        (entry(1, at(9, 0), "incident.escalated", text="step 2: bob"), "09:00 - Step 2: bob"),
        (
            entry(1, at(9, 0), "status.posted", "carol", text="status page: Investigating"),
            "09:00 - status page: Investigating",
        ),
        (
            entry(1, at(9, 0), "phase.changed", "bob", **{"from": "triage", "to": "mitigation"}),
            "09:00 - Mitigation",
        ),
    ],
)
def test_entry_is_told_in_a_line(told: ChainedEntry, line: str) -> None:
    assert lines(told) == [line]


def test_what_is_only_for_machines_is_not_told() -> None:
    kinds = ("page.sent", "page.failed", "incident.muted", "update.posted", "action.added")

    assert lines(*(entry(1, at(9, 0), kind, text="x") for kind in kinds)) == []


def test_note_before_the_phase_that_it_is_about_stands_behind_it() -> None:
    note = entry(1, at(9, 0), "note", "bob", text="pods restarted")
    phase = entry(2, at(9, 0, 9), "phase.changed", "bob", **{"from": "triage", "to": "mitigation"})
    named = replace(note, text="Mitigation: pods restarted")

    assert lines(note, replace(phase, at=note.at)) == ["09:00 - Mitigation: pods restarted"]
    assert lines(named, phase) == ["09:00 - Mitigation: pods restarted"]
    assert lines(replace(phase, seq=1), replace(named, seq=2)) == [
        "09:00 - Mitigation: pods restarted"
    ]


def test_note_of_an_earlier_act_keeps_its_line() -> None:
    cause = entry(1, at(9, 0), "note", "bob", text="pool exhausted")
    phase = entry(2, at(9, 0, 9), "phase.changed", "bob", **{"from": "triage", "to": "mitigation"})
    fix = entry(3, at(9, 0, 20), "note", "bob", text="pods restarted")

    assert lines(cause, phase, fix) == [
        "09:00 - pool exhausted",
        "09:00 - Mitigation: pods restarted",
    ]


def test_fix_says_that_it_mitigates_and_other_notes_stand_as_they_are() -> None:
    kinds = ("fix", "hypothesis", "decision")
    plain = entry(0, at(9, 0), "note", "bob", text="pods restarted")
    notes = [replace(plain, at=at(9, n), data={"kind": kind}) for n, kind in enumerate(kinds)]

    assert lines(*notes) == [
        "09:00 - Mitigation: pods restarted",
        "09:01 - pods restarted",
        "09:02 - pods restarted",
    ]


def test_note_of_another_minute_has_a_line_of_its_own() -> None:
    resolved = entry(1, at(9, 0), "incident.resolved", "bob", text="resolved by bob")
    note = entry(2, at(9, 1), "note", "bob", text="all is well")

    assert lines(resolved, note) == ["09:00 - Resolved", "09:01 - all is well"]


def test_command_is_handed_over_by_name() -> None:
    took = entry(1, at(9, 0), "role.changed", "a", role="incident_commander", to="alice")
    gave = entry(2, at(9, 5), "role.changed", "a", role="incident_commander", to="bob")

    assert lines(took, gave) == [
        "09:00 - IC declares SEV-2",
        "09:05 - Command handed over to @bob",
    ]


def test_long_story_is_cut_in_the_middle() -> None:
    notes = [entry(n, at(9, 0) + n * MINUTE, "note", "bob", text=str(n)) for n in range(500)]

    told = lines(*notes)

    assert len(told) == LINES_MAX + 1
    assert told[LINES_MAX // 2] == "… 100 further lines …"


def test_story_of_the_document_has_its_lines() -> None:
    assert len(timeline_lines(ENTRIES, "x", "SEV-1", ZONE)) == 7


def test_alert_that_opened_it_is_told_once() -> None:
    opened = entry(1, at(9, 0), "incident.opened", text="SEV-1 X")
    joined = entry(2, at(9, 0), "alerts.joined", text="joined: X")
    later = entry(3, at(9, 1), "alerts.joined", text="joined: Y")

    assert lines(opened, joined, later) == ["09:00 - Alert: SEV-1 X", "09:01 - Joined: Y"]
