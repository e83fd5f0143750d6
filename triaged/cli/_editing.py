"""Texts that people edit: in an editor, from a file, and after somebody else was faster."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from triaged.cli._client import Failed, Overtaken, complain

_FILE_NAME = re.compile(r"[a-z0-9-]{1,120}\.(?:md|html)")
_FRONT_MATTER = re.compile(r"---\n(.*?\n)---\n\n?", re.DOTALL)


def edited(text: str, name: str) -> str:
    """The text after somebody has changed it in $VISUAL or $EDITOR."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.md"
        file.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603 - the user names it
        except OSError as error:
            raise Failed(f"cannot start the editor {editor!r} ($EDITOR): {error}") from None
        if done.returncode != 0:
            raise Failed(f"the editor {editor!r} failed: nothing is saved")
        return file.read_text(encoding="utf-8")


def from_file(path: Path) -> tuple[str, int | None]:
    """A file's text without front matter, and the revision that the front matter names."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Failed(f"cannot read {path}: {error}") from None
    front, body = split(text)
    revision = re.search(r"^revision: (\d{1,9})$", front, re.MULTILINE)
    return body, int(revision[1]) if revision else None


def split(text: str) -> tuple[str, str]:
    """The YAML front matter of a file, empty where there is none, and what stands below."""
    match = _FRONT_MATTER.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


def keep_merged(overtaken: Overtaken, incident: str) -> int:
    """Write both texts in one to a file, and say how to go on; the exit status."""
    problem = overtaken.problem
    text = f"---\nrevision: {problem['revision']}\n---\n\n{problem['merged']}"
    file = write_whole(Path.cwd(), f"{incident.lower()}-merged.md", text)
    decide = " after you have decided between <<<<<<< and >>>>>>>" if problem["conflicts"] else ""
    return complain(
        f"{overtaken}\n  both are in {file}: triaged postmortem edit {incident} --file"
        f" {file.name}{decide}"
    )


def write_whole(folder: Path, name: str, text: str) -> Path:
    """Write a file in `folder`, whole or not at all; a link in its place is replaced."""
    if not _FILE_NAME.fullmatch(name):
        raise Failed(f"the daemon names a file that is none of triaged: {name[:80]!r}")
    path = folder / name
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink()
        raise Failed(f"cannot write {path}: {error.strerror or error}") from None
    return path
