"""Drafts, publishing and small edits: what becomes public, by whom, and what is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.status_desk import BODY, OUT, PARTLY, UP, Desk
from triaged.core.practice.status.status_page import (
    BODY_MAX,
    POSTS_MAX,
    REVISIONS_MAX,
    TITLE_MAX,
    is_small,
)
from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.events import Resolved
from triaged.core.records.practice.status import (
    Component,
    ComponentStatus,
    Impact,
    Mailing,
    Post,
    PostState,
    PostStatus,
    PublicIncident,
    Revision,
)
from triaged.core.records.practice.status_events import (
    ComponentSet,
    ComponentsListed,
    PostChanged,
    PostDiscarded,
    PostDrafted,
    PostPublished,
    Wording,
)
from triaged.core.time.durations import MINUTE


def test_a_draft_is_not_public() -> None:
    desk = Desk()

    answer = desk.draft()

    assert answer == RowSaved("post1")
    assert desk.row(Post, "post1").state is PostState.DRAFT
    assert (desk.every(PublicIncident), desk.every(Mailing), desk.status()) == ({}, {}, UP)


def test_what_is_left_out_of_a_draft_is_proposed_from_the_incident() -> None:
    desk = Desk()

    desk.draft(title=None, body=None)

    post = desk.row(Post, "post1")
    assert (post.status, post.title, post.body) == ("investigating", "Checkout issues", "")
    assert post.components == {"checkout": OUT}


def test_publishing_makes_an_incident_public_and_sets_its_components() -> None:
    desk = Desk()
    desk.lead()

    answer = desk.posts()

    public = desk.row(PublicIncident, "thread1")
    assert answer == RowSaved("post1")
    assert (public.title, public.status, public.impact) == (
        "Checkout Issues",
        "investigating",
        "critical",
    )
    assert (public.posts, public.components) == (("post1",), ("checkout",))
    assert public.next_update_at == desk.now + 30 * MINUTE
    assert desk.status() is OUT
    assert list(desk.every(Mailing)) == ["post1"]
    assert desk.entries[1][-1].kind == "status.posted"


def test_publishing_twice_is_no_error_and_sends_once() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    before = desk.row(Post, "post1")
    desk.run_until(desk.now + MINUTE)

    again = desk.publish(RowSaved("post1"))

    assert again == RowSaved("post1")
    assert desk.row(Post, "post1") == before
    assert len(desk.every(Mailing)) == 1


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_of_a_major_incident_the_communications_lead_publishes(severity: str) -> None:
    desk = Desk(severity=severity)
    nobody = desk.posts()
    desk.lead("bob")

    somebody_else = desk.publish(RowSaved("post1"))

    assert isinstance(nobody, Conflict)
    assert isinstance(somebody_else, Conflict)
    assert "its communications lead publishes, and nobody is" in nobody.detail
    assert "triaged incident role INC-1 communications_lead" in nobody.detail
    assert "that is bob" in somebody_else.detail
    assert desk.publish(RowSaved("post1"), by="bob") == RowSaved("post1")


def test_of_a_minor_incident_anybody_publishes() -> None:
    desk = Desk(severity="SEV-3")

    assert desk.posts(next_update_at=None) == RowSaved("post1")
    assert desk.status() is ComponentStatus.DEGRADED_PERFORMANCE


def test_a_post_of_a_major_incident_says_when_the_next_comes() -> None:
    desk = Desk()
    desk.lead()

    answer = desk.posts(next_update_at=None)

    assert answer == Conflict("INC-1 is SEV-1: say when the next update comes")


def test_a_promise_that_has_passed_is_not_published() -> None:
    desk = Desk()
    desk.lead()
    desk.draft()
    desk.run_until(desk.now + 31 * MINUTE)

    answer = desk.publish(RowSaved("post1"))

    assert isinstance(answer, Conflict)
    assert "promise a later one" in answer.detail


def test_a_drill_never_appears() -> None:
    desk = Desk()
    desk.lead()
    desk.draft()
    desk.view.add_incident(replace(desk.view.incidents[1], kind="drill"))

    answers = [desk.draft(), desk.publish(RowSaved("post1"))]

    expected = Conflict("INC-1 is a drill: it never appears in public")
    assert answers == [expected, expected]
    assert desk.every(PublicIncident) == {}


def test_a_resolving_post_takes_components_back_when_it_is_published() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.handle(Resolved(1, "alice"))
    assert desk.status() is OUT

    desk.posts(PostStatus.RESOLVED, body="It works again. No order was lost.")

    public = desk.row(PublicIncident, "thread1")
    assert desk.status() is UP
    assert (public.status, public.resolved_at, public.next_update_at) == (
        "resolved",
        desk.now,
        None,
    )


def test_the_impact_of_an_incident_is_the_worst_that_was_unless_somebody_says_another() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()

    desk.posts(PostStatus.MONITORING, components={"checkout": PARTLY})
    worst = desk.row(PublicIncident, "thread1").impact
    desk.posts(PostStatus.MONITORING, impact=Impact.MINOR)

    assert (worst, desk.row(PublicIncident, "thread1").impact) == ("critical", "minor")


def test_a_small_edit_keeps_the_old_text() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    at = desk.now
    edit = Wording(body=BODY.replace("failures", "errors"))

    answer = desk.handle(PostChanged("carol", "post1", "thread1", 1, edit))

    post = desk.row(Post, "post1")
    assert answer == RowSaved("post1")
    assert "checkout errors" in post.body
    assert post.revisions == (Revision("Checkout Issues", BODY, at, "carol"),)
    assert len(desk.every(Mailing)) == 1


@pytest.mark.parametrize(
    "wording",
    [
        Wording(body="Everything is fine and always was, as far as we can see from here today."),
        Wording(status=PostStatus.RESOLVED),
        Wording(components={}),
        Wording(next_update_at=1),
    ],
)
def test_more_than_a_small_edit_is_a_new_post(wording: Wording) -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    before = desk.row(Post, "post1")

    answer = desk.handle(PostChanged("carol", "post1", "thread1", 1, wording))

    assert isinstance(answer, Conflict)
    assert "correct it by a new post" in answer.detail
    assert desk.row(Post, "post1") == before


def test_edits_of_a_post_have_a_limit() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    answers = [
        desk.handle(PostChanged("carol", "post1", "thread1", 1, Wording(title=f"Checkout {n}")))
        for n in range(REVISIONS_MAX + 1)
    ]

    assert isinstance(answers[-1], Conflict)
    assert len(desk.row(Post, "post1").revisions) == REVISIONS_MAX


def test_a_draft_changes_freely_and_can_be_discarded() -> None:
    desk = Desk()
    desk.lead()
    desk.draft()
    changed = Wording(body="Something else altogether is said here now.", components={})

    desk.handle(PostChanged("carol", "post1", "thread1", 1, changed))
    post = desk.row(Post, "post1")
    desk.handle(PostDiscarded("carol", "post1", "thread1", 1))

    assert (post.body, post.components, post.revisions) == (changed.body, {}, ())
    assert desk.row(Post, "post1").state is PostState.DISCARDED
    assert isinstance(desk.publish(RowSaved("post1")), Conflict)


def test_what_is_published_is_not_discarded() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()

    assert isinstance(desk.handle(PostDiscarded("carol", "post1", "thread1", 1)), Conflict)


@pytest.mark.parametrize(
    "wording",
    [
        {"title": "x" * (TITLE_MAX + 1)},
        {"title": "two\nlines"},
        {"title": " padded"},
        {"body": "x" * (BODY_MAX + 1)},
        {"body": "a bell\a"},
        {"components": {"chekout": OUT}},
        {"status": PostStatus.SCHEDULED},
    ],
)
def test_what_cannot_be_shown_is_refused(wording: dict[str, Any]) -> None:
    assert isinstance(Desk().draft(**wording), Conflict)


def test_a_post_without_a_text_is_not_published() -> None:
    desk = Desk(severity="SEV-3")
    desk.draft(body="")

    assert desk.publish(RowSaved("post1")) == Conflict("post1 has no text yet")


def test_an_incident_has_so_many_posts() -> None:
    desk = Desk(severity="SEV-3")
    for _ in range(POSTS_MAX):
        desk.posts(next_update_at=None)

    answer = desk.posts(next_update_at=None)

    assert answer == Conflict("“Checkout Issues” has 200 posts: begin another incident")


def test_nothing_is_there_without_a_page() -> None:
    desk = Desk(page=None)

    assert isinstance(desk.draft(), Unknown)
    assert isinstance(desk.handle(ComponentSet("carol", "checkout", OUT)), Unknown)
    assert isinstance(desk.handle(PostPublished("carol", "x", "t", None)), Unknown)
    missing = PostDrafted("carol", "x", Wording(), "t", 99)
    assert isinstance(Desk().handle(missing), Unknown)


def test_a_component_is_set_by_hand() -> None:
    desk = Desk()

    answers = [desk.handle(ComponentSet("carol", key, PARTLY)) for key in ("search", "chekout")]
    desk.handle(ComponentSet("carol", "search", PARTLY))

    assert answers[0] == RowSaved("search")
    assert isinstance(answers[1], Unknown)
    assert [one.status for one in desk.row(Component, "search").changes] == [PARTLY]


def test_components_are_listed_once() -> None:
    desk = Desk()
    desk.handle(ComponentsListed(("checkout", "search")))
    at = desk.now
    desk.run_until(desk.now + MINUTE)
    desk.handle(ComponentsListed(("checkout", "search")))

    assert [row.created_at for row in desk.every(Component).values()] == [at, at]


WORDS = st.lists(st.sampled_from("we are not sure that all is well now".split()), max_size=12)


@given(st.lists(st.tuples(WORDS, st.booleans()), max_size=6))
def test_published_text_never_changes_without_its_old_text_being_kept(
    edits: list[tuple[list[str], bool]],
) -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    seen = [BODY]
    for words, titled in edits:
        title = "Checkout again" if titled else None
        body = f"{BODY} {' '.join(words)}".strip()
        desk.handle(PostChanged("carol", "post1", "thread1", 1, Wording(title=title, body=body)))
        post = desk.row(Post, "post1")
        if post.body != seen[-1]:
            seen.append(post.body)

    kept = [one.body for one in desk.row(Post, "post1").revisions]
    assert set(seen[:-1]) <= set(kept)


def test_few_words_are_small_and_many_are_not() -> None:
    assert is_small("a b c d e f g h i j", "a b c d e f g h x y")
    assert is_small("one", "one two three four")
    assert not is_small("a b c d e f", "u v w x e f")
