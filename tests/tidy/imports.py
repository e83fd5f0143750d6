"""Imports go one way, in a circle never, and pure code imports nothing that acts."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Set

from tests.tidy.source import Function, Source

GROUND = frozenset({"errors", "plugins", "wire"})
PURE = GROUND | {
    "channels",
    "config",
    "core",
    "drills",
    "dry_run",
    "feeds",
    "ingest",
    "integrations",
    "rules",
    "yamlschema",
}
"""Values in, values out: no await, no clock, no dice, no I/O, no log."""

VALUES = GROUND | {"core", "yamlschema"}
INPUTS = frozenset({"channels", "config", "ingest", "integrations", "rules"})
SHELL = VALUES | {"clock", "crashpoints", "metrics", "terminal"}

DIRECTIONS: Mapping[str, Set[str]] = {
    "errors": frozenset(),
    "plugins": frozenset(),
    "clock": frozenset(),
    "crashpoints": frozenset(),
    "terminal": frozenset(),
    "wire": frozenset({"errors"}),
    "metrics": frozenset({"core"}),
    "core": GROUND,
    "yamlschema": GROUND | {"core"},
    "rules": VALUES,
    "ingest": VALUES,
    "channels": VALUES,
    "integrations": VALUES | {"channels"},
    "config": VALUES | {"channels", "ingest", "integrations", "rules"},
    "drills": VALUES,
    "feeds": VALUES,
    "dry_run": VALUES | INPUTS,
    "store": SHELL,
    "engine": SHELL | {"store"},
    "intake": SHELL | {"config", "engine", "ingest", "store"},
    "access": SHELL | {"store"},
    "delivery": SHELL | {"access", "calls", "channels", "engine", "integrations", "store"},
    "calls": SHELL | {"access", "channels", "engine", "store"},
    "http": SHELL | INPUTS | {"access", "calls", "engine", "intake", "store"},
    "api": SHELL
    | INPUTS
    | {"access", "calls", "drills", "engine", "feeds", "http", "intake", "store"},
    "web": SHELL | INPUTS | {"access", "engine", "http", "intake", "store"},
    "mail_in": SHELL | {"access", "config", "engine", "intake", "store"},
    "process": SHELL | {"config", "engine", "feeds", "rules", "store"},
    "daemon": SHELL
    | INPUTS
    | {
        "access",
        "calls",
        "delivery",
        "engine",
        "http",
        "intake",
        "mail_in",
        "process",
        "store",
        "web",
    },
    "__main__": frozenset({"cli"}),
    # The commands are the outermost layer: one of them, `serve`, starts the daemon.
    "cli": SHELL
    | INPUTS
    | {
        "access",
        "daemon",
        "delivery",
        "drills",
        "dry_run",
        "engine",
        "http",
        "process",
        "store",
    },
}
"""What each direct child of the package may import besides itself. A new child gets a line."""

RESOURCES = ("api", "web")
"""Folders whose modules stand beside one another, each on `http`."""

IMPURE_MODULES = frozenset(
    """
    aiohttp aiosmtplib aiosqlite asyncio asyncpg concurrent ctypes fcntl glob http logging
    multiprocessing os pathlib prometheus_client random secrets select selectors shutil signal
    smtplib socket sqlite3 ssl structlog subprocess tempfile threading time urllib.request
    uuid uvloop
    """.split()
)
IMPURE_BUILTINS = frozenset({"breakpoint", "input", "open", "print"})


def wrong_directions(
    sources: Iterable[Source], directions: Mapping[str, Set[str]] = DIRECTIONS
) -> Iterator[str]:
    """Imports of a sibling or of a layer above."""
    for source in sources:
        if source.unit and source.unit not in directions:
            yield f"{source.path}:1: `{source.unit}` has no line in DIRECTIONS (tests/tidy)"
            continue
        allowed = directions.get(source.unit, frozenset()) | {source.unit, ""}
        for node, name in source.imported():
            package, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if package == "triaged" and target in directions and target not in allowed:
                yield source.at(node, f"`{source.unit}` may not import `{target}`")


def siblings(sources: Iterable[Source], folders: Iterable[str] = RESOURCES) -> Iterator[str]:
    """Resources that import another resource; an underscore marks what a folder shares."""
    packages = {f"triaged.{folder}" for folder in folders}
    for source in sources:
        folder = source.module.rpartition(".")[0]
        if folder in packages:
            for node, name in source.imported():
                sibling = name.removeprefix(f"{folder}.").partition(".")[0]
                if name.startswith(f"{folder}.") and not sibling.startswith("_"):
                    yield source.at(node, f"a resource imports another one, `{sibling}`")


def cycles(sources: Iterable[Source]) -> Iterator[str]:
    """Modules that reach themselves through their imports, function-local ones included."""
    every = list(sources)
    known = {source.module for source in every}
    graph = {
        source.module: {target(name, known) for _, name in source.imported()} & known
        for source in every
    }
    for module in sorted(graph):
        if module in reachable(graph, graph[module] - {module}):
            yield f"{module} imports itself through {', '.join(sorted(graph[module]))}"


def target(name: str, known: Set[str]) -> str:
    """The module that `from a.b import c` reads: `a.b.c` if that is one, else `a.b`."""
    return name if name in known else name.rpartition(".")[0]


def reachable(graph: Mapping[str, Set[str]], start: Iterable[str]) -> set[str]:
    """Every module that `start` leads to, `start` included."""
    seen: set[str] = set()
    stack = list(start)
    while stack:
        module = stack.pop()
        if module not in seen:
            seen.add(module)
            stack.extend(graph[module])
    return seen


def impure(source: Source, allowed: Set[str] = frozenset()) -> Iterator[str]:
    """What a pure module imports, calls or awaits although it acts on the world."""
    for statement, name in source.imported():
        parts = name.split(".")
        prefixes = {".".join(parts[:size]) for size in range(1, len(parts) + 1)}
        for module in sorted(prefixes & IMPURE_MODULES - allowed):
            yield source.at(statement, f"pure code imports `{module}`")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield source.at(node, "pure code awaits")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_BUILTINS - allowed:
            yield source.at(node, f"pure code calls `{ast.unparse(node.func)}`")


def local_imports(source: Source) -> Iterator[str]:
    """Imports inside functions."""
    for name, function in source.functions():
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and owner(function, node) is function:
                yield source.at(node, f"import inside `{name}`")


def owner(function: Function, node: ast.AST) -> ast.AST | None:
    """The innermost function below `function` that holds `node`."""
    found: ast.AST | None = None
    for outer in ast.walk(function):
        if isinstance(outer, Function) and any(inner is node for inner in ast.walk(outer)):
            found = outer
    return found
