"""Values as YAML in one line, so that `documents.parse` reads the same values again."""

import re
from collections.abc import Mapping

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_/.+()@-]*(?: [A-Za-z0-9_/.+()@-]+)*")
_DURATION = re.compile(r"(?:\d+[wdhm])*\d+(?:\.\d+)?s|(?:\d+[wdhm])+")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Texts that some reader of YAML takes for something else."""


def flow(value: object) -> str:
    """`{a: b, c: [1, 2]}`; texts are quoted where they need it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return scalar(str(value))


def scalar(text: str) -> str:
    """A text, plain where no reader can take it for anything else, else in quotes."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS
    if plain or _DURATION.fullmatch(text):
        return text
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"
