"""`triaged oncall`: who is on call; people and their contacts."""

import argparse
from typing import Any

from triaged.cli import _oncall_people, _options
from triaged.cli._client import Client, Failed, client_of, complain
from triaged.cli._output import clean, local_time, print_json, print_table
from triaged.cli._test_pages import WAIT, duration_us, followed, result

SUMMARY = "who is on call, now or at an instant; people and their contacts"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`show`, `at TIME`, `test PERSON`, and what is about people."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    _options.daemon(verbs.add_parser("show", help="who is on call now"))
    at = verbs.add_parser("at", help="who is on call at an instant")
    _options.daemon(at)
    at.add_argument("time", help="RFC 3339, e.g. 2026-12-24T18:00:00+01:00")
    test = verbs.add_parser("test", help="send a test page by each contact of a person")
    _options.daemon(test)
    test.add_argument("person", help="the person, by the name under `people`")
    test.add_argument("--contact", help="test this contact alone")
    test.add_argument(
        "--wait",
        type=duration_us,
        default=WAIT,
        metavar="DURATION",
        help="how long to wait for the providers (default: %(default)s)",
    )
    _oncall_people.arguments(verbs)


def run(options: argparse.Namespace) -> int:
    """Do what the verb says, and print a table, or a line for each contact."""
    try:
        client = client_of(options)
        if options.verb in _oncall_people.VERBS:
            return _oncall_people.run(client, options)
        return _test(client, options) if options.verb == "test" else _show(client, options)
    except Failed as failure:
        return complain(failure)


def _show(client: Client, options: argparse.Namespace) -> int:
    at = options.time if options.verb == "at" else None
    answer: Any = client.get("/api/v1/oncall", {"at": at})
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (row["schedule"], ", ".join(row["people"]) or "nobody", local_time(row["until"]) or "-")
        for row in answer["oncall"]
    ]
    print_table(("SCHEDULE", "ON CALL", "UNTIL"), rows)
    return 0


def _test(client: Client, options: argparse.Namespace) -> int:
    """Start a test, wait for the providers' answers; 1 unless each has taken its page."""
    asked = {"person": options.person}
    if options.contact is not None:
        asked["contact"] = options.contact
    started: Any = client.post("/api/v1/oncall/test", asked)
    pages = followed(client, started["incident"], options.wait)
    if options.output == "json":
        print_json({"incident": started["incident"], "pages": pages})
    else:
        for page in pages:
            print(clean(f"{page['contact']}: {result(page)}"))
        print(f"recorded as {started['incident']}")
    return 0 if all(page["state"] == "sent" for page in pages) else 1
