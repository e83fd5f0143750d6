"""`triaged report`: what customers report, and what becomes of it."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, Failed, below, client_of, complain, every
from triaged.cli._output import left, local_time, print_fields, print_json, print_table

SUMMARY = "customers' reports: look at them, attach them to incidents, declare, dismiss"
BASE = "/api/v1/reports"
SEVERITIES = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list`, `show`, `attach`, `declare` and `dismiss`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="reports, the newest first")
    _options.daemon(listing)
    listing.add_argument(
        "--state",
        default="new,opened",
        help="states with commas, or `all` (default: %(default)s)",
    )
    _one(verbs.add_parser("show", help="one report"))
    attach = _one(verbs.add_parser("attach", help="it is about an incident that there is"))
    attach.add_argument("incident", help="INC-12")
    declare = _one(verbs.add_parser("declare", help="declare an incident from it"))
    declare.add_argument("--severity", choices=SEVERITIES, required=True, help="how bad it is")
    dismiss = _one(verbs.add_parser("dismiss", help="it is about no incident"))
    dismiss.add_argument("--reason", required=True, help="why")


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _options.daemon(parser)
    parser.add_argument("report", type=_options.identity, help="its id, as `list` shows it")
    return parser


def run(options: argparse.Namespace) -> int:
    """Do what the verb says."""
    try:
        client = client_of(options)
        if options.verb == "list":
            return _list(client, options)
        answer = _ask(client, options)
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    else:
        _print_one(answer)
    return 0


def _ask(client: Client, options: argparse.Namespace) -> Any:
    path = below(BASE, options.report)
    match options.verb:
        case "attach":
            return client.post(f"{path}/attach", {"incident": options.incident})
        case "declare":
            return client.post(f"{path}/declare", {"severity": options.severity})
        case "dismiss":
            return client.post(f"{path}/dismiss", {"reason": options.reason})
        case _:
            return client.get(path)


def _list(client: Client, options: argparse.Namespace) -> int:
    state = None if options.state == "all" else options.state
    answer = every(client, BASE, "reports", {"state": state})
    if options.output == "json":
        print_json(answer)
        return 0
    print_table(
        ("REPORT", "STATE", "LOOK BY", "SERVICE", "INCIDENT", "TITLE"),
        [
            (
                row["id"],
                row["state"],
                left(row["look_by"]) if row["state"] == "new" else "",
                row["service"] or "",
                row["incident"] or "",
                row["title"],
            )
            for row in answer["reports"]
        ],
    )
    return 0


def _print_one(row: Any) -> None:
    handled = f"{row['handled_by']}, {local_time(row['handled_at'])}" if row["handled_by"] else ""
    print_fields(
        [
            ("report", row["id"]),
            ("title", row["title"]),
            ("text", row["text"]),
            ("service", row["service"]),
            ("contact", row["contact"]),
            ("by", row["by"]),
            ("at", local_time(row["at"])),
            ("state", row["state"]),
            ("look by", local_time(row["look_by"]) if row["state"] == "new" else ""),
            ("incident", row["incident"]),
            ("handled by", handled),
            ("reason", row["reason"]),
        ]
    )
