"""Documents as frozen Structs, with every problem at once and the position of each.

`shape(document, Type)` reads what stands in a document by the annotations of a msgspec Struct:
`str int float bool None object`, Literal and Enum (of texts), `list tuple frozenset Sequence`,
`dict Mapping`, nested Structs, unions of these, `wire.Secret`, and texts that mean something else
(`scalars.Scalar`, `scalars.Duration`, …).

Unknown keys are refused with the nearest valid one. `Annotated[Type, Open(…)]` leaves the keys that
`Type` does not know to another reading of the same map, which is given `Options.also`. A Struct's
`__post_init__` may raise ValueError; the position is then the Struct's. A Secret `x` may stand in a
file instead, named by `x_file`, where `Options.secret` can read one.
"""

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from triaged.errors import Problem
from triaged.wire import Secret
from triaged.yamlschema.document import Document, Path
from triaged.yamlschema.values import (
    WRONG,
    Choice,
    Duration,
    Hidden,
    Options,
    Plain,
    Reading,
    Scalar,
    SecretFile,
    Shape,
    Share,
    Spoken,
    alternatives,
    as_written,
    kind_of,
    none_of,
    quoted,
)

__all__ = [
    "Duration",
    "Open",
    "Options",
    "Scalar",
    "SecretFile",
    "Share",
    "as_written",
    "none_of",
    "shape",
    "shape_of",
]

T = TypeVar("T")
TWIN = "_file"


class Open(msgspec.Struct, frozen=True):
    """Says of an annotated Struct that its map holds keys for somebody else, too."""

    package: str = ""
    """The folder of plug-ins (dotted) whose module, named by `kind`, has them in `Settings`; empty:
    texts by any name, as labels."""


def shape(
    document: Document, type_: type[T], path: Path = (), options: Options | None = None
) -> tuple[T | None, list[Problem]]:
    """What stands at `path` as `type_`, and what is wrong with it; None if anything is.

    A missing document is an empty map; one that could not be read is None without a problem of
    its own, as `document.problems` has them: callers report both.
    """
    if document.root is None:
        return None, []
    value = document.at(path)
    reading = Reading(document, options or Options(), path)
    annotation: Any = type_
    found = shape_of(annotation).read(reading, {} if value is None and not path else value, path)
    reading.options.left_out.extend(reading.left_out)
    return (found if isinstance(found, type_) else None), reading.problems


class Many(Shape):
    """A list of one type."""

    wanted = "a list"
    repeats = False

    def __init__(self, element: Shape, make: type) -> None:
        self.element = element
        self._make = make

    def takes(self, value: object) -> bool:
        return isinstance(value, list)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        found: list[object] = []
        for index, each in enumerate(value):
            element = self.element.read(reading, each, (*path, index))
            if element is not WRONG or not reading.may_leave_out((*path, index)):
                found.append(element)
        return WRONG if WRONG in found else self._make(found)


class Names(Shape):
    """A map from texts (or a few of them) to one type."""

    wanted = "a map"
    repeats = False

    def __init__(self, key: Shape, element: Shape) -> None:
        self.key = key
        self.element = element

    def takes(self, value: object) -> bool:
        return isinstance(value, dict)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        found: dict[object, object] = {}
        for name in value:
            key, element = self._entry(reading, value, name, path)
            if element is not WRONG or not reading.may_leave_out((*path, name)):
                found[key] = element
        return WRONG if WRONG in found.values() else found

    def _entry(
        self, reading: Reading, value: Mapping[str, object], name: str, path: Path
    ) -> tuple[object, object]:
        name_path = (*path, name)
        if isinstance(self.key, Choice):
            if name not in self.key.values:
                told = none_of(name, self.key.values)
                return name, reading.wrong(name_path, told, key=True)
            return self.key.values[name], self.element.read(reading, value[name], name_path)
        if isinstance(self.element, Hidden) and name.endswith(TWIN) and reading.options.secret:
            target = name.removesuffix(TWIN)
            return target, _secret_of_file(reading, value[name], name_path, target in value)
        return name, self.element.read(reading, value[name], name_path)


class Part(msgspec.Struct, frozen=True):
    """A key of a Struct."""

    name: str
    """In the document."""
    attribute: str
    shape: Shape
    required: bool
    default: object
    """Default value, as `msgspec.structs.fields` gives it."""
    twin: str
    """The key that names a file with the value instead, where that is a `Secret`; else empty."""


class Record(Shape):
    """A Struct."""

    wanted = "a map"
    repeats = False

    def __init__(self, type_: type[msgspec.Struct], opened: Open | None = None) -> None:
        self.type = type_
        self.open = opened

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its keys, in their order."""
        return _parts(self.type)

    def takes(self, value: object) -> bool:
        return isinstance(value, dict)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        here = reading.attempt()
        self._refuse_unknown(here, value, path)
        found = {part.attribute: self._part(here, part, value, path) for part in self.parts}
        given = {name: each for name, each in found.items() if each is not msgspec.UNSET}
        for part in self.parts:
            if given.get(part.attribute) is WRONG and here.may_leave_out((*path, part.name)):
                del given[part.attribute]
        reading.take(here)
        if here.failed and not reading.options.partial:
            return WRONG
        if any(part.required and part.attribute not in given for part in self.parts):
            return WRONG
        try:
            return self.type(**given)
        except ValueError as error:
            # What is left out may be what it misses.
            return WRONG if here.left_out else reading.wrong(path, str(error))

    def _refuse_unknown(self, reading: Reading, value: Mapping[str, object], path: Path) -> None:
        if self.open is not None:
            return
        names = {part.name: None for part in self.parts}
        if path == reading.base:
            names = {**dict.fromkeys(reading.options.also), **names}
        unknown = [name for name in value if name not in names]
        if unknown and reading.options.secret:
            twins = {part.twin for part in self.parts if part.twin}
            unknown = [name for name in unknown if name not in twins]
        for name in unknown:
            reading.wrong((*path, name), none_of(name, list(names)), key=True)

    def _part(
        self, reading: Reading, part: Part, value: Mapping[str, object], path: Path
    ) -> object:
        twin = part.twin
        if twin and twin in value and reading.options.secret:
            return _secret_of_file(reading, value[twin], (*path, twin), part.name in value)
        if part.name not in value or (value[part.name] is None and _may_be_empty(part)):
            if part.required:
                secret = f" (or {twin})" if twin else ""
                reading.wrong(path, f"{part.name}{secret} is missing: {part.shape.wanted}")
            return msgspec.UNSET
        return part.shape.read(reading, value[part.name], (*path, part.name))


class OneOf(Shape):
    """A union: the first member that reads without a problem."""

    def __init__(self, members: Sequence[Shape]) -> None:
        self.members = members
        self.repeats = all(each.repeats for each in members)
        wanted = [each.wanted for each in members if each.wanted != "nothing"]
        self.wanted = ", or ".join(wanted) if len(wanted) < 3 else alternatives(wanted)

    def takes(self, value: object) -> bool:
        return any(each.takes(value) for each in self.members)

    def convert(self, reading: Reading, value: Any, path: Path) -> object:  # noqa: ANN401 - as above
        fitting = [each for each in self.members if each.takes(value)]
        if len(fitting) == 1:
            return fitting[0].read(reading, value, path)
        attempts: list[tuple[Reading, object]] = []
        for each in fitting:
            attempt = reading.attempt()
            found = each.read(attempt, value, path)
            if not attempt.failed:
                reading.take(attempt)
                return found
            attempts.append((attempt, found))
        if isinstance(value, str):
            return reading.wrong(path, f"expected {self.wanted}, got {quoted(value)}")
        attempt, found = min(attempts, key=lambda one: len(one[0].problems))
        reading.take(attempt)
        return found


def is_hidden(shape: Shape) -> bool:
    """True if it is a `Secret`, perhaps optional."""
    return isinstance(shape, Hidden) or (
        isinstance(shape, OneOf) and any(isinstance(each, Hidden) for each in shape.members)
    )


def _may_be_empty(part: Part) -> bool:
    """A key with nothing below it, as when all of it is commented out, is as good as none."""
    return not part.required and isinstance(part.shape, Many | Names | Record)


def _secret_of_file(reading: Reading, value: object, path: Path, is_twice: bool) -> object:  # noqa: FBT001 - private
    name = str(path[-1])
    if is_twice:
        plain = name.removesuffix(TWIN)
        return reading.wrong(path, f"{plain} and {name} are both set: keep one", key=True)
    if not isinstance(value, str) or not value:
        return reading.wrong(path, f"expected the path of a file, got {kind_of(value)}")
    assert reading.options.secret is not None, "callers ask first"
    secret, problem = reading.options.secret(value, reading.where(path))
    if problem is not None:
        reading.problems.append(problem)
    return WRONG if secret is None else secret


@cache
def shape_of(type_: Any) -> Shape:  # noqa: ANN401 - annotations have no common type
    """The shape of `type_`. Raises TypeError for a type that this module does not know."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin in (Union, types.UnionType):
        return OneOf([shape_of(each) for each in arguments])
    if origin is Literal:
        return Choice({str(each): each for each in arguments})
    if origin in (list, tuple, frozenset, Sequence):
        return Many(shape_of(arguments[0]), tuple if origin is Sequence else origin)
    if origin in (dict, Mapping):
        return Names(shape_of(arguments[0]), shape_of(arguments[1]))
    if isinstance(type_, type):
        if issubclass(type_, Secret):
            return Hidden()
        if issubclass(type_, Enum):
            return Choice({str(each.value): each for each in type_})
        if issubclass(type_, msgspec.Struct):
            return Record(type_)
        if type_ in Plain.WANTED:
            return Plain(type_)
    raise TypeError(f"shapes do not know {type_!r}")


def _annotated(type_: Any, extras: Sequence[object]) -> Shape:  # noqa: ANN401 - as above
    for extra in extras:
        if isinstance(extra, Scalar):
            return Spoken(extra)
        if isinstance(extra, Open):
            return Record(type_, extra)
    return shape_of(type_)


@cache
def _parts(type_: type[msgspec.Struct]) -> tuple[Part, ...]:
    return tuple(
        Part(
            name=field.encode_name,
            attribute=field.name,
            shape=shape,
            required=field.required,
            default=field.default,
            twin=field.encode_name + TWIN if is_hidden(shape) else "",
        )
        for field in msgspec.structs.fields(type_)
        for shape in (shape_of(field.type),)
    )
