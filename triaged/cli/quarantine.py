"""`triaged quarantine`: bodies that could not be used."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, below, client_of, complain, every
from triaged.cli._output import local_time, print_fields, print_json, print_table

SUMMARY = "look at, re-submit or drop bodies that could not be used"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list`, `show ID`, `resubmit ID` and `drop ID`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    _options.daemon(verbs.add_parser("list", help="all of them, newest first"))
    for verb, what in (
        ("show", "one, with its body"),
        ("resubmit", "try it again"),
        ("drop", "forget it"),
    ):
        one = verbs.add_parser(verb, help=what)
        _options.daemon(one)
        one.add_argument("id", type=_options.identity, help="as `list` shows it")


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    answer: Any
    base = "/api/v1/quarantine"
    try:
        match options.verb:
            case "list":
                answer = every(client, base, "quarantine")
            case "show":
                answer = client.get(below(base, options.id))
            case "resubmit":
                answer = client.post(f"{below(base, options.id)}/resubmit")
            case _:
                answer = client.delete(below(base, options.id)) or {"dropped": options.id}
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json(answer)
    else:
        _print(options.verb, answer)
    return 0


def _print(verb: str, answer: Any) -> None:
    if verb == "list":
        header = ("ID", "SOURCE", "REASON", "COUNT", "LAST", "DETAIL")
        print_table(
            header,
            [
                (
                    row["id"],
                    row["source"],
                    row["reason"],
                    row["count"],
                    local_time(row["last_at"]),
                    row["detail"],
                )
                for row in answer["quarantine"]
            ],
        )
    else:
        print_fields((name, _readable(name, value)) for name, value in answer.items())


def _readable(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        return local_time(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return ", ".join(value) if isinstance(value, list) else value
