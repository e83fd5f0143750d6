"""The drawings of docs/architecture.md that come from the code: its rooms and their imports."""

import ast
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

CODE = Path(__file__).parents[1] / "triaged"
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN, END = "<!-- {}: written by tools/reference.py -->\n", "<!-- end of {} -->\n"

Graph = Mapping[str, Set[str]]
"""Room at the top of `triaged/` to the rooms that it imports."""


def architecture() -> str:
    """The page, with its sections from the code as they have to be now."""
    text = PAGE.read_text("utf-8")
    for name, section in (("imports", _drawing()), ("rooms", _table())):
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"docs/architecture.md has no section {name!r}")
        text = f"{before}{begin}\n{section}\n{end}{after}"
    return text


def rooms() -> list[str]:
    """Every room of `triaged/`: packages (`core/time`), then modules at the top (`clock.py`)."""
    packages = (path.parent for path in CODE.rglob("__init__.py") if path.parent != CODE)
    modules = (path for path in CODE.glob("*.py") if not path.stem.startswith("__"))
    return [
        *sorted(str(path.relative_to(CODE)) for path in packages),
        *sorted(path.name for path in modules),
    ]


def _table() -> str:
    head = "| room | purpose, as its docstring has it |\n| --- | --- |\n"
    return head + "".join(f"| `{room}` | {_purpose(room)} |\n" for room in rooms())


def _purpose(room: str) -> str:
    path = CODE / room
    text = (path / "__init__.py" if path.is_dir() else path).read_text("utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0].replace("|", "\\|")


def _drawing() -> str:
    graph = _reduced(_imports())
    arrows = (
        f"    {room} --> {below}\n" for room in sorted(graph) for below in sorted(graph[room])
    )
    return f"```mermaid\nflowchart TD\n{''.join(arrows)}```\n"


def _imports() -> Graph:
    graph: dict[str, set[str]] = {room.removesuffix(".py"): set() for room in rooms()}
    graph = {room: below for room, below in graph.items() if "/" not in room}
    for path in CODE.rglob("*.py"):
        room = path.relative_to(CODE).parts[0].removesuffix(".py")
        if room in graph:
            graph[room] |= (set(_imported(path)) & graph.keys()) - {room}
    return graph


def _imported(path: Path) -> Iterator[str]:
    """The rooms that a module imports; `triaged` itself is none."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module == "triaged":
            names = [f"triaged.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("triaged."))


def _reduced(graph: Graph) -> Graph:
    """The imports that do not follow from others: its transitive reduction."""
    below = {room: _reachable(graph, room) for room in graph}
    return {
        room: {one for one in near if not any(one in below[other] for other in near)}
        for room, near in graph.items()
    }


def _reachable(graph: Graph, room: str) -> set[str]:
    found: set[str] = set()
    stack = list(graph[room])
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += graph[one]
    return found
