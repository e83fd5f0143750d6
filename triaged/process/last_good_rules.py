"""A start with a bad rule file: the text of that file that was loaded last stands in for it.

A typing error in one of ten files must not keep the daemon down after a crash in the night: nobody
would be paged at all. What stands in is a SEV-1 until a reload succeeds.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import structlog

from triaged.config.model import Configuration
from triaged.config.read import Loaded, load
from triaged.config.rule_files import RuleFiles, lost_rules, rule_file
from triaged.errors import Problem
from triaged.store.database.connect import Database
from triaged.store.tables.own import rule_texts
from triaged.store.tables.own.rule_texts import RuleText
from triaged.wire import instant_text
from triaged.yamlschema.document import parse

log = structlog.get_logger()


class StandIn(msgspec.Struct, frozen=True):
    """A rule file that is bad, and since when its rules in force are known."""

    path: str
    loaded_at: int
    error: str
    """The first error in the file, with its position."""


class Startable(msgspec.Struct, frozen=True):
    """A configuration that the daemon starts with, and what stands in for bad rule files."""

    configuration: Configuration
    stand_ins: tuple[StandIn, ...] = ()


async def startable(path: Path, loaded: Loaded, database: Database) -> Startable | None:
    """A configuration to start with: `loaded`, or the same with kept texts; None: there is none."""
    bad = loaded.bad_rule_files
    if loaded.configuration is None or (loaded.unusable and not bad):
        return None
    as_read = None if loaded.unusable else Startable(loaded.configuration)
    async with database.reading() as tx:
        kept = {one.path: one for one in await rule_texts.every(tx)}
    for problem in _lost_rules(path, loaded.configuration, kept):
        bad.setdefault(problem.where, []).append(problem)
    if not bad or not bad.keys() <= kept.keys():
        return as_read
    again = load(path, os.environ, instead={name: kept[name].text for name in bad})
    if again.configuration is None or again.unusable:
        return as_read
    for name in sorted(bad):
        for problem in bad[name]:
            log.error("rules.bad", problem=str(problem))
        log.error("rules.replaced", file=name, loaded_at=instant_text(kept[name].loaded_at))
    found = [StandIn(name, kept[name].loaded_at, str(bad[name][0])) for name in sorted(bad)]
    return Startable(again.configuration, tuple(found))


def _lost_rules(
    path: Path, configuration: Configuration, kept: Mapping[str, RuleText]
) -> list[Problem]:
    """The files that have lost their rules since they were kept, as a reload would refuse them."""
    read = configuration.rule_files
    before = [
        rule_file(
            file.path, file.pattern, kept[file.path].text, parse(file.path, kept[file.path].text)
        )
        for file in read.files
        if file.path in kept and kept[file.path].text != file.text
    ]
    return lost_rules(RuleFiles((), tuple(before), allow_empty=False), read, str(path))
