"""`triaged silence`: mute alerts by hand, for a time, and preview which ones."""

import argparse
from datetime import datetime
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, Failed, below, client_of, complain, every
from triaged.cli._output import count_text, left, local_time, print_fields, print_json, print_table

SUMMARY = "set, list, preview or end silences"
BASE = "/api/v1/silences"
MATCHERS = "label matchers such as 'env=\"staging\"'; all must hold"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `add`, `list`, `show ID`, `preview` and `expire ID …`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    _add_arguments(verbs.add_parser("add", help="mute what matches, for a time"))
    listing = verbs.add_parser("list", help="silences, the ones that end last first")
    _options.daemon(listing)
    listing.add_argument(
        "--state",
        default="active,pending",
        help="states with commas, or `all` (default: %(default)s)",
    )
    show = verbs.add_parser("show", help="one silence")
    _options.daemon(show)
    show.add_argument("id", type=_options.identity)
    preview = verbs.add_parser("preview", help="what would be muted now, without muting it")
    _options.daemon(preview)
    preview.add_argument("matchers", nargs="+", metavar="MATCHER", help=MATCHERS)
    expire = verbs.add_parser("expire", help="end silences now: what they muted pages")
    _options.daemon(expire)
    expire.add_argument("ids", nargs="+", metavar="ID", type=_options.identity)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument("matchers", nargs="+", metavar="MATCHER", help=MATCHERS)
    parser.add_argument("-c", "--comment", required=True, help="why, and what ends it")
    parser.add_argument("-a", "--author", help="who wants it (default: whose token it is)")
    parser.add_argument("-d", "--duration", help="how long, such as 2h (default: two hours)")
    parser.add_argument("--start", type=_instant, help="from when on (RFC 3339; default: now)")
    parser.add_argument("--end", type=_instant, help="until when (RFC 3339), instead of a duration")
    parser.add_argument(
        "--expire-when-clear",
        action="store_true",
        help="end it as soon as nothing that it matches fires any more",
    )


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"{text!r} is no date, time and zone such as 2026-11-24T08:00:00+01:00"
        raise argparse.ArgumentTypeError(message)
    return text


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    try:
        match options.verb:
            case "add":
                return _shown(options, client.post(BASE, _wish(options)), _print_added)
            case "list":
                state = None if options.state == "all" else options.state
                return _shown(
                    options, every(client, BASE, "silences", {"state": state}), _print_list
                )
            case "show":
                return _shown(options, client.get(below(BASE, options.id)), _print_one)
            case "preview":
                wish = {"matchers": options.matchers}
                return _shown(options, client.post(f"{BASE}/preview", wish), _print_preview)
            case _:
                return _expire(client, options)
    except Failed as failure:
        return complain(failure)


def _wish(options: argparse.Namespace) -> dict[str, object]:
    wish = {
        "matchers": options.matchers,
        "comment": options.comment,
        "created_by": options.author,
        "duration": options.duration,
        "starts_at": options.start,
        "ends_at": options.end,
        "expire_when_clear": options.expire_when_clear,
    }
    return {name: value for name, value in wish.items() if value is not None}


def _expire(client: Client, options: argparse.Namespace) -> int:
    """End each silence; one that does not exist does not prevent the others."""
    status, ended = 0, []
    for identity in options.ids:
        try:
            ended.append(client.delete(below(BASE, identity)))
        except Failed as failure:
            status = complain(failure)
    if options.output == "json":
        print_json(ended)
    else:
        for silence in ended:
            print(f"{silence['id']}  expired")
    return status


def _shown(options: argparse.Namespace, answer: Any, text: Any) -> int:
    if options.output == "json":
        print_json(answer)
    else:
        text(answer)
    return 0


def _print_added(silence: Any) -> None:
    print(f"{silence['id']}  until {local_time(silence['ends_at'])}")


def _print_one(silence: Any) -> None:
    shown = dict(silence) | {"matchers": ", ".join(silence["matchers"])}
    for name in ("starts_at", "ends_at", "updated_at"):
        shown[name] = local_time(silence[name])
    shown["expire_when_clear"] = "yes" if silence["expire_when_clear"] else ""
    print_fields(shown.items())


def _print_list(answer: Any) -> None:
    header = ("ID", "STATE", "MATCHERS", "ENDS", "BY", "COMMENT")
    rows = [
        (
            one["id"],
            one["state"],
            ", ".join(one["matchers"]),
            left(one["ends_at"]),
            one["created_by"],
            one["comment"],
        )
        for one in answer["silences"]
    ]
    print_table(header, rows)


def _print_preview(answer: Any) -> None:
    incidents, alerts = answer["incidents_total"], answer["alerts"]
    print(f"{count_text(alerts, 'firing alert')} match, in {count_text(incidents, 'incident')}")
    if incidents:
        rows = [
            (
                one["id"],
                one["severity"],
                one["state"],
                "whole" if one["muted"] else f"{one['alerts']} of {one['firing']}: pages on",
                one["title"],
            )
            for one in answer["incidents"]
        ]
        print_table(("INCIDENT", "SEVERITY", "STATE", "MUTED", "TITLE"), rows)
    for name in answer.get("expectations", ()):  # an older daemon does not tell
        print(f"muted, too: what rule {name} expects; nobody would be paged when it is missing")
