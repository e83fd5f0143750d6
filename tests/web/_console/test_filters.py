"""The words of the filter box; what they find is in tests/web/test_now.py."""

import pytest

from triaged.core.time.durations import HOUR
from triaged.store.queries.board import BoardFilter
from triaged.web._console.filters import filter_of, suggestions

NOW = 1_800_000_000_000_000


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", BoardFilter()),
        ("severity=sev-1,SEV-2", BoardFilter(severities=("SEV-1", "SEV-2"))),
        ("state=open service=checkout", BoardFilter(states=("open",), service="checkout")),
        ('label.a.b-c="x y" team=t', BoardFilter(labels={"a.b-c": "x y"}, team="t")),
        ("age>1h", BoardFilter(opened_before=NOW - HOUR)),
        ("mine disk  full", BoardFilter(person="alice", text="disk full")),
        ("a=b", BoardFilter(text="a=b")),
        ('"unfinished', BoardFilter(text="unfinished")),
        ("\0mine", BoardFilter(person="alice")),
    ],
)
def test_words_are_read(text: str, wanted: BoardFilter) -> None:
    found = filter_of(text, "alice", NOW)

    assert (found.wanted, found.errors) == (wanted, ())


def test_every_wrong_word_is_said_and_the_others_hold() -> None:
    text = "severity=SEV-9 state=shut age>x mine team=a " + " ".join(
        f"label.l{number}=x" for number in range(11)
    )

    found = filter_of(text, None, NOW)

    assert found.wanted.team == "a"
    assert [error.partition(":")[0] for error in found.errors] == [
        "severity=SEV-9",
        "state=shut",
        "age>x",
        "mine",
        "label.l10=x",
    ]


def test_the_box_is_cut() -> None:
    assert len(filter_of("x" * 1000, None, NOW).text) == 500


def test_suggestions_name_what_there_is() -> None:
    assert {"severity=SEV-1", "state=snoozed", "team=a", "service=b"} <= set(suggestions("b", "a"))
