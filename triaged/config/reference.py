"""The references of what operators write as Markdown, from the Structs' docstrings."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from triaged.config import schema
from triaged.plugins import kinds, load
from triaged.rules.schema import RuleFile
from triaged.yamlschema import docstrings
from triaged.yamlschema.schema import TWIN, Many, Names, OneOf, Part, Record, is_hidden, shape_of
from triaged.yamlschema.values import Choice, Hidden, Plain, Shape, Spoken

HEAD = """\
# Configuration

Generated from the code. `config.example.yaml` shows every key with a value that works; `triaged
check` reports everything that is wrong at once, and `triaged schema config` prints a JSON Schema
for editors.

Types are those of YAML 1.2: `no` and `12:00` are texts. A secret `x` may stand in a file instead,
named by `x_file`: a path relative to the configuration, or one that begins with
`${CREDENTIALS_DIRECTORY}`. A missing file is a warning for `check` and an error for `serve`.
"""


_SUCH_AS = re.compile(r" such as .*?(?=, or |$)")

RULES_HEAD = """\
# Rules

Generated from the code. Rule files are read in the order of their names, rules from top to bottom;
each attribute takes its value from the first matching rule that sets it. `triaged check` reports
everything that is wrong at once, and `triaged schema rules` prints a JSON Schema for editors.
"""


def markdown(of: Literal["config", "rules"] = "config") -> str:
    """The page, sections in the order in which the file mentions them."""
    if of == "config":
        return page_of(HEAD, "config.yaml", schema.Config)
    return page_of(RULES_HEAD, "rules/*.yaml", RuleFile)


def page_of(head: str, title: str, type_: type[msgspec.Struct]) -> str:
    """The page about a file that is read as `type_`, sections in the order of mention."""
    pages: dict[str, list[str]] = {}
    _section(type_, title, pages)
    lines = [line for section in pages.values() for line in section]
    return head + "\n" + "\n".join(lines)


def _section(type_: type[msgspec.Struct], title: str, pages: dict[str, list[str]]) -> None:
    """A section for `type_`, and after it one for each Struct that it mentions."""
    if title in pages:
        return
    record = shape_of(type_)
    assert isinstance(record, Record), "a Struct is read as one"
    pages[title] = [f"## {title}", "", docstrings.about(type_), ""]
    if record.parts:
        pages[title] += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
        texts = docstrings.of_fields(type_)
        pages[title] += [_row(part, texts[part.attribute]) for part in record.parts]
        pages[title].append("")
    for part in record.parts:
        for below in _records(part.shape):
            _section(below.type, _title(below), pages)
            if below.open is not None and below.open.package:
                for kind in kinds(below.open.package):
                    settings = load(below.open.package, kind).Settings
                    _section(settings, f"{_title(below)} of kind {kind}", pages)


def _records(shape: Shape) -> Iterator[Record]:
    match shape:
        case Record():
            yield shape
        case Many() | Names():
            yield from _records(shape.element)
        case OneOf():
            for member in shape.members:
                yield from _records(member)
        case _:
            return


def _title(record: Record) -> str:
    return record.type.__name__


def _row(part: Part, text: str) -> str:
    name = f"`{part.name}`"
    if is_hidden(part.shape):
        name += f" or `{part.name}{TWIN}`"
    default = "required" if part.required else _default(part.shape, part.default)
    return f"| {name} | {_type(part.shape)} | {default} | {text} |"


def _type(shape: Shape) -> str:
    match shape:
        case Choice():
            return ", ".join(f"`{name}`" for name in shape.values)
        case Hidden():
            return "secret"
        case Spoken():
            return _SUCH_AS.sub("", shape.wanted).removeprefix("a ")
        case Many():
            return f"list of {_type(shape.element)}"
        case Names():
            return f"map of {_type(shape.element)}"
        case OneOf():
            kinds_ = [_type(each) for each in shape.members if each.wanted != "nothing"]
            return ", or ".join(kinds_)
        case Record():
            title = _title(shape)
            return f"[{title}](#{title.lower()})"
        case _:
            return shape.wanted


def _default(shape: Shape, value: object) -> str:
    if value is None or value is msgspec.NODEFAULT or value in ("", ()):
        return ""
    match shape:
        case Spoken():
            return f"`{shape.scalar.show(value)}`"
        case OneOf() if isinstance(value, msgspec.Struct):
            return ""  # its own section shows the defaults
        case OneOf() if isinstance(value, bool):
            return f"`{str(value).lower()}`"
        case OneOf():
            fitting = next((each for each in shape.members if isinstance(each, Spoken)), None)
            return f"`{value}`" if fitting is None else _default(fitting, value)
        case Many() if isinstance(value, tuple):
            return f"`[{', '.join(map(str, value))}]`"
        case Plain() | Choice():
            return f"`{str(value).lower() if isinstance(value, bool) else value}`"
        case _:
            return ""
