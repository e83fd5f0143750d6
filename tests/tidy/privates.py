"""Tests use what everybody may use: no private attribute, import or override of ours."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Set

from tests.tidy.source import Source

NAMED_TUPLES = frozenset({"_asdict", "_fields", "_replace"})
"""Public names of the standard library in spite of their underscore."""


def private_uses(
    source: Source, bases: Mapping[str, Set[str]] | None = None
) -> Iterator[tuple[str, str]]:
    """(private name, finding) of each use of what the file does not define itself.

    `bases`: the private methods of each class of the package, by its dotted name.
    """
    own = defined(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if node.attr not in own or ast.unparse(node.value) == "super()":
                yield node.attr, source.at(node, f"`{ast.unparse(node)}` is private to another")
        elif isinstance(node, ast.ClassDef):
            for name in overridden(source, node, bases or {}):
                yield name, source.at(node, f"`{node.name}` overrides the private `{name}`")
    for statement, dotted in source.imported():
        name = dotted.rpartition(".")[2]
        if dotted.startswith("triaged.") and is_private(name) and is_of_a_module(statement):
            yield name, source.at(statement, f"`{dotted}` is private to its module")


def is_of_a_module(statement: ast.stmt) -> bool:
    """Whether it is `from a.b import c`; `import a._b` names a module that a folder shares."""
    return isinstance(statement, ast.ImportFrom)


def overridden(source: Source, node: ast.ClassDef, bases: Mapping[str, Set[str]]) -> Iterable[str]:
    """The private methods of a class of ours that a class redefines."""
    methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    methods |= {one.name for one in node.body if isinstance(one, ast.AsyncFunctionDef)}
    theirs = {name for base in node.bases for name in bases.get(source.dotted(base), ())}
    return sorted(methods & theirs)


def private_methods(sources: Iterable[Source]) -> dict[str, Set[str]]:
    """The private methods of each class, by its dotted name."""
    found: dict[str, set[str]] = {}
    for source in sources:
        for name, _ in source.functions():
            owner, _, method = name.rpartition(".")
            if owner and is_private(method):
                found.setdefault(f"{source.module}.{owner}", set()).add(method)
    return dict(found)


def defined(tree: ast.AST) -> set[str]:
    """The names that a file defines: functions, classes, attributes that it sets."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return names


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__") and name not in NAMED_TUPLES
