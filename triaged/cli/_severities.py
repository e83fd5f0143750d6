"""The severities with their impacts, for whoever has to choose one."""

import argparse
import sys
from typing import Any

from triaged.cli._client import Client, Misused
from triaged.cli._output import clean, print_table

NEXT_BUSINESS_DAY = "next business day"


def chosen(client: Client, options: argparse.Namespace) -> str:
    """The severity on the command line, or the one that is chosen from the list.

    Raises `Misused` where nobody can be asked; the list is printed then, too.
    """
    if options.severity is not None:
        return str(options.severity)
    known = client.get("/api/v1/severities")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print_severities(known)
        raise Misused("say how bad it is: one of the severities above")
    print_severities(known)
    while True:
        print("Severity: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise Misused("no severity was chosen")
        answer = line.strip().upper().removeprefix("SEV-")
        for row in known["severities"]:
            if row["severity"] == f"SEV-{answer}":
                return str(row["severity"])


def print_severities(known: Any) -> None:
    """Print what each severity means."""
    rows = [
        (row["severity"], clean(row["impact"]), _within(row), clean(row["examples"]))
        for row in known["severities"]
    ]
    print_table(("SEVERITY", "IMPACT", "RESPONSE", "EXAMPLES"), rows)


def _within(row: Any) -> str:
    seconds = row["respond_within_s"]
    if seconds is None:
        return NEXT_BUSINESS_DAY
    minutes = seconds // 60
    return f"< {minutes // 60} h" if minutes % 60 == 0 and minutes else f"< {minutes} min"
