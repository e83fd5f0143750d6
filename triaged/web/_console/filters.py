"""The filter box: words such as `severity=SEV-1 team=payments age>1h mine`, and words of titles."""

import re
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from triaged.core.records.model import Severity
from triaged.core.time.durations import parse_duration
from triaged.store.queries.board import STATES, BoardFilter

FILTER_MAX = 500
LABELS_MAX = 10
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_LABEL = re.compile(r"label\.([A-Za-z_][A-Za-z0-9_.-]*)=(.+)", re.DOTALL)
EXAMPLE = "severity=SEV-1 team=payments label.cluster=c1 age>1h mine"


class Filter(msgspec.Struct, frozen=True):
    """What the box holds, and what that means."""

    text: str
    wanted: BoardFilter = BoardFilter()
    errors: tuple[str, ...] = ()


def filter_of(text: str, person: str | None, now: int) -> Filter:
    """The filter that a text means for a reader; words that mean nothing are errors."""
    text = text.replace("\0", "").strip()[:FILTER_MAX]
    wanted, errors, free = BoardFilter(), [], []
    for word in _WORD.findall(text):
        found = _read(word, wanted, (person, now))
        match found:
            case BoardFilter():
                wanted = found
            case str():
                errors.append(found)
            case None:
                free.append(word.replace('"', ""))
    if free:
        wanted = replace(wanted, text=" ".join(free))
    return Filter(text, wanted, tuple(errors))


def _read(
    word: str, wanted: BoardFilter, reader: tuple[str | None, int]
) -> BoardFilter | str | None:
    """`wanted` with what the word says; why it cannot be; None: a word of titles."""
    person, now = reader
    if word == "mine":
        if person is None:
            return "mine: you are nobody of `people`, so nothing is yours"
        return replace(wanted, person=person)
    if (label := _LABEL.fullmatch(word)) is not None:
        labels = {**wanted.labels, label[1]: label[2].replace('"', "")}
        if len(labels) > LABELS_MAX:
            return f"{word}: more than {LABELS_MAX} labels"
        return replace(wanted, labels=labels)
    if word.startswith(("age>", "age<")):
        return _aged(word, wanted, now)
    name, equals, value = word.partition("=")
    return _READ[name](wanted, value.replace('"', "")) if equals and name in _READ else None


def _aged(word: str, wanted: BoardFilter, now: int) -> BoardFilter | str:
    try:
        at = now - parse_duration(word[4:])
    except ValueError:
        return f"{word}: a time such as age>1h is wanted"
    return replace(wanted, opened_before=at) if word[3] == ">" else replace(wanted, opened_after=at)


def _states(wanted: BoardFilter, value: str) -> BoardFilter | str:
    found = tuple(value.split(","))
    wrong = [each for each in found if each not in STATES]
    return f"state={value}: {', '.join(STATES)}" if wrong else replace(wanted, states=found)


def _severities(wanted: BoardFilter, value: str) -> BoardFilter | str:
    found = tuple(each.upper() for each in value.split(","))
    wrong = [each for each in found if each not in [*Severity]]
    if wrong:
        return f"severity={value}: {', '.join(Severity)}"
    return replace(wanted, severities=found)


def _service(wanted: BoardFilter, value: str) -> BoardFilter:
    return replace(wanted, service=value)


def _team(wanted: BoardFilter, value: str) -> BoardFilter:
    return replace(wanted, team=value)


_READ: dict[str, Callable[[BoardFilter, str], BoardFilter | str]] = {
    "state": _states,
    "severity": _severities,
    "service": _service,
    "team": _team,
}


def suggestions(services: Iterable[str], teams: Iterable[str]) -> list[str]:
    """Words for the box."""
    words = [f"severity={one}" for one in Severity] + [f"state={one}" for one in STATES]
    words += [f"team={one}" for one in teams] + [f"service={one}" for one in services]
    return [*words, "mine", "age>1h"]
