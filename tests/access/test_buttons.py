"""Values of buttons: short, signed, and read only as they were written."""

import re

import pytest

from triaged.access.action_links import Link, token
from triaged.access.buttons import LETTERS, VALUE_MAX, Act, act_of, value_of
from triaged.core.records.pages import StepId
from triaged.wire import Secret

KEY = Secret("k" * 32)
ACT = Act("acknowledge", 12, StepId(3, 1, 2))


@pytest.mark.parametrize("verb", LETTERS)
def test_value_says_what_the_button_does(verb: str) -> None:
    act = Act(verb, 12, StepId(3, 1, 2))  # type: ignore[arg-type]  # of the table of verbs

    value = value_of(act, KEY)

    assert value is not None
    assert act_of(value, KEY) == act
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,48}", value)


def test_value_with_the_largest_numbers_is_short_enough() -> None:
    value = value_of(Act("acknowledge", 9_999_999_999, StepId(99_999, 999, 999)), KEY)

    assert value is not None
    assert len(value) <= VALUE_MAX


def test_number_that_does_not_fit_has_no_button() -> None:
    assert value_of(Act("acknowledge", 10**10, StepId(1, 1, 1)), KEY) is None


def test_value_that_was_changed_anywhere_is_none() -> None:
    value = value_of(ACT, KEY) or ""

    for place in range(len(value)):
        other = "b" if value[place] != "b" else "c"
        assert act_of(value[:place] + other + value[place + 1 :], KEY) is None, place


@pytest.mark.parametrize("value", ["", "a", "a.1.1.1.1." + "A" * 20, "a.1" * 100, "ä.1.1.1.1.x"])
def test_what_nobody_signed_is_none(value: str) -> None:
    assert act_of(value, KEY) is None


def test_another_installation_signs_otherwise() -> None:
    assert act_of(value_of(ACT, Secret("other")) or "", KEY) is None


def test_link_of_the_same_key_is_no_button() -> None:
    assert act_of(token(Link(12, "acknowledge", "alice", 2**31), KEY), KEY) is None
