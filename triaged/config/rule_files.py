"""Rule files as they were read, and which of their rules a reload would lose by accident.

An editor that saves in place, a full disk or an unmounted folder leaves a file or a folder without
its rules. Such a configuration has no error in it; only a comparison with the running one shows
that something is missing.
"""

from collections.abc import Iterator, Sequence

import msgspec

from triaged.errors import Problem
from triaged.rules.read import SECTIONS
from triaged.yamlschema.document import Document, YieldPoint, never_yield, parse

INSTEAD = "the running rules stay. Restore {what}, or write `allow_empty: true` in {where}"
_LINE_ENDS = (b"\n", b"\r")


class RuleFile(msgspec.Struct, frozen=True):
    """A rule file of the running configuration."""

    path: str
    pattern: str
    """The pattern of `rules` that names the file."""
    text: bytes
    """The content of the file."""
    rules: int
    """The number of its rules."""
    entries: int
    """The number of entries in all its sections, `rules` included."""
    allow_empty: bool


class RuleFiles(msgspec.Struct, frozen=True):
    """The rule files of a configuration, in the order in which they are read."""

    patterns: tuple[str, ...]
    files: tuple[RuleFile, ...]
    allow_empty: bool
    """`allow_empty` of config.yaml: it holds for every pattern and file."""


def rule_file(path: str, pattern: str, text: bytes, document: Document) -> RuleFile:
    """The file `path` of `pattern`, with the numbers of what `document` lists."""
    return RuleFile(
        path=path,
        pattern=pattern,
        text=text,
        rules=len(_entries(document, "rules")),
        entries=sum(len(_entries(document, name)) for name in SECTIONS),
        allow_empty=document.at(("allow_empty",)) is True,
    )


def _entries(document: Document, section: str) -> Sequence[object]:
    value = document.at((section,))
    return value if isinstance(value, list) else ()


def lost_rules(
    running: RuleFiles, read: RuleFiles, config: str, yield_point: YieldPoint = never_yield
) -> list[Problem]:
    """Errors for the files and patterns of `running` that have lost their rules in `read`.

    `config` is the path of config.yaml; `yield_point` is called every few hundred µs. A pattern
    that was taken out of `rules`, or a file that was removed beside others, loses nothing: that
    takes a deliberate act.
    """
    if read.allow_empty:
        return []
    return [*_damaged_files(running, read, yield_point), *_empty_patterns(running, read, config)]


def _damaged_files(
    running: RuleFiles, read: RuleFiles, yield_point: YieldPoint
) -> Iterator[Problem]:
    before = {file.path: file for file in running.files}
    for file in read.files:
        old = before.get(file.path)
        if old is None or file.allow_empty or old.text == file.text:
            continue
        instead = INSTEAD.format(what="the file", where="it")
        if had := _lost([old], [file]):
            yield Problem(file.path, f"had {_rules(had)} and has none: {instead}")
        elif _ends_in_the_middle(old, file, yield_point):
            counts = f"had {_rules(old.entries)} and has {file.entries}"
            yield Problem(file.path, f"ends in the middle: {counts}: {instead}")


def _empty_patterns(running: RuleFiles, read: RuleFiles, config: str) -> Iterator[Problem]:
    for pattern in running.patterns:
        before = [file for file in running.files if file.pattern == pattern]
        after = [file for file in read.files if file.pattern == pattern]
        paths = {file.path for file in after}
        is_told = any(file.path in paths and file.entries for file in before)
        allowed = any(file.allow_empty for file in after)
        had = _lost(before, after)
        if had and pattern in read.patterns and not is_told and not allowed:
            instead = INSTEAD.format(what="the files", where="config.yaml")
            yield Problem(config, f"{pattern} named {_rules(had)} and names none: {instead}")


def _lost(before: Sequence[RuleFile], after: Sequence[RuleFile]) -> int:
    """The number of rules (or of all entries) before, if there is none after; else 0."""
    had, have = sum(file.rules for file in before), sum(file.rules for file in after)
    if had and not have:
        return had
    had, have = sum(file.entries for file in before), sum(file.entries for file in after)
    return 0 if have else had


def _rules(number: int) -> str:
    return "1 rule" if number == 1 else f"{number} rules"


def _ends_in_the_middle(old: RuleFile, new: RuleFile, yield_point: YieldPoint) -> bool:
    """Whether the new file looks cut: inside its last line, or inside an entry of the old one."""
    is_cut_line = old.text.endswith(_LINE_ENDS) and not new.text.endswith(_LINE_ENDS)
    if is_cut_line and new.entries < old.entries:
        return True
    return old.text.startswith(new.text) and not _has_whole_entries(old, new, yield_point)


def _has_whole_entries(old: RuleFile, new: RuleFile, yield_point: YieldPoint) -> bool:
    """Whether each entry of the new text stands in the old text, at the same place of its list."""
    before, after = parse("", old.text, yield_point), parse("", new.text, yield_point)
    return all(
        entry == earlier
        for name in SECTIONS
        for entry, earlier in zip(_entries(after, name), _entries(before, name), strict=False)
    )
