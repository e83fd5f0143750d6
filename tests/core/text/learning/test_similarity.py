"""Which words tell incidents apart, and how much sharing them says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import DEFAULT_PLAN, MONDAY
from triaged.core.records.model import Incident, Severity
from triaged.core.text.learning.similarity import (
    CAUSE,
    FIX,
    UNKNOWN_WEIGHT,
    WORDS_MAX,
    incident_words,
    likeness,
    told_of,
    weight_of,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PodsDown", ("podsdown", "pods", "down")),
        ("HTTPErrors are high", ("httperrors", "http", "errors")),
        ("the disk of db-7.eu is full", ("disk", "db-7.eu", "full")),
        ("3 of 4 at 10.5", ()),
        ("9f86d081-884c-7d65 deadbeef01", ()),
        ("Speicher läuft voll", ("speicher", "läuft", "voll")),
        ("x" * 41, ()),
    ],
)
def test_words_are_those_that_tell(text: str, words: tuple[str, ...]) -> None:
    assert words_of([text]) == words


def test_each_word_counts_once_and_not_too_many_do() -> None:
    assert words_of(["down down", "Down"]) == ("down",)
    assert len(words_of([f"word{n}x" for n in range(999)])) == WORDS_MAX


def test_an_incident_has_the_words_of_its_title_service_key_labels_and_notes() -> None:
    incident = Incident(
        number=1,
        key=(("alertname", "PodsDown"), ("fingerprint", "cafe")),
        title="checkout is down",
        severity=Severity.SEV1,
        severity_by="unclassified",
        opened_at=MONDAY,
        plan=DEFAULT_PLAN,
        service="checkout",
        labels={"severity": "page", "cluster": "c1"},
    )

    words = incident_words(incident, ["cause: certificate"])

    assert words == ("checkout", "down", "podsdown", "pods", "c1", "cause", "certificate")


def test_a_rare_word_says_more_than_a_common_one() -> None:
    assert weight_of(1, 1000) > weight_of(100, 1000) > weight_of(1000, 1000) > 0
    assert weight_of(0, 1000) == UNKNOWN_WEIGHT


@given(st.dictionaries(st.text(), st.floats(0.1, 10)), st.data())
def test_likeness_is_a_share(weights: dict[str, float], data: st.DataObject) -> None:
    shared = data.draw(st.sets(st.sampled_from(sorted(weights)))) if weights else set()

    assert 0 <= likeness(weights, shared) <= 1.000001
    assert likeness(weights, ()) == 0


def test_cause_and_fix_are_what_the_last_note_said_of_them() -> None:
    notes = ["Cause: a leak", "we look", "root cause: a certificate ended", "fix: renewed it"]

    assert told_of(notes, CAUSE) == "a certificate ended"
    assert told_of(notes, FIX) == "renewed it"
    assert told_of(notes[1:2], CAUSE) == ""
