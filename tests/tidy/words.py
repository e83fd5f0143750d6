"""Words that have no place in the repository."""

import re
from collections.abc import Iterator
from pathlib import Path

# Written so that this file does not find itself.
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
PRIVATE = re.compile(
    r"/(?:wo" r"rk|fa" r"rm|ro" r"ot)/"
    r"|\.lib" r"rary\b|sub" r"agent|\bA" r"I\b|\bL" r"LM\b|\bCEO\b"
    r"|py" r"pi\.org|python" r"hosted|npm" r"js\.|deb\.deb" r"ian\.org"
)  # fmt: skip
"""Paths of somebody's machine, hosts of package registries, and how the work was done."""

SUFFIXES = frozenset(
    {".css", ".html", ".js", ".lock", ".md", ".py", ".pyi", ".service", ".socket", ".sql", ".toml"}
    | {".txt", ".yaml", ".yml"}
)
NAMES = frozenset({"Makefile", "run", ".gitignore"})
SKIPPED = frozenset({".git", ".peers", "__pycache__", "build", "dist", "node_modules"})


def texts(root: Path) -> Iterator[Path]:
    """The files of the repository that people read; bodies of other systems are not ours."""
    for path in sorted(root.iterdir()):
        if path.is_dir() and not is_skipped(path):
            yield from texts(path)
        elif path.is_file() and (path.suffix in SUFFIXES or path.name in NAMES):
            yield path


def is_skipped(path: Path) -> bool:
    """Whether a folder is made rather than written."""
    return path.name in SKIPPED or path.name.startswith((".venv", ".mypy", ".ruff", ".pytest"))


def found(pattern: re.Pattern[str], name: str, text: str) -> Iterator[str]:
    """Where `pattern` stands in `text`."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := pattern.search(line):
            yield f"{name}:{number}: `{match[0]}`"
