"""`triaged test`: the unit tests of rules, with a clock of their own."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli import _options
from triaged.cli._client import Failed, Misused, complain
from triaged.cli._output import clean, print_json
from triaged.cli._payload import configured
from triaged.core.time.durations import SECOND
from triaged.terminal import in_colour

if TYPE_CHECKING:
    from triaged.config.model import Configuration
    from triaged.dry_run.ruletests.case_results import CaseResult
    from triaged.dry_run.ruletests.cases import Case
    from triaged.errors import Problem
    from triaged.yamlschema.document import Document

SUMMARY = "run the unit tests of rules, without a daemon and without waiting"
RED, GREEN, PLAIN = "31;1", "32", ""
SUITE = "triaged rules"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files, and the form of the report."""
    _options.config(parser)
    _options.output(parser)
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="files of tests, or folders of them (default: tests/*.yaml beside the rule files)",
    )
    parser.add_argument(
        "--run",
        dest="pattern",
        metavar="PATTERN",
        default="",
        help="only tests in whose name this regular expression is found",
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write JUnit XML there, too")
    parser.add_argument(
        "--coverage", action="store_true", help="list the rules that no test's alerts matched"
    )


class SuiteResult:
    """The results of the tests, and the rules that their alerts matched."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        self.problems = tuple(problems)
        self.results: list[CaseResult] = []
        self.spent_us: list[int] = []
        self.touched: set[str] = set()
        self.rules: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """The number of tests that failed."""
        return sum(not result.passed for result in self.results)

    @property
    def untouched(self) -> list[str]:
        """The rules that no test's alerts matched, in their order."""
        return [name for name in self.rules if name not in self.touched]


def run(options: argparse.Namespace) -> int:
    """Play every test; 0 if all pass, 1 if one fails or cannot be read, 2 if there are none."""
    try:
        pattern = re.compile(options.pattern)
        loaded = configured(options.config)
    except re.error as error:
        return _usage(f"--run {options.pattern!r} is no regular expression: {error}")
    except Failed as failure:
        return complain(failure)
    paths = _paths(options.files) if options.files else beside(loaded)
    documents, missing = _documents(paths)
    if missing:
        return complain(missing)
    cases, suite = _read(documents, loaded)
    cases = [case for case in cases if pattern.search(case.name)]
    if not cases and not any(not problem.warning for problem in suite.problems):
        return _usage(_none(options, loaded))
    _play(cases, loaded, suite)
    if options.junit is not None:
        try:
            _write_junit(options.junit, suite)
        except OSError as error:
            return complain(f"cannot write {options.junit}: {error.strerror}")
    if options.output == "json":
        _print_json(suite)
    else:
        _print_text(suite, coverage=options.coverage)
    return int(bool(suite.failed) or any(not problem.warning for problem in suite.problems))


def _usage(message: str) -> int:
    return complain(Misused(message))


def _none(options: argparse.Namespace, loaded: "Configuration") -> str:
    if options.pattern:
        return f"no test's name matches {options.pattern!r}"
    if options.files:
        return "there are no tests in these files"
    folders = ", ".join(str(path) for path in folders_of(loaded)) or "no rule file is configured"
    return f"there are no tests: {folders} (tests/*.yaml beside the rule files)"


def folders_of(configuration: "Configuration") -> list[Path]:
    """The folders in which tests are searched: `tests` beside each rule file."""
    config, *files = configuration.files
    found: dict[Path, None] = {}
    for path in files:
        if path.is_dir():
            found[path / "tests"] = None
        elif path.suffix in (".yaml", ".yml") and path != config:
            found[path.parent / "tests"] = None
    return list(found)


def beside(configuration: "Configuration") -> list[Path]:
    """The test files that belong to the configured rules."""
    from triaged.config.files import visible

    return [path for folder in folders_of(configuration) for path in visible(folder, "*.yaml")]


def _paths(given: Sequence[Path]) -> list[Path]:
    from triaged.config.files import visible

    found: list[Path] = []
    for path in given:
        found += visible(path, "*.yaml") if path.is_dir() else [path]
    return found


def _documents(paths: Sequence[Path]) -> "tuple[list[Document], str]":
    """The documents of the files, and the problems of those that cannot be read."""
    from triaged.yamlschema.document import BYTES_MAX, parse

    documents: list[Document] = []
    for path in dict.fromkeys(paths):
        try:
            with path.open("rb") as file:
                documents.append(parse(str(path), file.read(BYTES_MAX + 1)))
        except OSError as error:
            return [], f"cannot read {path}: {error.strerror}"
    return documents, ""


def _read(
    documents: "Sequence[Document]", configuration: "Configuration"
) -> "tuple[list[Case], SuiteResult]":
    from triaged.dry_run.ruletests.read_tests import TestContext, read_tests
    from triaged.rules.evaluate import RuleSet

    rules = configuration.settings.rules
    names = rules.names if isinstance(rules, RuleSet) else ()
    context = TestContext(
        settings=configuration.settings,
        sources=frozenset(configuration.sources),
        rules=frozenset(names),
    )
    cases, problems = read_tests(documents, context)
    suite = SuiteResult(problems)
    suite.rules = names
    return cases, suite


def _play(cases: "Sequence[Case]", configuration: "Configuration", suite: SuiteResult) -> None:
    from triaged.clock import SystemClock
    from triaged.dry_run.ruletests.case_results import result_of
    from triaged.dry_run.ruletests.cases import play

    clock = SystemClock()
    for case in cases:
        began_at = clock.now()
        played = play(case, configuration.settings)
        suite.results.append(result_of(played))
        suite.spent_us.append(clock.now() - began_at)
        suite.touched |= played.rules


def _write_junit(path: Path, suite: SuiteResult) -> None:
    from triaged.dry_run.ruletests.junit import junit

    text = junit(SUITE, suite.results, suite.spent_us, suite.problems)
    path.write_text(text, encoding="utf-8")


def _print_json(suite: SuiteResult) -> None:
    import msgspec

    tests = [
        {"passed": result.passed, **msgspec.to_builtins(result), "seconds": us / SECOND}
        for result, us in zip(suite.results, suite.spent_us, strict=True)
    ]
    coverage = {"rules": len(suite.rules), "untouched": suite.untouched}
    print_json(
        {
            "ok": not suite.failed and not suite.problems,
            "passed": len(suite.results) - suite.failed,
            "failed": suite.failed,
            "problems": [{"where": p.where, "message": p.message} for p in suite.problems],
            "tests": tests,
            "coverage": coverage,
        }
    )


def _print_text(suite: SuiteResult, *, coverage: bool) -> None:
    from triaged.dry_run.ruletests.junit import failure_lines

    for problem in suite.problems:
        print(f"{problem.where}: {problem.message}")
    for result in suite.results:
        if result.passed:
            print(f"{_coloured('PASS', GREEN)}  {clean(result.name)}")
            continue
        print(f"{_coloured('FAIL', RED)}  {clean(result.name)}  ({result.where})")
        for line in failure_lines(result):
            print(f"      {_marked(_one_line(line))}")
    _print_summary(suite)
    if coverage:
        for name in suite.untouched:
            print(f"      {name}")


def _one_line(text: str) -> str:
    indent = len(text) - len(text.lstrip(" "))
    return " " * indent + clean(text[indent:])


def _marked(line: str) -> str:
    """A line of the comparison of pages in its colour."""
    if line.startswith("  + "):
        return _coloured(line, GREEN)
    return _coloured(line, RED) if line.startswith("  - ") else line


def _print_summary(suite: SuiteResult) -> None:
    passed = len(suite.results) - suite.failed
    counts = f"{passed} passed, {suite.failed} failed"
    if suite.problems:
        counts += f", {len(suite.problems)} problems in the files"
    seconds = sum(suite.spent_us) / SECOND
    good = not suite.failed and not suite.problems
    print(_coloured(f"{counts} in {seconds:.2f} s", GREEN if good else RED))
    number = len(suite.rules) - len(suite.untouched)
    hint = "; --coverage lists the others" if suite.untouched else ""
    print(f"rules: {number} of {len(suite.rules)} matched an alert of a test{hint}")
    sys.stdout.flush()


def _coloured(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if in_colour(sys.stdout) else text
