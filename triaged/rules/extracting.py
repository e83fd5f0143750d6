"""Labels out of what senders write as text: named groups of a pattern, from a label or annotation.

They are there before any rule is asked, and never take the place of a label that was sent.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec
import re2
from msgspec.structs import replace

from triaged.core.muting.matcher_index import REMEMBERED_CHARACTERS_MAX, REMEMBERED_MAX
from triaged.core.records.matching import pattern_of
from triaged.core.records.model import Alert

TEXT_MAX = 4096
"""Characters of a text: RE2's time grows with it, and what names a thing stands in a line."""

EXTRACTIONS_MAX = 100
"""Most extractions in all files: each is tried for each alert that is classified."""

PATTERN_MEMORY = 1 << 20
"""Longest pattern in bytes, as for matchers."""

NOTHING: Mapping[str, str] = {}
FIELD_KINDS = ("labels", "annotations")
FIELD_WANTED = "labels.NAME or annotations.NAME is expected"
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class AlertField(msgspec.Struct, frozen=True):
    """A label or an annotation as it was sent."""

    of: str
    """One of `FIELD_KINDS`."""
    name: str

    def __str__(self) -> str:
        return f"{self.of}.{self.name}"

    def read(self, alert: Alert) -> str:
        """The text there; empty if there is none."""
        return (alert.labels if self.of == "labels" else alert.annotations).get(self.name, "")


def parse_alert_field(text: str) -> AlertField:
    """`annotations.description`; ValueError says what is wrong."""
    of, dot, name = text.partition(".")
    if of not in FIELD_KINDS or not dot or not name.strip():
        raise ValueError(FIELD_WANTED)
    return AlertField(of, name)


def label_problem(name: str) -> str:
    """The mistake in the name of a label that a rule file adds; empty: there is none."""
    return (
        "" if _LABEL.fullmatch(name) else f"{name!r} is no name of a label: letters, digits and _"
    )


class Extractor:
    """A pattern whose named groups are labels."""

    def __init__(self, pattern: "re2._Regexp[str]") -> None:
        self._pattern = pattern
        self._remembered: dict[str, dict[str, str]] = {}

    def labels(self, text: str) -> dict[str, str]:
        """The labels that the groups found; none if the pattern does not match the whole text."""
        found = self._remembered.get(text)
        if found is None:
            found = self._found(text)
            if len(text) <= REMEMBERED_CHARACTERS_MAX:
                if len(self._remembered) >= REMEMBERED_MAX:
                    self._remembered.clear()
                self._remembered[text] = found
        return found

    def _found(self, text: str) -> dict[str, str]:
        match = self._pattern.fullmatch(text) if len(text) <= TEXT_MAX else None
        groups = match.groupdict() if match is not None else {}
        return {name: value for name, value in groups.items() if value}


def compile_extractor(text: str) -> Extractor:
    """The pattern in `text`; ValueError says what is wrong with it."""
    pattern_of(text)  # its limits and messages are those of matchers
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    pattern = re2.compile(text, options)
    if not pattern.groupindex:
        raise ValueError("no group has a name: (?P<team>[a-z]+) gives the label team")
    for name in pattern.groupindex:
        if problem := label_problem(name):
            raise ValueError(problem)
    return Extractor(pattern)


class Extraction(msgspec.Struct, frozen=True):
    """A field of an alert, and the pattern whose groups give labels."""

    name: str
    field: AlertField
    extractor: Extractor
    where: str = ""
    """FILE:LINE:COL, for explanations."""

    def labels(self, alert: Alert) -> Mapping[str, str]:
        """The labels found in the alert, those that it has already included."""
        text = self.field.read(alert)
        return self.extractor.labels(text) if text else NOTHING


def with_extracted(alert: Alert, extractions: Iterable[Extraction]) -> Alert:
    """The alert with the labels that were found; of two that find one, the first counts."""
    labels: Mapping[str, str] = alert.labels
    found: dict[str, str] = {}
    for extraction in extractions:
        for name, value in extraction.labels(alert).items():
            if name not in labels:
                found.setdefault(name, value)
    return replace(alert, labels={**labels, **found}) if found else alert
