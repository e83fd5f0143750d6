"""How long, how wide and how well described code may be."""

import ast
from collections.abc import Iterable, Iterator

from tests.tidy.source import Function, Source, definitions

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 5
DOCUMENTED_MIN = 0.9


def long_module(source: Source) -> Iterator[str]:
    """A module over its limit."""
    if len(source.lines) > MODULE_LINES_MAX:
        yield f"{source.path}:1: {len(source.lines)} lines, at most {MODULE_LINES_MAX}"


def long_functions(source: Source) -> Iterator[str]:
    """Functions over the limit, from `def` to the last line, without the docstring."""
    for name, function in source.functions():
        lines = (function.end_lineno or 0) - function.lineno + 1 - docstring_lines(function)
        if lines > FUNCTION_LINES_MAX:
            yield source.at(function, f"`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}")


def docstring_lines(function: Function) -> int:
    """How many lines the docstring takes; 0 without one."""
    if ast.get_docstring(function, clean=False) is None:
        return 0
    first = function.body[0]
    return (first.end_lineno or 0) - first.lineno + 1


def many_parameters(source: Source) -> Iterator[str]:
    """Functions that take more than a struct's worth of parameters."""
    for name, function in source.functions():
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        if named and named[0].arg in {"self", "cls"}:
            del named[0]
        if len(named) > PARAMETERS_MAX:
            yield source.at(function, f"`{name}` has {len(named)} parameters: make a struct")


def undocumented(source: Source) -> Iterator[str]:
    """Modules, public classes and public functions without a docstring."""
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield f"{source.path}:1: the module has no docstring"
    for name, node in public(source):
        if ast.get_docstring(node) is None:
            yield source.at(node, f"`{name}` has no docstring")


def public(source: Source) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Definitions that others may use: no underscore in front, and not inside a function."""
    inside = tuple(f"{name}." for name, _ in source.functions())
    for name, node in definitions(source.tree):
        is_private = any(part.startswith("_") for part in name.split("."))
        if not is_private and not name.startswith(inside):
            yield name, node


def documented_share(sources: Iterable[Source]) -> float:
    """The share of modules and public definitions that say what they are for."""
    every = list(sources)
    count = sum(1 + sum(1 for _ in public(source)) for source in every if source.text.strip())
    missing = sum(1 for source in every for _ in undocumented(source))
    return 1 - missing / count if count else 1.0
