"""Verdicts as JUnit XML, as CI servers read it: https://github.com/testmoapp/junitxml."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from triaged.core.time.durations import SECOND
from triaged.dry_run.ruletests.case_results import CaseResult
from triaged.errors import Problem

UNREADABLE = "the file can be read"
"""The name of a case whose file cannot be used: the same whatever line the fault moves to, so that
a server shows one test that fails and is mended."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(
    suite: str,
    results: Sequence[CaseResult],
    spent_us: Sequence[int],
    problems: Sequence[Problem] = (),
) -> str:
    """The report; `spent_us` has the time of each result, `problems` those of unreadable tests."""
    failures = sum(not result.passed for result in results)
    files: dict[str, list[Problem]] = {}
    for problem in problems:
        files.setdefault(file_and_line(problem.where)[0], []).append(problem)
    total = f"{sum(spent_us) / SECOND:.3f}"
    number = len(results) + len(files)
    counts = f'tests="{number}" failures="{failures}" errors="{len(files)}" time="{total}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>"]
    lines += [f"  <testsuite name={_attribute(suite)} {counts}>"]
    for found in files.values():
        lines += _unreadable(found)
    for result, us in zip(results, spent_us, strict=True):
        opening = _opening(result.name, result.where, us)
        if result.passed:
            lines.append(f"{opening}/>")
            continue
        text = escape(_clean("\n".join(failure_lines(result))))
        failure = f"<failure message={_attribute(summary(result))}>{text}</failure>"
        lines += [f"{opening}>", f"      {failure}", "    </testcase>"]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def _unreadable(problems: Sequence[Problem]) -> list[str]:
    """The case of a file whose tests cannot be read."""
    first = problems[0]
    text = escape(_clean("\n".join(map(str, problems))))
    error = f"<error message={_attribute(first.message)}>{text}</error>"
    return [f"{_opening(UNREADABLE, first.where, 0)}>", f"      {error}", "    </testcase>"]


def _opening(name: str, where: str, us: int) -> str:
    file, line = file_and_line(where)
    named = f"name={_attribute(name)} classname={_attribute(file)} file={_attribute(file)}"
    return f'    <testcase {named} line="{line}" time="{us / SECOND:.3f}"'


def failure_lines(result: CaseResult) -> list[str]:
    """The reasons of a failed case, a line each: expectations, pages, the deciding rules."""
    lines = [f"cannot be done: {text}" for text in result.refused]
    lines += [f"{d.field}: expected {d.expected}, got {d.got}" for d in result.differences]
    if result.pages:
        lines.append("pages (- expected, + went out):")
        width = max(len(page.at) for page in result.pages)
        for page in result.pages:
            whom = f"{page.to} by {page.via}" if page.to and page.via else page.to or page.via
            lines.append(f"  {page.mark} {page.at.ljust(width)}  {whom}")
    return lines + [f"decided: {text}" for text in result.decided]


def summary(result: CaseResult) -> str:
    """The names of the expectations that were not met."""
    names = [mismatch.field for mismatch in result.differences]
    names += ["pages"] if result.pages else []
    names += ["acts"] if result.refused else []
    return ", ".join(names)


def file_and_line(where: str) -> tuple[str, int]:
    """(file, line) of FILE:LINE:COL."""
    file, line, _ = where.rsplit(":", 2)
    return file, int(line)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
