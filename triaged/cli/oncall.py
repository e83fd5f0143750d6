"""`triaged oncall`: who is on call."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import local_time, print_json, print_table

SUMMARY = "who is on call, now or at an instant"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`show`, `at TIME`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    _options.daemon(verbs.add_parser("show", help="who is on call now"))
    at = verbs.add_parser("at", help="who is on call at an instant")
    _options.daemon(at)
    at.add_argument("time", help="RFC 3339, e.g. 2026-12-24T18:00:00+01:00")


def run(options: argparse.Namespace) -> int:
    """Ask the daemon and print a table."""
    at = options.time if options.verb == "at" else None
    try:
        answer: Any = client_of(options).get("/api/v1/oncall", {"at": at})
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (row["schedule"], ", ".join(row["people"]) or "nobody", local_time(row["until"]) or "-")
        for row in answer["oncall"]
    ]
    print_table(("SCHEDULE", "ON CALL", "UNTIL"), rows)
    return 0
