"""The leaves of documents: texts, numbers, choices, secrets, and what is wrong with them.

A type that is written as a text says how:

    Duration = Annotated[int, Scalar(parse_duration, "a duration such as 5m", PATTERN)]
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from triaged.core.text.names import meant
from triaged.core.time.durations import (
    DURATION_WANTED,
    format_duration,
    parse_duration,
    parse_share,
)
from triaged.errors import Problem
from triaged.wire import Secret
from triaged.yamlschema.document import Document, Path

NAMES_SHOWN = 12
"""Most valid names in a message; an ellipsis stands for the others."""

TEXT_SHOWN = 60
"""Characters of a wrong text in a message."""

WRONG = object()
"""The value of a reading that has reported a problem."""


class Scalar(msgspec.Struct, frozen=True):
    """Says of an annotated type that it is written as a text."""

    parse: Callable[[str], object]
    """ValueError's message is the problem; it says what is allowed."""
    wanted: str
    """`a duration such as 5m`: for what is no text at all, and the reference."""
    pattern: str = ""
    """A regular expression for editors (JSON Schema: ECMA 262, not anchored)."""
    show: Callable[[Any], str] = str
    """The value as operators write it, for the reference."""


def show_share(share: float) -> str:
    """`50%` for 0.5."""
    return f"{share * 100:g}%"


DURATION_PATTERN = r"^(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
SHARE_PATTERN = r"^\d{1,6}(\.\d{1,3})?%$"
Duration = Annotated[
    int, Scalar(parse_duration, DURATION_WANTED, DURATION_PATTERN, format_duration)
]
"""µs, written `1h30m`."""
Share = Annotated[float, Scalar(parse_share, "a share such as 50%", SHARE_PATTERN, show_share)]
"""0.5, written `50%`."""

SecretFile = Callable[[str, str], tuple[Secret | None, Problem | None]]
"""(path as written, where it is written) → the secret in the file, and what is wrong with it."""


class Options(msgspec.Struct, frozen=True):
    """Options of a reading, besides the type."""

    secret: SecretFile | None = None
    """None: `x_file` is an unknown key."""
    also: tuple[str, ...] = ()
    """Keys of the outermost map that another reading takes."""
    partial: bool = False
    """Leave out what is wrong, at every depth, so that callers can go on looking for what else is:
    a Struct without a key that it requires is wrong as a whole, one with an unknown key is not."""
    left_out: list[Path] = []
    """Filled by a partial reading: where that was, in the order of the document."""


class Reading:
    """One reading of a document: finds positions, collects problems."""

    def __init__(self, document: Document, options: Options, base: Path) -> None:
        self.problems: list[Problem] = []
        self.left_out: list[Path] = []
        self.options = options
        self.base = base
        self._document = document

    def where(self, path: Path, *, key: bool = False) -> str:
        """FILE:LINE:COL."""
        return self._document.where(path, key=key)

    def wrong(self, path: Path, message: str, *, key: bool = False) -> object:
        """Report a problem; the value is `WRONG`."""
        self.problems.append(Problem(self.where(path, key=key), message))
        return WRONG

    def may_leave_out(self, path: Path) -> bool:
        """Whether there can be a value without the one at `path`, which is wrong."""
        self.left_out += [path] if self.options.partial else []
        return self.options.partial

    @property
    def failed(self) -> bool:
        """Whether an error has been found."""
        return any(not problem.warning for problem in self.problems)

    def attempt(self) -> "Reading":
        """A reading like this one, with a list of problems of its own."""
        return Reading(self._document, self.options, self.base)

    def take(self, attempt: "Reading") -> None:
        """Take over the problems of an attempt."""
        self.problems += attempt.problems
        self.left_out += attempt.left_out


def as_written(path: Path, left_out: Collection[Path]) -> Path:
    """The path in the document of what has this path in a value that lacks `left_out`."""
    found: Path = ()
    for part in path:
        at = part
        for *before, gone in left_out:
            if tuple(before) == found and isinstance(at, int) and isinstance(gone, int):
                at += gone <= at
        found = (*found, at)
    return found


def none_of(name: str, valid: Collection[str]) -> str:
    """`'severty' is none of severity, service, … (did you mean severity?)`."""
    names = sorted(valid) if isinstance(valid, set | frozenset) else list(valid)
    shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
    if not names:
        return f"{quoted(name)} does not exist: there are none"
    return f"{quoted(name)} is none of {shown}{meant(name, names)}"


def kind_of(value: object, *, shown: bool = True) -> str:
    """What a value is, in YAML's words: `a map`, `a list`, `text 'x'`, `the number 1`, `nothing`.

    Where it may be a secret it is not `shown`: `text`, `a number`.
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if shown else "a number"
        case str():
            return f"text {quoted(value)}" if shown else "text"
        case list():
            return "a list"
        case _:
            return "a map"


def alternatives(names: Sequence[str]) -> str:
    """`a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def quoted(text: str) -> str:
    """The text as a Python literal, cut when long."""
    return repr(text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN] + "…")


class Shape:
    """Shape of one type: how a value of it is read."""

    wanted = ""
    """Its name in messages."""
    repeats = True
    """Whether a message shows a wrong value: text in place of a map may well be a secret."""

    def takes(self, value: object) -> bool:
        """Whether the value is of the right kind, whatever it says."""
        raise NotImplementedError

    def read(self, reading: Reading, value: object, path: Path) -> object:
        """The value as the type, or `WRONG` after a report."""
        if self.takes(value):
            return self.convert(reading, value, path)
        given = kind_of(value, shown=self.repeats)
        return reading.wrong(path, f"expected {self.wanted}, got {given}")

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401, ARG002 - of any document; each shape has checked the kind
        """The value, of the right kind, as the type."""
        return value


class Plain(Shape):
    """A text, a number, true or false, nothing, or anything at all."""

    WANTED: Mapping[object, str] = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        type(None): "nothing",
        object: "anything",
    }

    def __init__(self, type_: type) -> None:
        self.type = type_
        self.wanted = self.WANTED[type_]
        self._takes = (int, float) if type_ is float else (type_,)

    def takes(self, value: object) -> bool:
        if isinstance(value, bool):
            return self.type in (bool, object)
        return isinstance(value, self._takes)

    def read(self, reading: Reading, value: object, path: Path) -> object:
        found = super().read(reading, value, path)
        return float(found) if self.type is float and isinstance(found, int) else found


class Hidden(Shape):
    """A `Secret`: what stands there is never repeated."""

    wanted = "text"
    repeats = False

    def takes(self, value: object) -> bool:
        return isinstance(value, str)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        return Secret(value) if value else reading.wrong(path, "the secret is empty")


class Choice(Shape):
    """One of a few texts."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self.wanted = alternatives(list(values))

    def takes(self, value: object) -> bool:
        return isinstance(value, str)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        if value in self.values:
            return self.values[value]
        return reading.wrong(path, none_of(value, self.values))


class Spoken(Shape):
    """A text that means something else."""

    def __init__(self, scalar: Scalar) -> None:
        self.scalar = scalar
        self.wanted = scalar.wanted

    def takes(self, value: object) -> bool:
        return isinstance(value, str)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        try:
            return self.scalar.parse(value)
        except ValueError as error:
            return reading.wrong(path, str(error))
