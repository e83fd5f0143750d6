"""The words that two incidents share, and their weight. For hints; no decision depends on it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import log

from triaged.core.records.model import Incident

WORDS_MAX = 48
"""Limit on the words of an incident; titles and labels have about twenty."""

WORD_MAX = 40
"""Limit on the characters of a word; longer ones are identities, which never occur twice."""

NOTHING = frozenset(
    """
    a an and are as at be by for from has have in is it its no not of on or than that the this to
    was were will with alert alerts firing incident critical warning info severity high low
    alertname cluster namespace service team job instance pod
    """.split()
)
"""Words without meaning here: stop words, words of every alert, names of labels."""

UNKNOWN_WEIGHT = log(2)
"""Of a word that no incident of the past has: it counts against a likeness, but little, because
names of hosts and pods are always new."""

CAUSE = re.compile(r"(?:root )?cause\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
FIX = re.compile(r"(?:fix|fixed|resolution|mitigation)\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_IDENTITY = re.compile(r"(?=.*\d)[0-9a-f-]{8,}")
"""Hashes and UUIDs."""


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The telling words of texts, in lower case, each once: `PodsDown` is pods, down, podsdown."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(text):
            parts = _PART.findall(word) if word.isascii() and word.isalnum() else []
            for one in (word, *(parts if len(parts) > 1 else ())):
                if _tells(lower := one.lower()):
                    found[lower] = None
    return tuple(found)[:WORDS_MAX]


def _tells(word: str) -> bool:
    return (
        1 < len(word) <= WORD_MAX
        and word not in NOTHING
        and not word.replace(".", "").replace("-", "").isdigit()
        and _IDENTITY.fullmatch(word) is None
    )


def incident_words(incident: Incident, notes: Sequence[str] = ()) -> tuple[str, ...]:
    """The words of an incident: its title, service, key and labels, then what people wrote."""
    key = [value for name, value in incident.key if name != "fingerprint"]
    labels = [incident.labels[name] for name in sorted(incident.labels) if name != "severity"]
    return words_of([incident.title, incident.service or "", *key, *labels, *notes])


def weight_of(frequency: float, total: int) -> float:
    """The weight of a word that occurs in `frequency` of `total` incidents."""
    return log(1 + total / (1 + frequency)) if frequency else UNKNOWN_WEIGHT


def likeness(weights: Mapping[str, float], shared: Iterable[str]) -> float:
    """The share of the wanted words' weight that is shared, from 0 to 1."""
    whole = sum(weights.values())
    return sum(weights[word] for word in shared) / whole if whole else 0.0


def told_of(notes: Sequence[str], pattern: re.Pattern[str]) -> str:
    """The text after the prefix in the last note that begins with `pattern`; empty if none does."""
    for note in reversed(notes):
        if match := pattern.match(note.strip()):
            return match[1].strip()
    return ""
