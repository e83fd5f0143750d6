"""`suppress` and `maintenance` of the rule files, checked and compiled."""

from triaged.core.muting.muters import Maintenance, Muters, Suppressor, mutes_everything
from triaged.core.records.matching import Matcher
from triaged.core.time.recurring import wall_instant, zone_of
from triaged.errors import Problem
from triaged.rules import schema
from triaged.rules.matchers import LIST_MAX, Matchers
from triaged.rules.names import UniqueNames
from triaged.rules.positions import suppressor_positions, window_positions
from triaged.yamlschema.document import Document, Path
from triaged.yamlschema.schema import shape

MUTERS_MAX = 1000
"""Most suppressors, and most windows: all are evaluated whenever something is due."""

INSTEAD = "write one pattern such as 'x=~\"a|b\"', or add a label by a table (`mappings`)"
TOO_MUCH = "mutes everything: at least one matcher must not match the empty text"


def all_of(given: tuple[Matchers, ...] | Matchers) -> tuple[Matcher, ...]:
    """Every matcher of a text or of a list of texts."""
    texts = (given,) if isinstance(given, Matchers) else given
    return tuple(matcher for matchers in texts for matcher in matchers.all)


def long_lists(document: Document, at: Path, names: tuple[str, ...]) -> list[Problem]:
    """Errors for lists of matchers that are too long to be read one by one."""
    found: list[Problem] = []
    for name in names:
        given = document.at((*at, name))
        if isinstance(given, list) and len(given) > LIST_MAX:
            message = f"{len(given)} matchers in one list; {LIST_MAX} may be: {INSTEAD}"
            found.append(Problem(document.where((*at, name, LIST_MAX)), message))
    return found


class MuterBuilder:
    """Reads one document after another; names are unique among all of a kind."""

    def __init__(self, timezone: str, names: UniqueNames) -> None:
        self._suppress: list[Suppressor] = []
        self._maintenance: list[Maintenance] = []
        self._timezone = timezone
        self._names = names
        self._problems: list[Problem] = []

    @property
    def muters(self) -> Muters:
        """The suppressors and windows that were read."""
        return Muters(tuple(self._suppress), tuple(self._maintenance))

    def read(self, document: Document, suppressors: int, windows: int) -> list[Problem]:
        """Take so many of each from a document; what is wrong with them."""
        self._problems = []
        for index in range(min(suppressors, MUTERS_MAX)):
            self._suppressor(document, ("suppress", index))
        for index in range(min(windows, MUTERS_MAX)):
            self._window(document, ("maintenance", index))
        for kind, number in (("suppress", suppressors), ("maintenance", windows)):
            if number > MUTERS_MAX:
                self._wrong(document, (kind, MUTERS_MAX), f"more than {MUTERS_MAX}")
        return self._problems

    def _wrong(self, document: Document, at: Path, message: str) -> None:
        self._problems.append(Problem(document.where(at), message))

    def _suppressor(self, document: Document, at: Path) -> None:
        if long := long_lists(document, at, ("source", "target")):
            self._problems += long
            return
        given, problems = shape(document, schema.Suppress, at)
        self._problems += problems
        if given is None:
            return
        self._check_name(document, given.name, at)
        source, target = all_of(given.source), all_of(given.target)
        for name, matchers in (("source", source), ("target", target)):
            if mutes_everything(matchers) and not (name == "target" and given.equal):
                self._wrong(document, (*at, name), TOO_MUCH)
        for index, label in enumerate(given.equal):
            if not label.strip():
                self._wrong(document, (*at, "equal", index), "a label has a name")
        where, positions = document.where(at), suppressor_positions(document, given, at)
        self._suppress.append(
            Suppressor(
                name=given.name,
                source=source,
                target=target,
                equal=given.equal,
                across_sources=given.across_sources,
                absent_equal=given.absent_equal,
                where=where,
                positions=positions,
            )
        )

    def _window(self, document: Document, at: Path) -> None:
        if long := long_lists(document, at, ("match",)):
            self._problems += long
            return
        given, problems = shape(document, schema.Maintenance, at)
        self._problems += problems
        if given is None:
            return
        self._check_name(document, given.name, at)
        matchers = all_of(given.match)
        if mutes_everything(matchers):
            self._wrong(document, (*at, "match"), TOO_MUCH)
        timezone = given.timezone or self._timezone
        start = end = 0
        if given.start is not None and given.end is not None:
            zone = zone_of(timezone)
            start = wall_instant(given.start, zone)
            end = wall_instant(given.end, zone, last=True)
            if end <= start:
                self._wrong(document, (*at, "to"), "it ends before it begins")
        self._maintenance.append(
            Maintenance(
                name=given.name,
                matchers=matchers,
                timezone=timezone,
                every=given.every,
                start=start,
                end=end,
                where=document.where(at),
                positions=window_positions(document, given, at),
            )
        )

    def _check_name(self, document: Document, name: str, at: Path) -> None:
        where, here = document.where((*at, "name")), (*at, "name")
        for problem in self._names.problems(str(at[0]), name, where):
            self._wrong(document, here, problem)
