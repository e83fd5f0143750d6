"""The files of a configuration: what may be read, and from where.

`${CREDENTIALS_DIRECTORY}` is where systemd puts what `LoadCredential=` names:
https://systemd.io/CREDENTIALS/
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from triaged.errors import Problem
from triaged.wire import MISSING_SECRET, Secret
from triaged.yamlschema.document import BYTES_MAX, YieldPoint, never_yield

CREDENTIALS = "CREDENTIALS_DIRECTORY"
STATE = "STATE_DIRECTORY"

SECRET_BYTES_MAX = 64 * 1024
"""A key with its chain has a few thousand."""

FILES_MAX = 500
"""Rule files of one pattern."""


class MissingSecret(Problem, frozen=True):
    """A secret's file cannot be read here: a warning for `check`, an error for the daemon."""


class Files:
    """Reads files beside a configuration, and remembers which."""

    def __init__(
        self,
        path: Path,
        environment: Mapping[str, str],
        yield_point: YieldPoint = never_yield,
        instead: Mapping[str, bytes] | None = None,
    ) -> None:
        self.path = path
        self.yield_point = yield_point
        self.seen: list[Path] = [path]
        self._environment = environment
        self._instead = instead or {}

    def rules(self, path: Path) -> bytes | Problem:
        """The content of a rule file, or the text that stands in for it."""
        kept = self._instead.get(str(path))
        return self.text(path) if kept is None else kept

    def text(self, path: Path) -> bytes | Problem:
        """The content of a document: at most one byte more than it may have."""
        try:
            with path.open("rb") as file:
                return file.read(BYTES_MAX + 1)
        except OSError as error:
            message = f"cannot be read: {_reason(error)}"
            if path == self.path:
                message += "; --config, or TRIAGED_CONFIG in the environment, names another"
            return Problem(str(path), message)

    def beside(self, document: str, name: str) -> bytes | str:
        """The content of the file `name` beside a document; a text says why there is none."""
        path = Path(document).parent / name
        self.seen.append(path)
        content = self.text(path)
        return content.message if isinstance(content, Problem) else content

    def matching(self, pattern: str) -> tuple[list[Path], list[str]]:
        """The files that a pattern names, sorted, and why others that it names are not among them.

        Where new ones may appear is remembered.
        """
        base = self.path.parent
        first, *rest = Path(pattern).parts or (".",)
        if Path(pattern).is_absolute():
            base, pattern = Path(first), str(Path(*rest))
        parts = Path(pattern).parts
        fixed = next((n for n, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
        self.seen.append(base.joinpath(*parts[:fixed]))
        try:
            named = visible(base, pattern)
        except (OSError, ValueError, NotImplementedError):
            return [], []
        found = [path for path in named if path.is_file()]
        wrong = [f"{path} is {_no_file(path)}" for path in named if not path.is_file()]
        if len(found) > FILES_MAX:
            wrong.append(f"{len(found)} files: a pattern may name {FILES_MAX}; write several")
        self.seen += found[:FILES_MAX]
        return found[:FILES_MAX], wrong

    def located(self, text: str) -> Path:
        """The path that a `…_file` key names; KeyError without the credentials' directory."""
        variable = f"${{{CREDENTIALS}}}"
        if text.startswith(variable):
            text = self._environment[CREDENTIALS] + text.removeprefix(variable)
        return self.path.parent / text

    def secret(self, text: str, where: str) -> tuple[Secret | None, Problem | None]:
        """The secret in the file that `text` names, without the line's end; what is wrong."""
        content, problem = self._content(text, where)
        if content is None:
            return MISSING_SECRET, problem
        text_in_it = content.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
        if not text_in_it or set(text_in_it) & set("\0\n\ufffd") or len(content) > SECRET_BYTES_MAX:
            return None, Problem(where, f"{text} holds no secret: one line of text is expected")
        return Secret(text_in_it), None

    def readable(self, text: str, where: str) -> tuple[str, Problem | None]:
        """The path of a file that others will read, and whether it is there."""
        _, problem = self._content(text, where)
        return (text if problem else str(self.located(text))), problem

    def store_path(self, text: str) -> str:
        """The absolute path of a store: relative to $STATE_DIRECTORY, else to this file."""
        state = self._environment.get(STATE, "").split(":")[0]
        return str((Path(state) if state else self.path.parent.absolute()) / text)

    def _content(self, text: str, where: str) -> tuple[bytes | None, Problem | None]:
        try:
            path = self.located(text)
        except KeyError:
            message = f"{CREDENTIALS} is not set: systemd sets it for units with LoadCredential="
            return None, MissingSecret(where, message, warning=True)
        self.seen.append(path)
        try:
            with path.open("rb") as file:
                return file.read(SECRET_BYTES_MAX + 1), None
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read: {_reason(error)}"
            return None, MissingSecret(where, message, warning=True)


def visible(base: Path, pattern: str) -> list[Path]:
    """The paths below `base` that match `pattern`, sorted.

    A file or folder whose name begins with a dot matches only where the pattern writes that dot, as
    in a shell: editors and copying tools leave such files behind.
    """
    wanted = [part for part in Path(pattern).parts if part.startswith(".")]
    return sorted(
        path
        for path in base.glob(pattern)
        if _dots_are_wanted(path.relative_to(base).parts, wanted)
    )


def _dots_are_wanted(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    dotted = (part for part in parts if part.startswith("."))
    return all(any(fnmatchcase(part, each) for each in wanted) for part in dotted)


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "a directory: name the files in it, such as *.yaml"
    return "a link to nothing" if path.is_symlink() and not path.exists() else "no file"


def _reason(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or str(error) or type(error).__name__).lower()
