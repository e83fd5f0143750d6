"""`triaged request`: requests to trackers, status pages, rooms and subscribers."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, below, client_of, complain, every
from triaged.cli._output import local_time, print_fields, print_json, print_table

SUMMARY = "look at requests to third parties, and have failed ones tried again"
BASE = "/api/v1/requests"
RETRIED_MAX = 1000
"""Requests that `retry --failed` takes up at once."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list`, `show ID` and `retry ID…`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="all of them, newest first")
    retry = verbs.add_parser("retry", help="try some again that failed")
    show = verbs.add_parser("show", help="one of them")
    for verb in (listing, retry, show):
        _options.daemon(verb)
    listing.add_argument("--state", choices=("due", "sent", "failed", "superseded"))
    listing.add_argument("--incident", type=_options.identity, help="of this incident")
    show.add_argument("id", type=_options.identity, help="as `list` shows it")
    retry.add_argument("ids", nargs="*", type=_options.identity, metavar="ID")
    retry.add_argument("--failed", action="store_true", help="all that have failed")
    for verb in (listing, retry):
        verb.add_argument("--kind", help="of this kind, such as tracker.issue")


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    answer: Any
    try:
        match options.verb:
            case "list":
                query = {
                    "state": options.state,
                    "kind": options.kind,
                    "incident": options.incident,
                }
                answer = every(client, BASE, "requests", query)
            case "show":
                answer = client.get(below(BASE, options.id))
            case _:
                if bool(options.ids) == options.failed:
                    return complain("give the ids of requests, or --failed")
                ids = options.ids or _failed(client, options.kind)
                answer = {"requests": [client.post(f"{below(BASE, each)}/retry") for each in ids]}
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    elif options.verb == "show":
        print_fields((name, _readable(name, value)) for name, value in answer.items())
    else:
        _print(answer["requests"])
    return 0


def _failed(client: Any, kind: str | None) -> list[str]:
    query = {"state": "failed", "kind": kind, "limit": str(RETRIED_MAX)}
    return [each["id"] for each in client.get(BASE, query)["requests"]]


def _print(rows: list[Any]) -> None:
    header = ("ID", "KIND", "STATE", "TRIES", "DUE", "ERROR")
    print_table(
        header,
        [
            (
                row["id"],
                row["kind"],
                row["state"],
                row["attempts"],
                local_time(row["due_at"]),
                row["error"] or "",
            )
            for row in rows
        ],
    )


def _readable(name: str, value: Any) -> Any:
    return local_time(value) if name.endswith("_at") and value else value
