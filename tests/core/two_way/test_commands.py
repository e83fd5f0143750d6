"""The grammar: what people type at night, in the words that they use."""

import pytest

from triaged.core.records.severity import Severity
from triaged.core.two_way.commands import HELP, WORDS, Command, Misread, command_of


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ack", Command("acknowledge")),
        ("ack INC-12", Command("acknowledge", 12)),
        ("Ack inc-12", Command("acknowledge", 12)),
        ("ACK 12,", Command("acknowledge", 12)),
        ("ack #12", Command("acknowledge", 12)),
        ("ack all", Command("acknowledge", "all")),
        ("ack last", Command("acknowledge", "last")),
        ("ack INC-12 on it", Command("acknowledge", 12, "on it")),
        ("/triaged ack", Command("acknowledge")),
        ("take INC-12", Command("take", 12)),
        ("handover INC-12 alice", Command("handover", 12, person="alice")),
        ("handover INC-12 @alice", Command("handover", 12, person="alice")),
        ("handover alice", Command("handover", person="alice")),
        ("escalate", Command("escalate")),
        ("esc INC-12 I need help", Command("escalate", 12, "I need help")),
        ("note INC-12 rolled back https://x/1", Command("note", 12, "rolled back https://x/1")),
        ("note rolled back", Command("note", None, "rolled back")),
        ("resolve INC-12", Command("resolve", 12)),
        ("resolve it was the pool", Command("resolve", None, "it was the pool")),
        ("severity INC-12 SEV-1", Command("severity", 12, severity=Severity.SEV1)),
        ("severity sev2 few users", Command("severity", None, "few users", severity=Severity.SEV2)),
        ("sev 12 1", Command("severity", 12, severity=Severity.SEV1)),
        (
            "declare SEV-2 checkout is slow service=checkout",
            Command("declare", text="checkout is slow", severity=Severity.SEV2, service="checkout"),
        ),
        ("declare 3 hm", Command("declare", text="hm", severity=Severity.SEV3)),
        ("oncall", Command("oncall")),
        ("oncall primary", Command("oncall", text="primary")),
        ("list", Command("list")),
        ("help", Command("help")),
    ],
)
def test_command_means(text: str, command: Command) -> None:
    assert command_of(text) == command


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("akc INC-12", "did you mean `ack`?"),
        ("resolv", "did you mean `resolve`?"),
        ("hello", "Type `help`"),
        ("", "Type `help`"),
        ("handover INC-12", "`handover INC-12 alice`"),
        ("handover INC-12 alice bob", "`handover INC-12 alice`"),
        ("note INC-12", "`note INC-12 text`"),
        ("severity INC-12", "SEV-1, SEV-2, SEV-3, SEV-4"),
        ("severity INC-12 SEV-9", "SEV-1"),
        ("declare", "`declare SEV-2 checkout is slow`"),
        ("declare SEV-2", "What is wrong?"),
        ("declare SEV-2 service=checkout", "What is wrong?"),
        ("resolve all", "name one incident"),
        ("ack 12x", "`12x` is not an incident"),
        ("take everything", "`everything` is not an incident"),
    ],
)
def test_what_is_not_understood_is_told_with_what_would_be(text: str, hint: str) -> None:
    found = command_of(text)

    assert isinstance(found, Misread)
    assert hint in found.text


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00" * 50, "ack " + "9" * 500, "note \ud800"])
def test_nothing_that_is_typed_trips_it(text: str) -> None:
    command_of(text)


def test_every_verb_is_in_the_help() -> None:
    assert {word[:3] for word in WORDS.values() if word != "help" and word[:3] not in HELP} == set()
