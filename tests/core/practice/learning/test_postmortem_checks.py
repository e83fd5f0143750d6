"""What a text lacks before it is reviewed and published."""

from datetime import date

from msgspec.structs import replace

from tests.core.practice.golden import ACCOUNT, ACTIONS, DOCUMENT
from triaged.core.practice.learning.postmortem_checks import (
    lacks_for_publishing,
    lacks_for_review,
    not_yet_items,
)
from triaged.core.practice.learning.postmortem_draft import draft

DAY = date(2026, 3, 4)


def test_documents_postmortem_lacks_nothing() -> None:
    assert lacks_for_review(DOCUMENT) == []
    assert lacks_for_publishing(DOCUMENT, ACTIONS, DAY) == []


def test_draft_lacks_what_only_humans_know() -> None:
    text = draft(replace(ACCOUNT, actions=()))

    assert [one.partition(" (")[0] for one in lacks_for_review(text)] == [
        "the section Summary",
        "the section Root Cause",
        "the section Impact",
    ]
    assert len(lacks_for_publishing(text, (), DAY)) == 4


def test_line_that_nobody_would_be_reminded_of_is_named() -> None:
    text = DOCUMENT + "- [ ] Fix: Do something (P0, by 03/06)\n- fix the rest\n"

    assert lacks_for_publishing(text, ACTIONS[1:], DAY) == [
        "line 24: it names no owner: (P1, @owner, by 03/06)",
        "line 25: a box is missing: - [ ] Fix: what is to be done (P1, @owner, by 03/06)",
        "an action item for 'Upgrade ORM to patched version': `triaged action import`",
    ]


def test_item_is_known_by_kind_and_text_whatever_its_owner_and_date_are_now() -> None:
    moved = [replace(item, owner="erin", due="2026-05-01") for item in ACTIONS]

    assert lacks_for_publishing(DOCUMENT, moved, DAY) == []


def test_reason_why_nothing_is_to_be_done_is_enough() -> None:
    head, _, _ = DOCUMENT.partition("- [ ]")

    assert lacks_for_publishing(head + "Nothing: the service was shut down.", (), DAY) == []
    assert len(lacks_for_publishing(head, (), DAY)) == 1


def test_undecided_merge_is_not_ready() -> None:
    text = DOCUMENT.replace("$45,000", "$1\n<<<<<<< yours\n$2\n=======\n$3\n>>>>>>> bob")

    assert len(lacks_for_review(text)) == 1
    assert "between <<<<<<< and >>>>>>>" in lacks_for_publishing(text, ACTIONS, DAY)[0]


def test_pasted_text_is_read_in_its_section_or_whole() -> None:
    whole, wrong = not_yet_items(DOCUMENT, ACTIONS[:1], DAY)
    lines, _ = not_yet_items("- [ ] Fix: it (P0, @bob, by 03/06)", ACTIONS, DAY)

    assert [line.text for line in whole] == [item.text for item in ACTIONS[1:]]
    assert wrong == []
    assert [line.text for line in lines] == ["it"]
