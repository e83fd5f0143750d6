"""A Python file as the checks see it, and the names in it as Python would resolve them."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


class Source:
    """One file: its dotted module name, text and syntax tree."""

    def __init__(self, module: str, text: str, path: str = "") -> None:
        self.module = module
        self.text = text
        self.path = path or module.replace(".", "/") + ".py"
        self.lines = text.splitlines()
        self.tree = ast.parse(text)

    @property
    def is_package(self) -> bool:
        """Whether this is an `__init__.py`."""
        return self.path.endswith("__init__.py")

    @property
    def unit(self) -> str:
        """`core` for `triaged.core.time.oncall`; empty for `triaged` itself."""
        return ".".join(self.module.split(".")[1:2])

    def at(self, node: ast.AST, message: str) -> str:
        """A finding in the form that editors and people can follow."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {message}"

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name → the dotted name that an import binds it to, wherever the import is."""
        bound: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    bound[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return bound

    def imported(self) -> Iterator[tuple[ast.stmt, str]]:
        """Each import statement with each dotted name that it asks for."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def dotted(self, node: ast.AST) -> str:
        """`datetime.datetime.now` for `dt.now` after `from datetime import datetime as dt`."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, "")
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function with its qualified name (`Engine.handle`), nested ones too."""
        for name, node in definitions(self.tree):
            if not isinstance(node, ast.ClassDef):
                yield name, node


def definitions(parent: ast.AST, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Every class and function below `parent` with its qualified name, outermost first."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            yield prefix + node.name, node
            yield from definitions(node, f"{prefix}{node.name}.")
        else:
            yield from definitions(node, prefix)


def read(root: Path, *folders: str) -> list[Source]:
    """All Python files below `folders` of `root`, sorted by path."""
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return [read_one(root, path) for path in paths]


def read_one(root: Path, path: Path) -> Source:
    """The file `path` under the module name it has when `root` is where imports start."""
    relative = path.relative_to(root)
    parts = relative.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(module, path.read_text(encoding="utf-8"), relative.as_posix())
