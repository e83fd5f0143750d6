"""Style sheet and scripts of the console, each under a name that holds its content's hash.

A name never means another content, so a browser keeps the file for ever and asks only for what has
changed. Scripts are ES modules; the names in their imports are replaced, too.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from triaged.http.shared.published import File, file_of

FOLDER = Path(__file__).parent.parent / "static"
BASE = "/static/"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"
_COMMENTS = {
    ".css": re.compile(r"/\*.*?\*/\n?", re.DOTALL),
    ".js": re.compile(r"^[ \t]*(?://[^\n]*|/\*\*.*?\*/)\n", re.DOTALL | re.MULTILINE),
}
"""Comments that have lines of their own: a browser does not need them."""

_IMPORT = re.compile(r'(?<=from "\./)[a-z_]+\.js(?=")')


@cache
def asset(name: str) -> str:
    """The path under which a file of the folder is served, such as `/static/site.1f2e….css`."""
    return BASE + _hashed_name(name)


@cache
def files() -> dict[str, File]:
    """Every file, by the last part of its path."""
    return {_hashed_name(name): _file(name) for name in names()}


def names() -> list[str]:
    """The names of the files in the folder."""
    return sorted(path.name for path in FOLDER.iterdir() if path.suffix in KINDS)


@cache
def text_of(name: str) -> str:
    """The text of a file without comments; imports have the names under which it is served."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    text = _COMMENTS[Path(name).suffix].sub("", text)
    return _IMPORT.sub(lambda match: _hashed_name(match[0]), text)


def _hashed_name(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(text_of(name).encode()).hexdigest()[:12]}.{ending}"


def _file(name: str) -> File:
    kind = KINDS[Path(name).suffix]
    file = file_of(text_of(name).encode(), kind, {"Cross-Origin-Resource-Policy": "same-origin"})
    return replace(file, headers={**file.headers, "Cache-Control": FOR_EVER})
