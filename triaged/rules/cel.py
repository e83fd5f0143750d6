"""Conditions in CEL, the Common Expression Language: the extra `cel`.

https://github.com/google/cel-spec, by Google's own implementation. Names and types are checked when
rules are read. An expression has no loops but those over labels, which the implementation bounds,
and no side effects; one that fails (a label is missing, a text is no number) does not hold.
"""

import re
from collections.abc import Callable
from typing import Any

from triaged.core.records.model import Alert

Env: Any = None
try:
    from cel_expr_python import cel
except ImportError:
    pass  # said where a rule wants it
else:
    strings = cel.Type.Map(cel.Type.STRING, cel.Type.STRING)
    Env = cel.NewEnv(
        variables={"labels": strings, "annotations": strings, "source": cel.Type.STRING}
    )

TEXT_MAX = 1_000
"""Characters: what is longer is a program, and belongs in several rules."""

MISSING = "a CEL expression needs the extra `cel`: pip install 'triaged[cel]'"
BOOL = "BOOL"
_POSITION = re.compile(r"<input>:\d+:(\d+): ")
_TAIL = re.compile(r"\s*\[[A-Z_]+\]$")


class Expression:
    """A condition over `labels`, `annotations` and `source`; equal if its text is."""

    def __init__(self, text: str, evaluate: Callable[..., Any]) -> None:
        self.text = text
        self._evaluate = evaluate

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def holds(self, alert: Alert) -> bool:
        """True if it is true of `alert`."""
        return self.failure(alert) == ""

    def failure(self, alert: Alert) -> str:
        """Why it does not hold: that it is false, or what is wrong; empty if it holds."""
        names = {
            "labels": alert.labels,
            "annotations": alert.annotations,
            "source": alert.source,
        }
        try:
            found = self._evaluate(data=names)
        except RuntimeError as error:  # the bound on iterations
            return _words(error)
        if found.type().name() != BOOL:
            return _words(found.value())
        return "" if found.value() else "it is false"


def expression_of(text: str) -> Expression:
    """The expression; ValueError says where and what is wrong."""
    if Env is None:
        raise ValueError(MISSING)
    if len(text) > TEXT_MAX:
        raise ValueError(f"an expression may have {TEXT_MAX} characters, not {len(text)}")
    try:
        compiled = Env.compile(text)
    except RuntimeError as error:
        raise ValueError(_words(error)) from None
    kind = compiled.return_type().name()
    if kind != BOOL:
        raise ValueError(f"a condition is true or false; this is {kind}")
    return Expression(text, compiled.eval)


def _words(error: object) -> str:
    """An error's first line, with the column, without the names of the implementation."""
    said = str(error).partition("\n")[0]
    said = said.partition(": ")[2] or said
    said = said.removeprefix("ERROR: ")
    return _TAIL.sub("", _POSITION.sub(lambda found: f"column {found[1]}: ", said))
