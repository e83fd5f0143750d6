"""`triaged alert`: look at alerts, as their senders reported them last."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._facts import ignored_text, pairs, print_alerts
from triaged.cli._output import clean, local_time, print_fields, show

SUMMARY = "list and show alerts"
BASE = "/api/v1/alerts"
FILTERS = {"source": "of this source", "incident": "of this incident (INC-12)"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `show SOURCE/FINGERPRINT`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="alerts, the newest episode first")
    _options.daemon(listing)
    listing.add_argument(
        "--state",
        default="firing",
        choices=("firing", "resolved", "all"),
        help="which of them (default: %(default)s)",
    )
    for name, text in FILTERS.items():
        listing.add_argument(f"--{name}", help=text)
    listing.add_argument("--limit", type=int, default=100, help="at most so many, newest first")
    one = verbs.add_parser("show", help="one alert, and what its sender said last")
    _options.daemon(one)
    one.add_argument("alert", type=_alert, metavar="SOURCE/FINGERPRINT", help="as `list` names it")


def _alert(text: str) -> tuple[str, str]:
    source, slash, fingerprint = text.partition("/")
    if not (source and slash and fingerprint):
        message = f"{text!r} is no SOURCE/FINGERPRINT, as `triaged alert list` shows it"
        raise argparse.ArgumentTypeError(message)
    return source, fingerprint


def run(options: argparse.Namespace) -> int:
    """Ask the daemon; print."""
    client = client_of(options)
    try:
        if options.verb == "list":
            query: dict[str, str | None] = {name: getattr(options, name) for name in FILTERS}
            query["state"] = None if options.state == "all" else options.state
            query["limit"] = str(options.limit)
            show(options.output, client.get(BASE, query), print_alerts)
            return 0
        source, fingerprint = options.alert
        answer = client.get(BASE, {"source": source, "fingerprint": fingerprint})
    except Failed as failure:
        return complain(failure)
    if not answer["alerts"]:
        return complain(Failed(f"no alert {source}/{fingerprint} was ever seen, or it is deleted"))
    show(options.output, answer["alerts"][0], _print_one)
    return 0


def _print_one(row: Any) -> None:
    print(clean(f"{row['source']}/{row['fingerprint']}"))
    plain = ("state", "severity", "rule", "incident", "episode", "repeats", "sender", "url")
    times = ("starts_at", "last_seen_at", "lapses_at", "ended_at")
    print_fields(
        [
            *((name, row.get(name)) for name in plain),
            *((name.replace("_", " "), local_time(row.get(name))) for name in times),
            ("ignored", ignored_text(row.get("ignored"))),
            ("labels", pairs(row["labels"])),
            *((f"  {name}", value) for name, value in row["annotations"].items()),
        ]
    )
