"""Takes one guard out of a copy of the tree, and sees whether a test fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations.mutation import Mutation

FOLDERS = ("triaged", "tests", "rules", "docs", "stubs", "tools")
FILES = ("pyproject.toml", "config.example.yaml", "requirements.lock")
WORKERS = 2
TEST_S = 120
"""A test that hangs without its guard has noticed it, too: the runner stops it then."""

FAILED = 1
"""Exit code of pytest: tests ran and some failed. Any other but 0 says that none ran."""


def mutated(text: str, mutation: Mutation) -> str:
    """`text` without the guard. ValueError: the guard does not stand there exactly once."""
    count = text.count(mutation.guard)
    if count != 1:
        raise ValueError(f"{mutation.path}: {mutation.guard!r} stands there {count} times")
    return text.replace(mutation.guard, mutation.instead)


def survivors(root: Path, bank: tuple[Mutation, ...]) -> Iterator[tuple[Mutation, str]]:
    """(mutation, the end of pytest's output) of each guard that no test misses, as they end."""
    with ThreadPoolExecutor(WORKERS) as threads:
        for mutation, output in zip(bank, threads.map(lambda m: tried(root, m), bank), strict=True):
            if output is not None:
                yield mutation, output


def tried(root: Path, mutation: Mutation) -> str | None:
    """None: a test failed without the guard. Else the end of what pytest said."""
    with TemporaryDirectory(prefix="triaged-mutation-") as name:
        copy = Path(name)
        copy_tree(root, copy)
        path = copy / mutation.path
        path.write_text(mutated(path.read_text(), mutation))
        command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
        try:
            done = subprocess.run(
                (*command, *mutation.tests),
                cwd=copy,
                env=os.environ | {"PYTHONPATH": name},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return None if done.returncode == FAILED else done.stdout[-2000:]


def copy_tree(root: Path, copy: Path) -> None:
    """What tests read, without what was compiled: a pyc may be taken for the file's."""
    for folder in FOLDERS:
        if (root / folder).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(root / folder, copy / folder, ignore=ignored)
    for name in FILES:
        if (root / name).is_file():
            shutil.copy(root / name, copy / name)
    if (root / ".peers").exists():
        (copy / ".peers").symlink_to((root / ".peers").resolve())
