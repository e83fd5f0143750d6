"""Calls that belong in one place, log events, and what may catch everything."""

import ast
import re
from collections.abc import Iterator, Mapping, Set

from tests.tidy.source import Source, definitions

BANNED = (
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.sleep",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.urandom",
    "random",
    "secrets",
    "time.sleep",
    "time.time",
    "uuid.uuid1",
    "uuid.uuid4",
)
"""Clocks, dice, naps and tasks without an owner; `random` and `secrets` whole."""

PATCHING = ("unittest.mock", "mock", "pytest_mock")
PATCHES = frozenset({"monkeypatch.setattr", "monkeypatch.setitem", "monkeypatch.delattr"})
LOOP = re.compile(r"(?:^|[._])loop(?:\(\))?$")
LOG_METHODS = frozenset({"critical", "debug", "error", "exception", "info", "warning"})
EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
SUPPRESSION = re.compile(r"#\s*(?:type:\s*ignore|noqa)\b")
EXPLAINED = re.compile(
    r"#\s*type:\s*ignore\[[\w, -]+\]\s+#.*\w"  # a code, then a comment that says why
    r"|#\s*noqa:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*\s+\W*\w"
)


def banned(source: Source, allowed: Set[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """(banned name, finding) of each use, as a call or as a value that is handed on."""
    laps = {
        node.func
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and is_a_lap(source, node)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute) and node not in laps:
            name = banned_name(source.dotted(node)) or loop_task(node)
            if name and name not in allowed:
                yield name, source.at(node, f"`{name}` outside its one place")


def banned_name(dotted: str) -> str:
    """The entry of BANNED that `dotted` is, or is a member of; empty if none."""
    for name in BANNED:
        if dotted == name and "." in name:
            return name
        if dotted.startswith((f"{name}.", f"{name}_ns")):
            return name
    return ""


def loop_task(node: ast.AST) -> str:
    """`create_task` for a call on an event loop; a TaskGroup's is what we want."""
    if isinstance(node, ast.Attribute) and node.attr == "create_task":
        return node.attr if LOOP.search(ast.unparse(node.value)) else ""
    return ""


def is_a_lap(source: Source, call: ast.Call) -> bool:
    """Whether this is `asyncio.sleep(0)`: one turn of the loop, and no time."""
    lap = [ast.unparse(argument) for argument in call.args] == ["0"]
    return lap and source.dotted(call.func) == "asyncio.sleep"


def patching(source: Source) -> Iterator[str]:
    """Mocks, and patches of code; setting an environment variable is none."""
    for statement, name in source.imported():
        if name.startswith(PATCHING):
            yield source.at(statement, f"`{name}`: give the value or the peer instead")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in PATCHES:
            yield source.at(node, "patched code: give the value as an argument instead")


def log_calls(source: Source) -> Iterator[str]:
    """Log calls whose event is not a constant `noun.past_verb` followed by values."""
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and is_log(node.func)):
            continue
        event = node.args[0] if node.args else None
        if not (isinstance(event, ast.Constant) and EVENT.fullmatch(str(event.value))):
            yield source.at(node, "a log event is a constant `noun.past_verb`, then values")
        if len(node.args) > 1:
            yield source.at(node, "the values of a log event are named")
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.JoinedStr):
                yield source.at(node, f"`{keyword.arg}` of a log event is a value, no f-string")


def is_log(function: ast.expr) -> bool:
    """Whether `function` is a log method: `log.info`, `self._log.warning`."""
    if not (isinstance(function, ast.Attribute) and function.attr in LOG_METHODS):
        return False
    return ast.unparse(function.value).rpartition(".")[2].lstrip("_") in {"log", "logger"}


def catch_alls(source: Source, allowed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(qualified function, finding) of each `except` that catches every error and keeps it.

    `allowed` names the outermost loops, which log, count and go on.
    """
    for name, node in definitions(source.tree):
        for handler in own_handlers(node):
            where = f"{source.module}.{name}"
            if catches_all(handler) and not raises_again(handler) and where not in allowed:
                yield where, source.at(handler, f"`{where}` catches every error")


def own_handlers(parent: ast.AST) -> Iterator[ast.ExceptHandler]:
    """The `except` clauses of a definition, without those of definitions inside it."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.ExceptHandler):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from own_handlers(node)


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it is bare or names Exception or BaseException, alone or among others."""
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        name is None or getattr(name, "id", "") in {"Exception", "BaseException"} for name in named
    )


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether the last thing it does is to raise, so that nothing is swallowed."""
    return isinstance(handler.body[-1], ast.Raise)


def unexplained(source: Source) -> Iterator[str]:
    """Suppressions of mypy or ruff without a code, or without a reason after it."""
    for number, line in enumerate(source.lines, 1):
        if SUPPRESSION.search(line) and not EXPLAINED.search(line):
            yield f"{source.path}:{number}: a suppression names its code and its reason"
