"""Sentences that put a fault on a person are found, with their place; those that do not are not."""

from pathlib import Path
from time import perf_counter

import pytest

from triaged.core.practice.learning.blameless import Blame, lint

NAMES = ("alice", "bob", "Bob Example", "carol", "dave", "Alice Example")
CORPUS = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()


def test_corpus_is_judged_with_nine_of_ten_right() -> None:
    blaming = {line[2:] for line in CORPUS if line.startswith("+ ")}

    found = {line[2:] for line in CORPUS if lint(line[2:], NAMES)}

    assert len(CORPUS) == 60
    assert len(found & blaming) / len(found) >= 0.9, sorted(found - blaming)
    assert len(found & blaming) / len(blaming) >= 0.9, sorted(blaming - found)


def test_finding_has_its_place_and_a_suggestion() -> None:
    text = "# Title\n\n## Summary\nAll was well, until @bob forgot the index.\n"

    assert lint(text) == [
        Blame(
            4,
            21,
            "@bob forgot",
            "say what did not remind: a step of a procedure, a check, an alert",
        )
    ]


def test_sentence_may_go_on_in_the_next_line_but_not_after_a_blank_one() -> None:
    assert [(each.line, each.column) for each in lint("Then @bob\nforgot it.")] == [(1, 6)]
    assert lint("Then @bob\n\nforgot it.") == []


@pytest.mark.parametrize(
    "text",
    [
        "> @bob forgot it\nand @bob caused it",
        "## Timeline\n15:23 - @bob forgot it\n### More\n@bob forgot it",
        "```\n@bob forgot it\n```",
        "    @bob forgot it",
        "It says `@bob forgot it`.",
        "@bob forgot it <!-- blameless-ok -->",
        "| a |\n| - |\n| `@bob forgot it` |",
    ],
)
def test_quotes_timeline_code_and_allowed_lines_are_ignored(text: str) -> None:
    assert lint(text) == []


def test_what_follows_the_timeline_is_read_again() -> None:
    text = "## Timeline\n15:23 - @bob forgot it\n## Root Cause\n- @bob forgot it\n"

    assert [(each.line, each.column) for each in lint(text)] == [(4, 3)]


def test_people_are_known_by_id_name_and_first_name() -> None:
    text = "bob failed to look. Bob failed to look. Bob Example failed to look."

    assert len(lint(text, ["bob", "Bob Example"])) == 3
    assert lint(text) == []


def test_whoever_is_mentioned_is_known_by_name_as_well() -> None:
    text = "Erin caused the outage.\n\n- [ ] Fix: it (P0, @erin, by 03/06)\n"

    assert [each.text for each in lint(text)] == ["Erin caused the outage"]
    assert lint("Erin caused the outage.") == []


def test_ten_thousand_words_take_twenty_milliseconds() -> None:
    sentence = "The deploy of 14:00 caused @bob and the pool to fail, as the alert did not fire. "
    text = (sentence * 4 + "\n\n") * 160
    lint(text)

    began = perf_counter()
    lint(text)

    assert len(text.split()) > 10_000
    assert perf_counter() - began < 0.1  # five times the limit: other tests run beside this one


def test_hostile_text_takes_no_longer() -> None:
    texts = ["@a, " * 20_000, "@bob accidentally " * 5_000, "`" * 60_000, "> " * 20_000]

    began = perf_counter()
    for text in texts:
        lint(text)

    assert perf_counter() - began < 4
