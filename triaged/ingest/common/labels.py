"""Label and annotation sets: their limits, and how a set that passes them is cut.

The typed form is what nearly every alert has and is checked while decoding. What does not fit it
is read by hand: nulls and empty values are dropped, as Alertmanager does, and what is too much is
left out with a marker, so that it still pages.
"""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from triaged.errors import Malformed
from triaged.ingest import Reason

LABELS_MAX = 64
"""Prometheus and Alertmanager have no limit; real alerts carry 5 to 20. Each costs row and rule."""

NAME_MAX = 1_024
VALUE_MAX = 8_192
"""Characters. Prometheus users set `label_value_length_limit` to 2 KiB at most."""

ANNOTATIONS_MAX = 64
ANNOTATION_MAX = 32_768
"""Characters: a description may hold a stack trace."""

MARKER = "triaged_truncated"
"""The annotation that says what was left out."""

FIRST = ("alertname", "severity", "service", "team", "cluster", "namespace", "job", "instance")
"""Labels that are kept whatever else is left out: incidents are grouped and routed by them."""

FINGERPRINT_MAX = 256
"""Characters of a sender's fingerprint; Alertmanager's has 16."""

WHOLE_MAX = 2**31 - 1
"""Counts and organisations: no real one is near, and every database holds it."""

Whole = Annotated[int, Meta(ge=0, le=WHOLE_MAX)]
Link = Annotated[str, Meta(max_length=VALUE_MAX)]
Fingerprint = Annotated[str, Meta(max_length=FINGERPRINT_MAX)]
AnnotationText = Annotated[str, Meta(max_length=ANNOTATION_MAX)]

Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Labels = Annotated[
    dict[Name, Annotated[str, Meta(min_length=1, max_length=VALUE_MAX)]],
    Meta(min_length=1, max_length=LABELS_MAX),
]
"""Labels that need no further look."""

Annotations = Annotated[dict[Name, AnnotationText], Meta(max_length=ANNOTATIONS_MAX)]
"""Annotations that need no further look."""


def whole_of(value: object) -> int:
    """A number within the limits; 0 for what is none or negative, which nobody should miss."""
    return min(max(value, 0), WHOLE_MAX) if isinstance(value, int) else 0


def labels_of(value: object, where: str) -> dict[str, str]:
    """A label set read by hand, of any size; `Malformed` where Alertmanager refuses it."""
    if value is None:
        raise Malformed(Reason.NO_LABELS, "labels are missing", where)
    labels = {name: text for name, text in strings_of(value, where).items() if text}
    if not labels:
        raise Malformed(Reason.NO_LABELS, "at least one label with a value is needed", where)
    return labels


def strings_of(value: object, where: str) -> dict[str, str]:
    """A map of strings read by hand; what is null is left out, None is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        message = "an object with names and strings is expected"
        raise Malformed(Reason.BAD_LABEL, message, where)
    strings: dict[str, str] = {}
    for name, text in value.items():
        if not name:
            raise Malformed(Reason.BAD_LABEL, "a name is empty", where)
        if isinstance(text, str):
            strings[name] = text
        elif text is not None:
            message = f"a string is expected, not {type(text).__name__}"
            raise Malformed(Reason.BAD_LABEL, message, f"{where}[{name[:NAME_MAX]!r}]")
    return strings


def bounded(
    labels: Mapping[str, str], annotations: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Both sets within the limits; `MARKER` in the annotations says what is missing."""
    label_cut = _Cut("labels", LABELS_MAX, VALUE_MAX)
    annotation_cut = _Cut("annotations", ANNOTATIONS_MAX - 1, ANNOTATION_MAX)
    kept = label_cut.apply({name: labels[name] for name in FIRST if name in labels} | {**labels})
    told = annotation_cut.apply(annotations)
    if losses := [*label_cut.losses, *annotation_cut.losses]:
        told[MARKER] = "; ".join(losses)
    return kept, told


class _Cut:
    """Cuts a map to size and remembers what that cost."""

    def __init__(self, noun: str, size_max: int, value_max: int) -> None:
        self.losses: list[str] = []
        self._noun = noun
        self._size_max = size_max
        self._value_max = value_max

    def apply(self, strings: Mapping[str, str]) -> dict[str, str]:
        """The first of `strings`, their values cut."""
        usable = {name: text for name, text in strings.items() if len(name) <= NAME_MAX}
        kept = dict(list(usable.items())[: self._size_max])
        if missing := len(strings) - len(kept):
            self.losses.append(f"{missing} of {len(strings)} {self._noun} left out")
        for name, text in kept.items():
            if len(text) > self._value_max:
                kept[name] = f"{text[: self._value_max - 1]}…"
                self.losses.append(f"{name[:64]} cut from {len(text)} characters")
        return kept
