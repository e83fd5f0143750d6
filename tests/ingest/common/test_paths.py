"""Paths and look-ups as operators write them."""

from typing import Any

import pytest

from triaged.ingest.common.paths import find, text_of, wanted

BODY: dict[str, Any] = {
    "job": "nightly",
    "n": 0,
    "host": {"name": "db-1", "a b": "c", "x.y": "z"},
    "items": [{"id": 1}, {"id": 2}],
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$", BODY),
        ("$.job", "nightly"),
        ("$.n", 0),
        ("$.host.name", "db-1"),
        ('$.host["a b"]', "c"),
        ("$.host['x.y']", "z"),
        ("$.items[0].id", 1),
        ("$.items[-1].id", 2),
        ("$.items[2].id", None),
        ("$.items.id", None),
        ("$.job.name", None),
        ("$.none", None),
        ("{{ body.job }}-{{ body.host.name }}", "nightly-db-1"),
        ("{{body.items[1].id}}", "2"),
        ("{{ body.job }}-{{ body.missing }}", "nightly-"),
        ("{{ body.missing }}-{{ body.none }}", ""),
        ("payments", "payments"),
        ("", ""),
    ],
)
def test_what_is_wanted_is_found(text: str, expected: object) -> None:
    assert find(wanted(text), [BODY]) == expected


def test_first_body_that_has_it_wins() -> None:
    assert find(wanted("$.job"), [{"job": None}, {"job": "whole"}]) == "whole"
    assert find(wanted("{{ body.a }}{{ body.job }}"), [{"a": "1"}, BODY]) == "1nightly"


@pytest.mark.parametrize(
    "text",
    [
        "$job",
        "$.a..b",
        "$.a[b]",
        "$.a[",
        "$.*",
        "{{ body.a | upper }}",
        "{{ labels.a }}",
        "{{ bodyguard }}",
        "{{ }}",
        "{{ body.a",
        "body.a }}",
        "{{ 7 * 7 }}",
        "{{ body.__class__() }}",
    ],
)
def test_anything_but_a_look_up_is_a_problem(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        wanted(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (1, "1"), (1.5, "1.5"), (True, "true"), (None, ""), ([], ""), ({}, "")],
)
def test_scalars_are_text(value: object, text: str) -> None:
    assert text_of(value) == text
