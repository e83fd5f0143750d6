"""The way of a postmortem: who may do what in which state, and what is due when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.learning_world import REASON, Learning
from triaged.core.practice.learning.postmortems import is_required, is_settled
from triaged.core.practice.work import work_of
from triaged.core.records.answers import Acted, Conflict, Outdated, Unknown
from triaged.core.records.effects import Count
from triaged.core.records.events import Closed, Reopened, Resolved, SeverityChosen
from triaged.core.records.model import Severity, State
from triaged.core.records.practice.learning_events import (
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.postmortems import (
    REVISIONS_MAX,
    Postmortem,
    PostmortemRevision,
    PostmortemState,
)
from triaged.core.records.timers import PostmortemDue
from triaged.core.time.durations import DAY


def test_severe_incident_is_not_closed_without_a_postmortem() -> None:
    world = Learning()

    answer = world.close()

    assert isinstance(answer, Conflict)
    assert "it is a draft" in answer.detail
    assert "triaged postmortem edit INC-1" in answer.detail
    assert "triaged postmortem waive INC-1" in answer.detail
    assert world.state() is State.RESOLVED


def test_published_postmortem_lets_close() -> None:
    world = Learning()
    world.save("text")
    assert isinstance(world.close(), Conflict)
    world.review()
    assert isinstance(world.close(), Conflict)
    assert world.publish() == Acted(1)

    assert world.close() == Acted(1)
    assert world.state() is State.CLOSED


def test_waived_postmortem_lets_close_and_is_counted() -> None:
    world = Learning()
    assert world.waive() == Acted(1)
    assert world.waive() == Acted(1), "twice is no error"

    assert world.close() == Acted(1)
    assert world.counts.count(Count("postmortem_waived", "SEV-1")) == 1
    (entry,) = world.said("postmortem.waived")
    assert entry.data["reason"] == REASON


@pytest.mark.parametrize("reason", ["", "no time", " " * 30, "x" * 19])
def test_waiver_takes_a_reason(reason: str) -> None:
    world = Learning()

    assert isinstance(world.waive(reason), Conflict)
    assert isinstance(world.close(), Conflict)


def test_minor_incident_is_closed_without_one() -> None:
    world = Learning("SEV-3")

    assert world.close() == Acted(1)
    assert (1, PostmortemDue) not in world.timers


def test_first_text_keeps_the_draft_that_was_made_of_facts() -> None:
    world = Learning()

    assert world.save("mine") == Acted(1)

    assert (world.text(0), world.text(1)) == ("facts", "mine")
    assert (world.postmortem.revision, world.postmortem.by) == (1, "alice")


def test_newer_text_is_never_overwritten_and_the_older_is_kept() -> None:
    world = Learning()
    world.save("one")
    world.save("two", base=1, by="bob")

    answer = world.save("three", base=1)

    assert isinstance(answer, Outdated)
    assert (answer.revision, world.postmortem.revision) == (2, 2)
    assert world.text(2) == "two"
    kept = world.view.row(PostmortemRevision, answer.kept)
    assert kept is not None
    assert (kept.text, kept.status, kept.base) == ("three", "unmerged", 1)
    assert world.save("three", base=1) == answer
    assert len(world.said("postmortem.kept")) == 1, "the same text is kept once"


def test_same_text_again_changes_nothing() -> None:
    world = Learning()
    world.save("one")

    assert world.save("one") == Acted(1), "whatever it was made from"
    assert world.postmortem.revision == 1


def test_revisions_have_a_limit() -> None:
    world = Learning()
    world.save("0")
    for number in range(1, REVISIONS_MAX):
        assert world.save(str(number), base=number) == Acted(1)

    assert isinstance(world.save("more", base=REVISIONS_MAX), Conflict)


def test_incomplete_text_is_neither_reviewed_nor_published() -> None:
    world = Learning()
    world.save("text")

    review, publish = world.review(1, "the section Impact"), world.publish(1, "the section Impact")

    assert isinstance(review, Conflict)
    assert "the section Impact" in review.detail
    assert isinstance(publish, Conflict)
    assert world.postmortem.state is PostmortemState.DRAFT


def test_what_nobody_wrote_is_not_published() -> None:
    world = Learning()

    assert isinstance(world.publish(0), Conflict)
    assert isinstance(world.review(0), Conflict)


def test_only_the_text_that_was_examined_is_published() -> None:
    world = Learning()
    world.save("one")
    world.save("two", base=1)

    answer = world.publish(1)

    assert isinstance(answer, Conflict)
    assert "changed to revision 2" in answer.detail


def test_published_text_is_changed_by_a_new_revision_that_loses_nothing() -> None:
    world = Learning()
    world.save("one")
    world.publish()

    refused = world.save("two", 1, "alice", "the section Impact")
    assert isinstance(refused, Conflict)
    assert world.save("three", base=1) == Acted(1)

    assert world.postmortem.state is PostmortemState.PUBLISHED
    assert (world.text(1), world.text(2)) == ("one", "three")


def test_published_one_is_not_waived() -> None:
    world = Learning()
    world.save("one")
    world.publish()

    assert isinstance(world.waive(), Conflict)


def test_publication_says_whether_others_read_it_before() -> None:
    reviewed, alone = Learning(), Learning()
    for world in (reviewed, alone):
        world.save("text")
    reviewed.review()
    for world in (reviewed, alone):
        world.publish()

    assert [one.said("postmortem.published")[0].data["reviewed"] for one in (reviewed, alone)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    "event",
    [
        PostmortemSaved(7, "alice", "text", 0, ""),
        PostmortemReviewed(7, "alice", 1),
        PostmortemPublished(7, "alice", 1),
        PostmortemWaived(7, "alice", REASON),
    ],
)
def test_postmortem_of_no_incident_is_unknown(event: PostmortemSaved) -> None:
    assert isinstance(Learning().handle(event), Unknown)


def test_drill_needs_none() -> None:
    world = Learning()
    drill = replace(world.incident, kind="drill")

    assert not is_required(world.settings, drill)


STEPS = (
    "save stale review publish incomplete waive short close reopen resolve severity wait".split()
)


@given(st.lists(st.sampled_from(STEPS), min_size=20, max_size=60))
@settings(max_examples=25, deadline=None)
def test_no_history_closes_a_severe_incident_without_one(steps: list[str]) -> None:
    world = Learning()
    world.ends(severity="SEV-1")
    texts: dict[int, str | None] = {}
    for index, step in enumerate(steps):
        row = world.view.row(Postmortem, "INC-1/postmortem")
        revision = row.revision if row else 0
        match step:
            case "save":
                world.save(f"text {index}", base=revision)
            case "stale":
                world.save(f"text {index}", base=revision + 1)
            case "review":
                world.review(revision)
            case "publish":
                world.publish(revision)
            case "incomplete":
                world.publish(revision, "the section Impact")
            case "waive":
                world.waive()
            case "short":
                world.waive("no time")
            case "close":
                world.close()
            case "reopen":
                world.handle(Reopened(1, "alice"))
            case "resolve":
                world.handle(Resolved(1, "alice"))
            case "severity":
                choice = Severity.SEV1 if index % 2 else Severity.SEV2
                world.handle(SeverityChosen(1, "alice", choice))
            case _:
                world.run_until(world.now + DAY // 2)
        if world.view.row(PostmortemRevision, "INC-1/postmortem/1") is not None:
            for number, text in texts.items():
                assert world.text(number) == text, "a saved text never changes"
            texts = {n: world.text(n) for n in range(world.postmortem.revision + 1)}
        if world.state() is State.CLOSED:
            assert is_settled(world.incident)
        state = work_of(world.incident).postmortem
        assert state is None or state is world.postmortem.state


def test_closing_by_whoever_it_is_asks_for_it() -> None:
    world = Learning()

    assert isinstance(world.handle(Closed(1, "token:ops", "done")), Conflict)
