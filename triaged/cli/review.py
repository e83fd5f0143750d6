"""`triaged review`: what the team should talk about, with consequence and fix."""

import argparse
from textwrap import wrap
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import clean, columns, local_day, show

SUMMARY = "anti-patterns of the last week: where they were found, and how to mend them"
WIDTH = 80
"""Characters of a line where the terminal is wider, or stdout is none."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the period."""
    _options.daemon(parser)
    parser.add_argument(
        "--since", default="7d", help="RFC 3339, or how long ago (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Ask for the review and print it; the exit status."""
    try:
        answer = client_of(options).get("/api/v1/review", {"since": options.since})
    except Failed as failure:
        return complain(failure)
    show(options.output, answer, print_review)
    return 0


def print_review(answer: Any) -> None:
    """The sections; one in which all is well takes one line."""
    print(f"review, {local_day(answer['since'])} to {local_day(answer['until'])}")
    if not answer["complete"]:
        print("not complete: there are more incidents than a review looks at")
    for section in answer["sections"]:
        title = clean(section["title"])
        print()
        if not section["findings"]:
            _say(f"{title}: {section['well']}", "", "  ")
            continue
        _say(title, "", "")
        _say(section["consequence"], "  consequence  ", " " * 15)
        _say(section["fix"], "  fix          ", " " * 15)
        for one in section["findings"]:
            _say(one["text"], "  - ", "    ")
        if section["more"]:
            _say(f"and {section['more']} more", "  - ", "    ")


def _say(text: str, first: str, further: str) -> None:
    """Print a text in lines that fit."""
    width = min(columns() or WIDTH, WIDTH)
    for line in wrap(clean(text), width, initial_indent=first, subsequent_indent=further):
        print(line)
