"""Values in a query: read, or refused with their place."""

import pytest
from multidict import MultiDict

from triaged.core.time.durations import HOUR
from triaged.errors import Problem
from triaged.http.queries import Query

NOW = 1_800_000_000_000_000


def query(**values: str) -> Query:
    return Query(MultiDict(values))


def test_what_is_absent_is_absent() -> None:
    asked = query()

    assert asked.text("q") is None
    assert asked.choices("state", ["open"]) == ()
    assert asked.limit() == 100
    assert asked.whole("cursor") is None
    assert asked.since("since", NOW) is None
    assert asked.instant("at") is None
    assert asked.errors == []


def test_choices_are_separated_by_commas() -> None:
    asked = query(state="open, acknowledged,open")

    assert asked.choices("state", ["open", "acknowledged"]) == ("open", "acknowledged")


def test_a_wrong_choice_names_the_right_ones() -> None:
    asked = query(state="opne")
    asked.choices("state", ["open", "closed"])

    assert asked.errors == [Problem("?state", "'opne' is none of open, closed")]


@pytest.mark.parametrize("value", ["0", "1001", "-1", "ten", "1e3", "٣", "9" * 5000])
def test_a_limit_out_of_bounds_is_refused(value: str) -> None:
    asked = query(limit=value)
    asked.limit()

    assert [error.where for error in asked.errors] == ["?limit"]


def test_an_instant_wants_its_zone() -> None:
    asked = query(a="2026-01-01T00:00:00Z", b="2026-01-01T00:00:00", c="tomorrow")

    assert asked.instant("a") == 1_767_225_600_000_000
    assert asked.instant("b") is None
    assert asked.instant("c") is None
    assert [error.where for error in asked.errors] == ["?b", "?c"]


def test_a_plus_that_nobody_encoded_is_a_plus() -> None:
    assert query(at="2026-01-01T01:00:00 01:00").instant("at") == 1_767_225_600_000_000


def test_since_takes_an_instant_or_how_long_ago() -> None:
    assert query(since="2h").since("since", NOW) == NOW - 2 * HOUR
    assert query(since="2026-01-01T00:00:00Z").since("since", NOW) == 1_767_225_600_000_000


def test_whole_numbers_are_not_negative() -> None:
    asked = query(a="12", b="-1", c="x")

    assert (asked.whole("a"), asked.whole("b"), asked.whole("c")) == (12, None, None)
    assert [error.where for error in asked.errors] == ["?b", "?c"]
