"""The last timeline entries of an incident in plain words, the newest first."""

from collections.abc import Iterator, Sequence

import msgspec

from triaged.core.records.actors import is_person
from triaged.core.records.model import ChainedEntry
from triaged.core.text.wording import Reading, clean, instant_for

SHOWN = 10
"""Entries: what happened lately, on one screen of a phone."""

READ = 40
"""Entries that are read for it: some say nothing that another one does not say."""

TEXT_MAX = 200
LEFT_OUT = frozenset({"incident.confirmed", "phase.changed", "update.sent"})
"""Kinds that follow from an entry beside them."""


class Happened(msgspec.Struct, frozen=True):
    """One entry: the instant on the reader's clock, and a sentence."""

    at: str
    text: str


def history(entries: Sequence[ChainedEntry], reading: Reading) -> Iterator[Happened]:
    """The last `SHOWN` of `entries` that say something of their own."""
    own = [entry for entry in entries if entry.kind not in LEFT_OUT]
    for entry in reversed(own[-SHOWN:]):
        at = instant_for(entry.at, reading.timezone, reading.at)
        yield Happened(at, clean(sentence(entry), TEXT_MAX))


def sentence(entry: ChainedEntry) -> str:
    """The entry's text, with the person who did it where the text does not name them."""
    if entry.kind == "note":
        return f"{entry.actor}: {entry.text}"
    if not is_person(entry.actor) or entry.actor in entry.text:
        return entry.text
    return f"{entry.text} (by {entry.actor})"
