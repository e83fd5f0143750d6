"""`triaged oncall gaps|fairness`: what duty lacks ahead, and how it was spread."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client
from triaged.cli._output import local_time, print_json, print_table

VERBS = frozenset({"gaps", "fairness"})


def arguments(verbs: Any) -> None:
    """Add the verbs."""
    gaps = verbs.add_parser("gaps", help="times ahead in which nobody would be paged; 1 if any")
    _options.daemon(gaps)
    gaps.add_argument(
        "--weeks", default="4", help="how far to look, 1 to 53 (default: %(default)s)"
    )
    spread = verbs.add_parser("fairness", help="hours, nights, weekends and pages of each person")
    _options.daemon(spread)
    spread.add_argument(
        "--since", default="90d", help="a duration back, or RFC 3339 (default: %(default)s)"
    )
    spread.add_argument("--until", help="RFC 3339 (default: now)")


def run(client: Client, options: argparse.Namespace) -> int:
    """Do what the verb says."""
    return _gaps(client, options) if options.verb == "gaps" else _fairness(client, options)


def _gaps(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get("/api/v1/oncall/gaps", {"weeks": options.weeks})
    failed = int(bool(answer["gaps"]))
    if options.output == "json":
        print_json(answer)
        return failed
    if not failed:
        print(f"no gap until {local_time(answer['to'])}")
        return 0
    rows = [
        (
            row["schedule"],
            local_time(row["start"]),
            local_time(row["end"]),
            f"{row['seconds'] / 3600:.1f}",
            ", ".join(row["policies"]),
            row["why"] or "nobody is on call",
        )
        for row in answer["gaps"]
    ]
    print_table(("SCHEDULE", "FROM", "TO", "HOURS", "POLICIES", "WHY"), rows)
    return failed


def _fairness(client: Client, options: argparse.Namespace) -> int:
    wanted = {"since": options.since, "until": options.until}
    answer: Any = client.get("/api/v1/oncall/fairness", wanted)
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (
            row["person"],
            row["shifts"],
            row["on_call_hours"],
            row["night_hours"],
            row["weekend_hours"],
            row["pages"],
            row["pages_at_night"],
            row["nights_paged"],
        )
        for row in answer["people"]
    ]
    head = ("PERSON", "SHIFTS", "HOURS", "NIGHT", "WEEKEND", "PAGES", "AT NIGHT", "NIGHTS PAGED")
    print_table(head, rows)
    print(f"from {local_time(answer['from'])} to {local_time(answer['to'])}, on each one's clock")
    return 0
