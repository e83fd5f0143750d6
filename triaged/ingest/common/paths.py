"""Paths to values in a JSON body, as operators write them.

`$.a.b[0]["c d"]` is a path; `{{ body.a.b }}-{{ body.c }}` a text of look-ups; anything else is
taken as it stands. Look-ups that find nothing are empty.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]\s"'{}|()*]+)|\[(?P<index>-?\d{1,6})\]|\[(?P<quote>["'])(?P<key>.+?)(?P=quote)\]"""
)
_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROOT = "body"

Step = str | int


class Wanted(msgspec.Struct, frozen=True):
    """Texts and paths in turn; one path alone keeps the type of its value."""

    parts: tuple[str | tuple[Step, ...], ...]


@lru_cache(maxsize=1_024)
def wanted(text: str) -> Wanted:
    """`text` read; ValueError says what is wrong with it."""
    if text.startswith("$"):
        return Wanted((_steps(text[1:], text),))
    parts: list[str | tuple[Step, ...]] = []
    end = 0
    for hole in _HOLE.finditer(text):
        parts += [text[end : hole.start()], _look_up(hole[1].strip(), text)]
        end = hole.end()
    rest = text[end:]
    if "{{" in rest or "}}" in rest or any("}}" in part for part in parts[::2] if part):
        raise ValueError(f"{text!r}: braces do not match; `{{{{ body.name }}}}` is a look-up")
    return Wanted((*parts, rest))


def find(want: Wanted, bodies: Sequence[object]) -> object:
    """The value that `want` finds in the first of `bodies` that has it; None if none has.

    Texts with look-ups give a string, empty if not one of them found anything.
    """
    if len(want.parts) == 1:
        only = want.parts[0]
        return only if isinstance(only, str) else _first(only, bodies)
    found = [_first(part, bodies) if isinstance(part, tuple) else None for part in want.parts]
    if not any(value is not None for value in found):
        return ""
    return "".join(
        part if isinstance(part, str) else text_of(value)
        for part, value in zip(want.parts, found, strict=True)
    )


def at(body: object, steps: Sequence[Step]) -> object:
    """The value at `steps`; None where a step leads nowhere."""
    for step in steps:
        match body, step:
            case dict(), str():
                body = body.get(step)
            case list(), int() if -len(body) <= step < len(body):
                body = body[step]
            case _:
                return None
    return body


def text_of(value: object) -> str:
    """A scalar as text, `true` and `false` as JSON writes them; empty for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _first(steps: Sequence[Step], bodies: Sequence[object]) -> object:
    found = (at(body, steps) for body in bodies)
    return next((value for value in found if value is not None), None)


def _look_up(hole: str, text: str) -> tuple[Step, ...]:
    if hole != _ROOT and not hole.startswith((f"{_ROOT}.", f"{_ROOT}[")):
        raise ValueError(f"{text!r}: {hole!r} is no look-up; `body.name` is expected, no filters")
    return _steps(hole.removeprefix(_ROOT), text)


def _steps(path: str, text: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            wrong = path[position : position + 20]
            raise ValueError(f'{text!r}: {wrong!r} is no step; `.name`, `[0]` or `["a b"]` is')
        name = step["name"] or step["key"]
        steps.append(int(step["index"]) if name is None else name)
        position = step.end()
    return tuple(steps)
