from msgspec.structs import replace

from tests.core.practice.golden import ACCOUNT, ACTIONS
from triaged.core.practice.learning.postmortem_facts import figures_of
from triaged.core.records.practice.action_items import ActionState
from triaged.core.records.practice.postmortems import Postmortem, PostmortemRevision
from triaged.core.text.learning.documents import (
    Readings,
    action_item_document,
    postmortem_document,
    revision_text_document,
)


def test_item_is_overdue_from_the_day_after_until_it_is_finished() -> None:
    item = ACTIONS[0]

    assert not action_item_document(item, "2026-03-06").overdue
    assert action_item_document(item, "2026-03-07").overdue
    assert not action_item_document(replace(item, state=ActionState.DONE), "2026-03-07").overdue


def test_spans_of_a_postmortem_are_seconds() -> None:
    row = Postmortem("INC-12/postmortem", 12, 0)
    found = Readings("t", True, "text", "hash", [], [], [], figures_of(ACCOUNT), [], "x.md")

    document = postmortem_document(row, found)

    assert document.figures.duration_seconds == 47 * 60
    assert document.figures.severities == {"SEV-1": 47 * 60}
    assert document.figures.first_page_to_acknowledgement_seconds == 119
    assert document.timeline_head.entries == 19
    assert (document.updated_at, document.updated_by) == (None, None)


def test_revision_shows_its_text() -> None:
    row = PostmortemRevision("INC-12/postmortem/1", 12, 1, 0, "bob", "text", "hash")

    assert revision_text_document(row).text == "text"
