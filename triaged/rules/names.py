"""Names of rules, suppressors, windows, extractions and tables: their form, and no name twice."""

import re
from collections.abc import Iterator

NAME_WANTED = "a rule's name is lower-case letters, digits, `-`, `_` and `.`: it labels metrics"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


class UniqueNames:
    """The names of all files so far, by section of a rule file, and where each stands."""

    def __init__(self) -> None:
        self._where: dict[tuple[str, str], str] = {}

    def problems(self, section: str, name: str, where: str) -> Iterator[str]:
        """The mistakes in the name of an entry of `section`; it stands at `where` from now on."""
        if not _NAME.fullmatch(name):
            yield f"{name!r}: {NAME_WANTED}"
        earlier = self._where.get((section, name))
        if earlier is not None:  # an alias of YAML repeats an entry at the same place
            kind = "rule" if section == "rules" else "one"
            yield f"{name!r} is the name of the {kind} at {earlier}, too"
        self._where.setdefault((section, name), where)
