"""Problems in config.yaml beyond its shape, and the names that its sections define."""

from collections.abc import Collection, Iterable, Mapping

from triaged.config.value_types import name_problem
from triaged.errors import Problem
from triaged.yamlschema.document import Document, Path
from triaged.yamlschema.schema import as_written, none_of


class Findings:
    """Collected problems with positions, and names by section, those of broken entries included.

    The paths are those of what was read, which lacks what the reading has `left_out`.
    """

    def __init__(
        self,
        document: Document,
        always: Mapping[str, Iterable[str]],
        left_out: Collection[Path] = (),
    ) -> None:
        self.problems: list[Problem] = []
        self.document = document
        self._always = always
        self._left_out = left_out

    def wrong(self, path: Path, message: str, *, key: bool = False) -> None:
        """Add an error at `path`, or at its key, unless what was left out may be the cause."""
        if key or self.is_whole(path):
            self.problems.append(Problem(self.where(path, key=key), message))

    def warn(self, path: Path, message: str, *, key: bool = False) -> None:
        """Add a warning at `path`, under the conditions of `wrong`."""
        if key or self.is_whole(path):
            self.problems.append(Problem(self.where(path, key=key), message, warning=True))

    def where(self, path: Path, *, key: bool = False) -> str:
        """FILE:LINE:COL."""
        return self.document.where(as_written(path, self._left_out), key=key)

    def is_whole(self, path: Path) -> bool:
        """True if no part of the value at `path` was left out."""
        written = as_written(path, self._left_out)
        return not any(gone[: len(written)] == written for gone in self._left_out)

    def keys(self, path: Path) -> list[str]:
        """The keys of the map at `path`, those of broken entries included."""
        written = self.document.at(as_written(path, self._left_out))
        return list(written) if isinstance(written, dict) else []

    def gives(self, path: Path) -> bool:
        """True if the document has `path`, even with an empty value."""
        *before, last = path
        outer = self.document.at(tuple(before))
        return isinstance(outer, dict) and last in outer

    def names(self, section: str) -> list[str]:
        """The names of a section (`people`), in the order of the file."""
        names = self.keys((section,))
        return [*names, *(name for name in self._always.get(section, ()) if name not in names)]

    def refer(self, path: Path, section: str, name: str) -> bool:
        """Check that the name at `path` is in the section; an error if not."""
        names = self.names(section)
        if name in names:
            return True
        self.wrong(path, f"{section}: {none_of(name, names)}")
        return False

    def check_names(self, *path: str) -> None:
        """Each name of a section stands in URLs, targets and timelines."""
        for name in self.keys(path):
            problem = name_problem(name)
            if problem:
                self.wrong((*path, name), problem, key=True)
