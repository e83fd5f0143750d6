"""What is found wrong in config.yaml beyond its shape, and the names that it may use."""

from collections.abc import Iterable, Mapping

from triaged.config.terms import name_problem
from triaged.documents import Document, Path
from triaged.errors import Problem
from triaged.shapes import none_of


class Report:
    """Problems with positions; names by section, those of broken entries included."""

    def __init__(self, document: Document, always: Mapping[str, Iterable[str]]) -> None:
        self.problems: list[Problem] = []
        self.document = document
        self._always = always

    def wrong(self, path: Path, message: str, *, key: bool = False) -> None:
        """An error at `path`, or at its key."""
        self.problems.append(Problem(self.document.where(path, key=key), message))

    def warn(self, path: Path, message: str, *, key: bool = False) -> None:
        """Something that works, but hardly as meant."""
        where = self.document.where(path, key=key)
        self.problems.append(Problem(where, message, warning=True))

    def where(self, path: Path) -> str:
        """FILE:LINE:COL."""
        return self.document.where(path)

    def gives(self, path: Path) -> bool:
        """Whether something stands at `path`, be it nothing."""
        *before, last = path
        outer = self.document.at(tuple(before))
        return isinstance(outer, dict) and last in outer

    def names(self, section: str) -> list[str]:
        """The names of a section (`people`), in the order of the file."""
        written = self.document.at((section,))
        names = list(written) if isinstance(written, dict) else []
        return [*names, *(name for name in self._always.get(section, ()) if name not in names)]

    def refer(self, path: Path, section: str, name: str) -> bool:
        """Whether `name`, which stands at `path`, is in the section; an error if not."""
        names = self.names(section)
        if name in names:
            return True
        self.wrong(path, f"{section}: {none_of(name, names)}")
        return False

    def check_names(self, section: str) -> None:
        """Each name of a section stands in URLs, targets and timelines."""
        written = self.document.at((section,))
        for name in written if isinstance(written, dict) else ():
            problem = name_problem(name)
            if problem:
                self.wrong((section, name), problem, key=True)
