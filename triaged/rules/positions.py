"""Positions of the parts of a rule, a suppressor or a window, for warnings about one of them."""

from collections.abc import Iterator

from triaged.rules.matchers import Matchers
from triaged.rules.schema import Maintenance, Rule, Suppress
from triaged.yamlschema.document import Document, Path

Match = tuple[Matchers, ...] | Matchers


def positions_of(document: Document, rule: Rule, at: Path) -> dict[str, str]:
    """FILE:LINE:COL by part: `match.2` (matchers counted through), `outside`, `labels.NAME`."""
    found = dict(matcher_positions(document, rule.match, (*at, "match")))
    if rule.when is not None and rule.when.outside is not None:
        found["outside"] = document.where((*at, "when", "outside"))
    given, here = rule.set, (*at, "set")
    for name in ("service", "team", "title", "runbook"):
        if getattr(given, name) is not None:
            found[name] = document.where((*here, name))
    for index, label in enumerate(given.group_by or ()):
        found.setdefault(f"group_by.{label}", document.where((*here, "group_by", index)))
    for label in given.labels:
        found[f"labels.{label}"] = document.where((*here, "labels", label))
    return found


def suppressor_positions(document: Document, given: Suppress, at: Path) -> dict[str, str]:
    """FILE:LINE:COL by part: `source.0`, `target.1`, `equal.NAME`."""
    found = dict(matcher_positions(document, given.source, (*at, "source")))
    found.update(matcher_positions(document, given.target, (*at, "target")))
    for index, label in enumerate(given.equal):
        found.setdefault(f"equal.{label}", document.where((*at, "equal", index)))
    return found


def window_positions(document: Document, given: Maintenance, at: Path) -> dict[str, str]:
    """FILE:LINE:COL by part: `match.0`, `to`."""
    found = dict(matcher_positions(document, given.match, (*at, "match")))
    if given.end is not None:
        found["to"] = document.where((*at, "to"))
    return found


def matcher_positions(document: Document, given: Match, at: Path) -> Iterator[tuple[str, str]]:
    """Each matcher's place, which is that of its text: `match.0`, by the last name of `at`."""
    number = 0
    for index, matchers in enumerate((given,) if isinstance(given, Matchers) else given):
        where = document.where(at if isinstance(given, Matchers) else (*at, index))
        for _ in matchers.all:
            yield f"{at[-1]}.{number}", where
            number += 1
