import pytest

from triaged.yamlschema.values import (
    NAMES_SHOWN,
    TEXT_SHOWN,
    alternatives,
    kind_of,
    none_of,
    quoted,
)


def test_none_of_names_what_is_valid_and_what_was_meant() -> None:
    message = none_of("severty", ["severity", "service", "team"])

    assert message == "'severty' is none of severity, service, team (did you mean severity?)"


def test_none_of_guesses_only_what_is_near() -> None:
    assert none_of("x", ["severity", "service"]) == "'x' is none of severity, service"


def test_none_of_shows_some_of_many() -> None:
    message = none_of("n99x", [f"n{number}" for number in range(100)])

    assert message.count(",") == NAMES_SHOWN
    assert message.endswith(", … (did you mean n99?)")


def test_none_of_nothing_says_so() -> None:
    assert none_of("alice", []) == "'alice' does not exist: there are none"


def test_long_texts_are_cut() -> None:
    assert len(quoted("x" * 10_000)) == TEXT_SHOWN + 3


@pytest.mark.parametrize(
    ("value", "shown", "hidden"),
    [
        (None, "nothing", "nothing"),
        (True, "true", "true"),
        (7, "the number 7", "a number"),
        ("soon", "text 'soon'", "text"),
        ([1], "a list", "a list"),
        ({}, "a map", "a map"),
    ],
)
def test_kinds_are_said_in_words_of_yaml(value: object, shown: str, hidden: str) -> None:
    assert kind_of(value) == shown
    assert kind_of(value, shown=False) == hidden


def test_alternatives_read_as_a_sentence() -> None:
    assert alternatives(["a"]) == "a"
    assert alternatives(["a", "b", "c"]) == "a, b or c"
