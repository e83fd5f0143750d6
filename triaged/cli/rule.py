"""`triaged rule`: statistics of a daemon's rules, and reclassification of firing alerts."""

import argparse
import sys
from functools import partial
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import count_text, local_time, print_table, show

SUMMARY = "what the rules have done lately; today's rules for what fires already"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `stats` and `reclassify`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    stats = verbs.add_parser("stats", help="matches, incidents, pages and answers of each rule")
    _options.daemon(stats)
    stats.add_argument(
        "--since", default="30d", help="RFC 3339, or how long ago (default: %(default)s)"
    )
    stats.add_argument("--all", action="store_true", help="rules that have matched nothing, too")
    again = verbs.add_parser("reclassify", help="classify what fires already by today's rules")
    _options.daemon(again)
    again.add_argument("--dry-run", action="store_true", help="only say what would change")


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    try:
        if options.verb == "stats":
            answer = client.get("/api/v1/rules/stats", {"since": options.since})
        else:
            answer = client.post("/api/v1/rules/reclassify", {"dry_run": options.dry_run})
    except Failed as failure:
        return complain(failure)
    if options.verb == "stats":
        show(options.output, answer, partial(print_stats, every=options.all))
    else:
        show(options.output, answer, _print_changes)
    return 0


def print_stats(answer: Any, *, every: bool = True) -> None:
    """Print the rules that have matched, and those that have not, too, if `every` is to be seen."""
    rows = sorted(answer["rules"], key=_quiet)
    used = [row for row in rows if every or row["matches"] or row["decided"]]
    header = ("MATCHES", "DECIDED", "INCIDENTS", "PAGED", "ACTED", "HELD", "LAST MATCH", "RULE")
    print_table(
        header,
        [
            (
                row["matches"],
                row["decided"],
                row["incidents"],
                row["paged"],
                row["acted"],
                row["held"],
                local_time(row["last_match"]) or "never",
                row["rule"] + _mark(row),
            )
            for row in used
        ],
    )
    if unused := len(rows) - len(used):
        print(f"{count_text(unused, 'rule')} matched nothing: --all lists them", file=sys.stderr)


def _quiet(row: Any) -> tuple[int, int, int]:
    """Sort key of the table: most pages first, then most matches; rules that never matched last."""
    return -row["paged"], -row["incidents"], -row["matches"]


def _mark(row: Any) -> str:
    """The mark of a rule, such as `shadow`; an older daemon sends none."""
    marks = [] if row["loaded"] else ["not loaded"]
    if row.get("shadow") or row.get("would_change"):
        marks.append(f"shadow: would change {row['would_change']}")
    return f" ({', '.join(marks)})" if marks else ""


def _print_changes(answer: Any) -> None:
    verb = "would change" if answer["dry_run"] else "changed"
    print(f"{answer['changed']} of {answer['looked_at']} firing alerts {verb}")
    rows = [
        (
            row["incident"] or "-",
            f"{row['source']}/{row['fingerprint']}",
            row["severity"] or "unclassified",
            row["today"] or "unclassified",
            row["today_rule"] or "-",
        )
        for row in answer["alerts"]
    ]
    if rows:
        print_table(("INCIDENT", "ALERT", "IS", "TODAY", "BY RULE"), rows)
