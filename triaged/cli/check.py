"""`triaged check`: report every problem of the configuration and the rules at once.

With `--online` also the channels whose providers do not answer; with `--against` also the people
whose duty begins or ends at once by what the configuration changes; with `--people` also the
contacts that a daemon knows to be off or not confirmed.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import clean, paint, print_json
from triaged.cli.test import beside

if TYPE_CHECKING:
    from triaged.config.model import Configuration
    from triaged.core.records.model import Alert
    from triaged.errors import Problem
    from triaged.yamlschema.document import Document

SUMMARY = "check configuration, rules, people, schedules and policies"
READ_MAX = 1024 * 1024
"""Bytes of a file of tests that are read for samples, as many as rules may have."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--config`, `--strict` and the others."""
    _options.config(parser)
    _options.output(parser)
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")
    parser.add_argument(
        "--online", action="store_true", help="try each channel, too, without sending anything"
    )
    parser.add_argument(
        "--people",
        action="store_true",
        help="ask the daemon, too, whose contacts are off or not confirmed",
    )
    _options.url(parser)
    parser.add_argument(
        "--against",
        metavar="FILE|DIR|REVISION",
        help="warn if other people are on call now than by the configuration of this file, "
        "directory or git revision",
    )


def run(options: argparse.Namespace) -> int:
    """Print FILE:LINE:COL: message for each problem; 1 if there is an error."""
    problems = problems_of(options.config)
    if all(problem.warning for problem in problems):
        if options.online:
            problems = (*problems, *_unreachable(options.config))
        try:
            if options.against is not None:
                problems = (*problems, *_duties(options.config, options.against))
            if options.people:
                problems = (*problems, *_people(options))
        except Failed as failure:
            return complain(failure)
    errors = [problem for problem in problems if not problem.warning]
    failed = bool(errors) or (options.strict and bool(problems))
    if options.output == "json":
        rows = [
            {"where": p.where, "message": p.message, "level": _level(p), "severity": _level(p)}
            for p in problems
        ]
        print_json({"ok": not failed, "problems": rows})
        return int(failed)
    for problem in problems:
        level = f"{paint('warning', 'warning')}: " if problem.warning else ""
        print(f"{clean(problem.where)}: {level}{clean(problem.message)}")
    counts = f"{len(errors)} errors, {len(problems) - len(errors)} warnings"
    print(f"{options.config}: {'FAILED' if failed else 'OK'} ({counts})", file=sys.stderr)
    return int(failed)


def _level(problem: "Problem") -> str:
    return "warning" if problem.warning else "error"


def problems_of(path: Path) -> "tuple[Problem, ...]":
    """All problems, file by file; where there is no error, also parts without effect."""
    from triaged.config.read import in_order, load

    loaded = load(path, os.environ)
    errors = any(not problem.warning for problem in loaded.problems)
    if loaded.configuration is None or loaded.document is None or errors:
        return loaded.problems  # what follows from a mistake is not worth reading
    return in_order([*loaded.problems, *_useless(loaded.configuration, loaded.document)])


def _unreachable(path: Path) -> "list[Problem]":
    """Channels whose provider does not answer, or refuses us, at present."""
    import asyncio

    from triaged.clock import SystemClock
    from triaged.config.read import load
    from triaged.delivery.carriers.transports import Transports
    from triaged.delivery.probing import probe
    from triaged.errors import Problem
    from triaged.process import logs

    configuration = load(path, os.environ).configuration
    if configuration is None:
        return []
    logs.configure("warning")
    carrier = Transports(SystemClock(), sys.stderr)
    wrong = asyncio.run(probe(configuration.channels, carrier))
    return [
        Problem(str(path), f"channel {name} does not work now: {why}")
        for name, why in wrong.items()
        if why
    ]


def _people(options: argparse.Namespace) -> "list[Problem]":
    """What keeps pages from people, by a daemon; an error where nothing reaches somebody."""
    from triaged.errors import Problem

    answer = client_of(options).get("/api/v1/people")
    return [
        Problem(f"people.{row['person']}", problem, warning=row["reachable"])
        for row in answer["people"]
        for problem in row["problems"]
    ]


def _duties(path: Path, against: str) -> "list[Problem]":
    """Schedules by which other people are on call now than by the other configuration."""
    from triaged.cli._payload import configured
    from triaged.cli._revisions import other_version
    from triaged.clock import SystemClock
    from triaged.config.duty import duty_warnings
    from triaged.config.read import load
    from triaged.core.oncall.duty import duty_of
    from triaged.core.oncall.duty_changes import duty_changes

    loaded = load(path, os.environ)
    if loaded.configuration is None or loaded.document is None:
        return []
    with other_version(path, against) as other:
        before = duty_of(configured(other).settings)
    now = SystemClock().now()
    changes = duty_changes(before, duty_of(loaded.configuration.settings), now)
    return duty_warnings(changes, loaded.document, now)


def _useless(configuration: "Configuration", document: "Document") -> "list[Problem]":
    from triaged.clock import SystemClock
    from triaged.config.analyse import useless
    from triaged.rules.evaluate import RuleSet
    from triaged.rules.lint.analyse import impossible
    from triaged.rules.lint.analyse_muters import across, idle, mutual
    from triaged.rules.lint.analyse_shadows import in_vain, overdue
    from triaged.rules.lint.lint_order import overruled
    from triaged.rules.lint.lint_samples import on_samples

    found = useless(configuration, document)
    rules = configuration.settings.rules
    if isinstance(rules, RuleSet):
        found += impossible(rules.rules)
        now = SystemClock().now()
        sent = _samples(configuration, frozenset(rules.names))
        samples = [rules.seen(alert) for alert in sent]
        found += [*idle(rules.muters, now), *mutual(rules.muters), *across(rules.muters)]
        found += [*overdue(rules.shadows, now), *in_vain(rules)]
        found += [*on_samples(rules, samples, now)]
        reported = {problem.where for problem in found}
        unreported = {
            r.where for r in rules.rules if reported.isdisjoint((r.where, *r.positions.values()))
        }
        found += [each for each in overruled(rules.rules, samples) if each.where in unreported]
    return found


def _samples(configuration: "Configuration", rules: frozenset[str]) -> "list[Alert]":
    """The alerts of the rules' tests. Faults of the tests are reported by `triaged test` only."""
    from triaged.core.records.events import AlertReceived
    from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
    from triaged.yamlschema.document import parse

    documents = [
        parse(path.name, path.read_bytes()[: READ_MAX + 1]) for path in beside(configuration)
    ]
    context = TestContext(configuration.settings, frozenset(configuration.sources), rules)
    events = (each.event for case in read_tests(documents, context)[0] for each in case.script)
    return [event.alert for event in events if isinstance(event, AlertReceived)]
