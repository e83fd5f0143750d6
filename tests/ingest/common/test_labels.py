"""Label sets read by hand, and their limits."""

import pytest

from triaged.errors import Malformed
from triaged.ingest import Reason
from triaged.ingest.common.labels import (
    FIRST,
    LABELS_MAX,
    MARKER,
    NAME_MAX,
    VALUE_MAX,
    bounded,
    labels_of,
    strings_of,
)


def test_null_and_empty_labels_are_left_out() -> None:
    assert labels_of({"a": "b", "c": "", "d": None}, "$") == {"a": "b"}


@pytest.mark.parametrize("value", [None, {}, {"a": ""}, {"a": None}])
def test_alert_needs_a_label(value: object) -> None:
    with pytest.raises(Malformed) as caught:
        labels_of(value, "$.labels")

    assert (caught.value.reason, caught.value.problem.where) == (Reason.NO_LABELS, "$.labels")


@pytest.mark.parametrize("value", [[], "x", 1, {"": "x"}, {"a": 1}, {"a": True}, {"a": {}}])
def test_labels_are_strings_under_names(value: object) -> None:
    with pytest.raises(Malformed) as caught:
        strings_of(value, "$")

    assert caught.value.reason == Reason.BAD_LABEL


def test_set_within_the_limits_is_left_alone() -> None:
    assert bounded({"a": "b"}, {"c": "d"}) == ({"a": "b"}, {"c": "d"})


def test_labels_that_incidents_are_grouped_by_are_kept() -> None:
    many = {f"l{number}": "x" for number in range(LABELS_MAX)} | dict.fromkeys(FIRST, "y")

    labels, annotations = bounded(many, {})

    assert set(FIRST) <= labels.keys()
    assert annotations == {MARKER: f"{len(FIRST)} of {LABELS_MAX + len(FIRST)} labels left out"}


def test_long_value_is_cut_and_long_name_left_out() -> None:
    labels, annotations = bounded({"a": "x" * 100_000, "n" * (NAME_MAX + 1): "y"}, {})

    assert labels == {"a": "x" * (VALUE_MAX - 1) + "…"}
    assert annotations[MARKER] == "1 of 2 labels left out; a cut from 100000 characters"
