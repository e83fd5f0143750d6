"""YAML documents with positions: values, what is wrong with the text, and where each thing stands.

Types are those of YAML's core schema, https://yaml.org/spec/1.2.2/#103-core-schema: `no` and
`12:00` are texts. Keys are texts as written. Tags, duplicate keys and several documents in a file
are refused. The parser's events are read one by one: PyYAML's own composer recurses in C, and a
file of 50,000 brackets ends the process.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec
import yaml

from triaged.errors import Malformed, Problem

Path = tuple[str | int, ...]
"""Keys and indices from the root of a document."""

BYTES_MAX = 1024 * 1024
"""A thousand rules are 170 kB."""

DEPTH_MAX = 32
"""The configuration nests 8 levels."""

NODES_MAX = 25_000
"""A thousand rules have 11,000 to 20,000; aliases count as often as they are used."""

EVENTS_PER_YIELD = 16
"""Events of the parser between two calls of the yield point: some 50 µs of reading."""

PROBLEMS_MAX = 50
"""Nobody reads more at a time."""

DIGITS_MAX = 18
"""Longer numbers are names that somebody forgot to quote, and do not fit 64 bits."""

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
Position = tuple[int, int]


class Node(msgspec.Struct, frozen=True):
    """A value and where it stands (line and column from 1)."""

    at: Position
    value: object
    items: Mapping[str | int, "Node"] = {}
    """The nodes in a map or a list."""
    keys: Mapping[str, Position] = {}
    """Positions of the keys of a map."""
    size: int = 1
    """Nodes below and with it, aliases expanded."""


class Document(msgspec.Struct, frozen=True):
    """A file as read. With `root` None it could not be: `problems` say why."""

    name: str
    root: Node | None
    problems: list[Problem]
    """Problems in the text. A document can have some and a root, as with a duplicate key."""

    @property
    def value(self) -> object:
        """Maps, lists, texts, numbers, truth values and None; None for what could not be read."""
        return None if self.root is None else self.root.value

    def at(self, path: Path) -> object:
        """The value at `path`; None if nothing stands there."""
        node = self.root
        for part in path:
            node = None if node is None else node.items.get(part)
        return None if node is None else node.value

    def where(self, path: Path, *, key: bool = False) -> str:
        """FILE:LINE:COL of what stands at `path`, of its key if asked; of what is nearest."""
        line, column = self._position(path, key=key)
        return f"{self.name}:{line}:{column}"

    def _position(self, path: Path, *, key: bool) -> Position:
        node = self.root
        if node is None:
            return 1, 1
        for index, part in enumerate(path):
            below = node.items.get(part)
            if key and index == len(path) - 1 and isinstance(part, str) and part in node.keys:
                return node.keys[part]
            if below is None:
                break
            node = below
        return node.at


YieldPoint = Callable[[], None]
"""What a long reading calls every few hundred µs, so that others can run meanwhile."""


def never_yield() -> None:
    """The yield point of a reading beside which nothing else runs."""


def parse(name: str, text: bytes, yield_point: YieldPoint = never_yield) -> Document:
    """The document in `text` (UTF-8); never raises. `name` is what positions begin with."""
    composer = _Composer(name)
    root: Node | None = None
    decoded = ""
    try:
        decoded = _decoded(name, text)
        root = composer.compose(decoded, yield_point)
    except Malformed as error:
        composer.problems.append(error.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        composer.report(at, _spoken(error, decoded.splitlines()[at[0] - 1 : at[0]]))
    except yaml.YAMLError as error:
        composer.report((1, 1), str(error))
    return Document(name, root, composer.problems)


def _decoded(name: str, text: bytes) -> str:
    if len(text) > BYTES_MAX:
        raise _unreadable(name, (1, 1), f"{len(text)} bytes; a file may have {BYTES_MAX}")
    try:
        decoded = text.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8", "replace")
        raise _unreadable(
            name, _end_of(before), "not UTF-8: save the file in that encoding"
        ) from None
    if match := _UNPRINTABLE.search(decoded):
        what = f"the character U+{ord(match.group()):04X} is not allowed in a file"
        raise _unreadable(name, _end_of(decoded[: match.start()]), what)
    return decoded


def _unreadable(name: str, at: Position, message: str) -> Malformed:
    return Malformed("not_yaml", message, f"{name}:{at[0]}:{at[1]}")


def _end_of(before: str) -> Position:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _spoken(error: yaml.MarkedYAMLError, line: list[str]) -> str:
    """The parser's words; what stands in the file is not repeated, it may be a secret."""
    problem = error.problem or "not YAML"
    if "cannot start any token" in problem:
        if any(text.lstrip(" ").startswith("\t") for text in line):
            return "a tab cannot indent: use spaces"
        return "a text that begins with @, ` or % needs quotes"
    if "mapping values are not allowed" in problem:
        return "a second `: ` in one line: put the text that holds it in quotes"
    return f"{error.context}, {problem}" if error.context else problem


class _Open:
    """A map or a list whose end has not come."""

    def __init__(self, at: Position, anchor: str | None, *, is_map: bool) -> None:
        self.at = at
        self.anchor = anchor
        self.is_map = is_map
        self.items: dict[str | int, Node] = {}
        self.keys: dict[str, Position] = {}
        self.key: str | None = None
        self.size = 1

    def closed(self) -> Node:
        values = {part: node.value for part, node in self.items.items()}
        value: object = values if self.is_map else list(values.values())
        return Node(self.at, value, self.items, self.keys, self.size)


class _Composer:
    """Nodes out of the parser's events, without recursion."""

    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}  # None: its collection is still open
        self._root: Node | None = None
        self._nodes = 0

    def report(self, at: Position, message: str) -> None:
        """Note a problem, up to a limit."""
        if len(self.problems) == PROBLEMS_MAX:
            raise _unreadable(self._name, at, "too many problems: the rest is not read")
        self.problems.append(Problem(f"{self._name}:{at[0]}:{at[1]}", message))

    def compose(self, text: str, yield_point: YieldPoint) -> Node:
        """The root of the document in `text`."""
        for number, event in enumerate(_events(text)):
            if number % EVENTS_PER_YIELD == 0:
                yield_point()
            assert event.start_mark is not None, "what comes from a text has a place there"
            at = event.start_mark.line + 1, event.start_mark.column + 1
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
                self._begin(event, at)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.AliasEvent):
                self._repeat(event.anchor or "", at)
            elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
                raise _unreadable(self._name, at, "a second document: a file holds one")
        return self._root or Node((1, 1), None)

    def _begin(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, at: Position) -> None:
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise _unreadable(self._name, at, f"more than {NODES_MAX} values: split the file")
        if event.tag is not None:
            self.report(at, "tags are not read; put a text that begins with ! in quotes")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, at)
            return
        if len(self._open) == DEPTH_MAX:
            raise _unreadable(self._name, at, f"nested deeper than {DEPTH_MAX} levels")
        if self._wants_key():
            raise _unreadable(self._name, at, "a key must be a text")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(at, event.anchor, is_map=is_map))

    def _scalar(self, event: yaml.ScalarEvent, at: Position) -> None:
        if self._wants_key():
            self._take_key(event.value, at)
            return
        node = Node(at, self._typed(event, at))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._place(node)

    def _typed(self, event: yaml.ScalarEvent, at: Position) -> object:
        text: str = event.value
        if event.style or event.tag is not None:
            return text  # quoted, or a block
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > DIGITS_MAX:
                self.report(at, f"a number of more than {DIGITS_MAX} digits: put it in quotes")
                return 0
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _NOT_A_NUMBER.fullmatch(text):
            return float(text.replace(".", ""))
        return text

    def _repeat(self, anchor: str, at: Position) -> None:
        if self._wants_key():
            raise _unreadable(self._name, at, "a key must be a text")
        if anchor not in self._anchors:
            raise _unreadable(
                self._name, at, "no anchor has this name; put a text that begins with * in quotes"
            )
        node = self._anchors[anchor]
        if node is None:
            raise _unreadable(self._name, at, "an alias inside of what it repeats")
        self._nodes += node.size
        if self._nodes > NODES_MAX:
            raise _unreadable(
                self._name, at, f"aliases repeat too much: more than {NODES_MAX} values"
            )
        self._place(node)

    def _end(self) -> None:
        opened = self._open.pop()
        node = opened.closed()
        if opened.anchor is not None:
            self._anchors[opened.anchor] = node
        self._place(node)

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_map and self._open[-1].key is None

    def _take_key(self, key: str, at: Position) -> None:
        opened = self._open[-1]
        if key in opened.keys:
            first = opened.keys[key][0]
            self.report(at, f"duplicate key {key!r}: it stands in line {first} already")
        opened.keys.setdefault(key, at)
        opened.key = key

    def _place(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        opened = self._open[-1]
        opened.size += node.size
        if opened.key is not None:
            opened.items.setdefault(opened.key, node)
            opened.key = None
        else:
            opened.items[len(opened.items)] = node


def _events(text: str) -> Iterator[yaml.Event]:
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()
