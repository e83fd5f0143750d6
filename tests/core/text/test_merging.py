"""Merges of texts by lines: nothing that somebody typed is lost, and both sides count alike."""

from itertools import pairwise
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from triaged.core.text.merging import Merged, Sides, has_conflict_marks, matches, merge

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "d", "e"]), max_size=12)
TEXTS = LINES.map("\n".join)


def test_changes_of_different_places_are_both_there() -> None:
    merged = merge("a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nD")

    assert merged == Merged("A\nb\nc\nD", 0)


def test_changes_of_one_place_stand_between_marks() -> None:
    merged = merge("a\nb\nc", "a\nB\nc", "a\nß\nc", Sides("yours", "alice, revision 3"))

    text = "a\n<<<<<<< yours\nB\n=======\nß\n>>>>>>> alice, revision 3\nc"
    assert merged == Merged(text, 1)
    assert has_conflict_marks(text)


def test_text_without_a_conflict_has_no_marks() -> None:
    assert not has_conflict_marks("a\n=======\nb")
    assert not has_conflict_marks("Title\n=======\n\n>>>>>>> quoted deeply")


def test_one_change_made_by_both_stands_once() -> None:
    assert merge("a\nb", "a\nx\nb", "a\nx\nb") == Merged("a\nx\nb", 0)


@given(TEXTS, TEXTS)
def test_side_that_changed_nothing_gives_way(base: str, changed: str) -> None:
    assert merge(base, changed, base) == Merged(changed, 0)
    assert merge(base, base, changed) == Merged(changed, 0)
    assert merge(base, changed, changed) == Merged(changed, 0)


@given(TEXTS, TEXTS, TEXTS)
def test_no_typed_line_is_lost(base: str, ours: str, theirs: str) -> None:
    merged = merge(base, ours, theirs).text.split("\n")

    typed = [*ours.split("\n"), *theirs.split("\n")]
    assert [line for line in typed if line not in base.split("\n") and line not in merged] == []


@given(TEXTS, TEXTS, TEXTS)
def test_sides_have_equal_rights(base: str, ours: str, theirs: str) -> None:
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)

    assert one.conflicts == other.conflicts
    assert one.conflicts or one.text == other.text


@given(LINES, LINES)
def test_matches_are_equal_lines_in_order(left: list[str], right: list[str]) -> None:
    found = matches(left, right)

    assert all(left[a] == right[b] for a, b in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


def test_hostile_texts_are_merged_in_time() -> None:
    base = "\n".join(["", "x"] * 20_000)
    ours = "\n".join(["x", ""] * 20_000)
    theirs = "\n".join(str(number) for number in range(40_000))

    began = perf_counter()
    merge(base, ours, theirs)
    merge(theirs, ours, "\n".join(reversed(theirs.split("\n"))))

    assert perf_counter() - began < 3
