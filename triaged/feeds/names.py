"""Names in titles of events, and the people whom they mean.

A title is the person's key, full name or the address of a contact, compared without case, accents'
encoding and double spaces. Several are separated by commas. `[L0]` … `[L9]` is the level.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from unicodedata import normalize

import msgspec

from triaged.core.settings import Person

NEAREST = 3
COMPARED_MAX = 60
"""Characters of a name that are compared with the known ones."""

NAME_MAX = 200
"""Characters of an unknown name that are kept."""

_LEVEL = re.compile(r"\[L(\d)\]", re.IGNORECASE)
_MAILTO = "mailto:"


class Named(msgspec.Struct, frozen=True):
    """The people whom an event names, or the name that nobody has."""

    people: tuple[str, ...]
    unknown: str
    level: int


def directory(people: Mapping[str, Person]) -> dict[str, str]:
    """By folded name, the person. Keys win over full names, these over addresses.

    A name that several people of one tier have names nobody.
    """
    found: dict[str, str] = {}
    tiers: list[list[tuple[str, str]]] = [
        [(key, key) for key in people],
        [(person.name, key) for key, person in people.items()],
        [(each.to, key) for key, person in people.items() for each in person.contacts.values()],
    ]
    for tier in tiers:
        whose: dict[str, set[str]] = {}
        for name, key in tier:
            if name.strip():
                whose.setdefault(folded(name), set()).add(key)
        for name, keys in whose.items():
            if len(keys) == 1:
                found.setdefault(name, keys.pop())
    return found


def folded(text: str) -> str:
    """A name as it is compared."""
    return " ".join(normalize("NFC", normalize("NFC", text).casefold()).split())


def named(title: str, attendees: Iterable[str], known: Mapping[str, str]) -> Named:
    """The people whom a title names; else those whom the attendees' addresses name."""
    level = max((int(digit) for digit in _LEVEL.findall(title)), default=0)
    name = " ".join(_LEVEL.sub(" ", title).split())
    people = _people(name, known)
    if not people:
        by_address = (known.get(folded(_address(each))) for each in attendees)
        people = tuple(dict.fromkeys(one for one in by_address if one is not None))
    return Named(people, "" if people else (name or "(no title)")[:NAME_MAX], level)


def nearest(unknown: str, names: Iterable[str]) -> list[str]:
    """The three names that are nearest to an unknown one, the nearest first."""
    by_folded = {folded(each): each for each in names}
    found = get_close_matches(folded(unknown)[:COMPARED_MAX], by_folded, NEAREST, cutoff=0.0)
    return [by_folded[each] for each in found]


def _people(name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    whole = known.get(folded(_address(name)))
    if whole is not None:
        return (whole,)
    parts = [known.get(folded(_address(part))) for part in name.split(",")]
    if len(parts) < 2:
        return ()
    # One unknown name among several makes the event a hole: nobody is dropped by spelling.
    people = [part for part in parts if part is not None]
    return tuple(dict.fromkeys(people)) if len(people) == len(parts) else ()


def _address(text: str) -> str:
    text = text.strip()
    return text[len(_MAILTO) :] if text[: len(_MAILTO)].casefold() == _MAILTO else text
