"""`triaged replay`: run history through these rules and others, and report the differences."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from triaged.cli import _options
from triaged.cli._client import Failed, Misused, complain
from triaged.cli._output import print_json, print_table

if TYPE_CHECKING:
    from triaged.dry_run.replay.limits import Limit
    from triaged.dry_run.replay.report import ReplayReport

SUMMARY = "let history happen again under other rules, and say what differs"
BROKEN = 1
FORMATS = ("table", "json", "markdown", "html")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the period, the other rules, the source of the history and the form of the report."""
    _options.config(parser)
    _options.url(parser)
    parser.add_argument("--since", default="30d", help="how long ago, or an instant (default: 30d)")
    parser.add_argument("--until", help="likewise (default: now)")
    parser.add_argument(
        "--against",
        metavar="DIR|REVISION",
        help="a directory or git revision with another configuration, or with other rule files",
    )
    parser.add_argument("--history", metavar="FILE", help="read what --save wrote; no daemon")
    parser.add_argument("--save", metavar="FILE", help="keep the history that was read")
    parser.add_argument(
        "--fail-if",
        action="append",
        default=[],
        metavar="CONDITION",
        help="exit 1 if true, e.g. 'pages > +10%%' (can be given more than once)",
    )
    parser.add_argument(
        "-o", "--output", choices=FORMATS, default="table", help="how to print the result"
    )


def run(options: argparse.Namespace) -> int:
    """Fetch the history, replay it through both sets of rules, compare and report."""
    from triaged.cli._replaying import compare
    from triaged.dry_run.replay.report import judged

    try:
        limits = _limits(options.fail_if)
        with _history(options) as path:
            report = judged(compare(path, options.config, options.against, limits), limits)
    except Failed as failure:
        return complain(failure)
    _print(report, options.output)
    return BROKEN if report.broken else 0


def _limits(texts: list[str]) -> "list[Limit]":
    from triaged.dry_run.replay.limits import parse_limit

    try:
        return [parse_limit(text) for text in texts]
    except ValueError as error:
        raise Misused(f"--fail-if: {error}") from None


@contextmanager
def _history(options: argparse.Namespace) -> Iterator[str]:
    """The path of a file with the history."""
    from triaged.cli._history import fetch

    if options.history:
        yield options.history
        return
    try:
        with TemporaryDirectory() as folder:
            path = Path(options.save or Path(folder, "history"))
            with path.open("wb") as file:
                fetch(options, file)
            yield str(path)
    except OSError as error:
        raise Failed(f"cannot write {error.filename}: {error.strerror}") from None


def _print(report: "ReplayReport", output: str) -> None:
    from triaged.dry_run.replay.report import document, markdown, sections
    from triaged.dry_run.replay.report_html import html

    if output == "json":
        print_json(document(report))
    elif output == "markdown":
        print(markdown(report))
    elif output == "html":
        print(html(report), end="")
    else:
        for section in sections(report):
            print(section.title)
            for sentence in section.sentences:
                print(f"  {sentence}")
            if section.header:
                print_table(section.header, section.rows)
            print()
    sys.stdout.flush()
