"""Verdicts as JUnit XML, as CI servers read it: https://github.com/testmoapp/junitxml."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from triaged.core.durations import SECOND
from triaged.rehearsal.verdicts import Verdict

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(suite: str, verdicts: Sequence[Verdict], spent_us: Sequence[int]) -> str:
    """The report; `spent_us` is how long each verdict took."""
    failures = sum(not verdict.passed for verdict in verdicts)
    total = f"{sum(spent_us) / SECOND:.3f}"
    counts = f'tests="{len(verdicts)}" failures="{failures}" errors="0" time="{total}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>"]
    lines += [f"  <testsuite name={_attribute(suite)} {counts}>"]
    for verdict, us in zip(verdicts, spent_us, strict=True):
        file, line = place(verdict.where)
        named = f"name={_attribute(verdict.name)} classname={_attribute(file)}"
        lines.append(f'    <testcase {named} file={_attribute(file)} line="{line}"')
        lines[-1] += f' time="{us / SECOND:.3f}"'
        if verdict.passed:
            lines[-1] += "/>"
            continue
        text = "\n".join(told(verdict))
        first = _attribute(summary(verdict))
        lines[-1] += ">"
        lines.append(f"      <failure message={first}>{escape(_clean(text))}</failure>")
        lines.append("    </testcase>")
    return "\n".join([*lines, "  </testsuite>", "</testsuites>", ""])


def told(verdict: Verdict) -> list[str]:
    """Why a case failed, a line each: expectations, pages, what decided."""
    lines = [f"cannot be done: {text}" for text in verdict.refused]
    lines += [f"{d.field}: expected {d.expected}, got {d.got}" for d in verdict.differences]
    if verdict.pages:
        lines.append("pages (- expected, + went out):")
        width = max(len(page.at) for page in verdict.pages)
        for page in verdict.pages:
            whom = f"{page.to} by {page.via}" if page.to and page.via else page.to or page.via
            lines.append(f"  {page.mark} {page.at.ljust(width)}  {whom}")
    return lines + [f"decided: {text}" for text in verdict.decided]


def summary(verdict: Verdict) -> str:
    """The names of what differs."""
    names = [difference.field for difference in verdict.differences]
    names += ["pages"] if verdict.pages else []
    names += ["acts"] if verdict.refused else []
    return ", ".join(names)


def place(where: str) -> tuple[str, int]:
    """(file, line) of FILE:LINE:COL."""
    file, line, _ = where.rsplit(":", 2)
    return file, int(line)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
