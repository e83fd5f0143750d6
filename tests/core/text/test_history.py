"""The last entries of a timeline, in plain words."""

from triaged.core.records.model import ChainedEntry
from triaged.core.text.history import SHOWN, TEXT_MAX, Happened, history
from triaged.core.text.wording import Reading
from triaged.core.time.durations import DAY, MINUTE

NOON = 1_774_864_800_000_000
READING = Reading(NOON, "Europe/Berlin")


def entry(kind: str, actor: str, text: str, at: int = NOON) -> ChainedEntry:
    return ChainedEntry(1, 1, at, at, kind, actor, text, {}, "")


def test_the_newest_comes_first_on_the_readers_clock() -> None:
    entries = [
        entry("incident.opened", "rule:x", "SEV-1 Down", NOON - DAY),
        entry("page.sent", "triaged", "paged alice by desk", NOON - MINUTE),
    ]

    assert list(history(entries, READING)) == [
        Happened("11:59 CEST", "paged alice by desk"),
        Happened("Sun 29 Mar 12:00 CEST", "SEV-1 Down"),
    ]


def test_a_person_is_named_once() -> None:
    entries = [
        entry("note", "alice", "rolled back"),
        entry("incident.acknowledged", "alice", "acknowledged by alice"),
        entry("severity.changed", "alice", "SEV-2 → SEV-1"),
        entry("severity.changed", "rule:x", "SEV-2 → SEV-1"),
    ]

    assert [one.text for one in history(entries, READING)] == [
        "SEV-2 → SEV-1",
        "SEV-2 → SEV-1 (by alice)",
        "acknowledged by alice",
        "alice: rolled back",
    ]


def test_what_another_entry_says_is_left_out() -> None:
    entries = [entry("phase.changed", "alice", "a → b"), entry("update.sent", "triaged", "told")]

    assert list(history(entries, READING)) == []


def test_there_are_few_and_each_is_short() -> None:
    found = list(history([entry("note", "a", "x" * 999)] * 99, READING))

    assert len(found) == SHOWN
    assert {len(one.text) for one in found} == {TEXT_MAX}
