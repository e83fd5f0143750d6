"""`triaged status`: what the public page says, and posts, components, maintenance, subscribers."""

import argparse
import sys
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli import _status_texts as texts
from triaged.cli._client import Client, Failed, below, client_of, complain
from triaged.cli._output import show

SUMMARY = "the public status page: posts, components, maintenance, subscribers"
BASE = "/api/v1/status-page"
POSTS = f"{BASE}/posts"
MAINTENANCE = f"{BASE}/maintenance"
SUBSCRIBERS = f"{BASE}/subscribers"
WORDS = ("investigating", "identified", "monitoring", "resolved", "postmortem")
STATUSES = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
)
WHEN = "RFC 3339, or a duration from now such as 30m"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each verb."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _options.daemon(verbs.add_parser("show", help="what the page says, and what is proposed"))
    _post_arguments(verbs.add_parser("post", help="write a post, or change one"))
    for name, about in (
        ("preview", "what publishing a draft would show and send, and to how many"),
        ("publish", "make a draft public, and send it to subscribers"),
    ):
        verb = verbs.add_parser(name, help=about)
        _options.daemon(verb)
        verb.add_argument("id", type=_options.identity, metavar="POST")
    component = verbs.add_parser("component", help="set a component without a post")
    _options.daemon(component)
    component.add_argument("key", type=_options.identity, metavar="COMPONENT")
    component.add_argument("status", choices=STATUSES, metavar="STATUS", help=", ".join(STATUSES))
    _maintenance_arguments(verbs.add_parser("maintenance", help="planned maintenance"))
    _subscriber_arguments(verbs.add_parser("subscribers", help="who gets posts"))
    export = verbs.add_parser("export", help="write the page as files, for any web server")
    _options.daemon(export)
    export.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="replaced whole")
    _options.daemon(verbs.add_parser("lint", help="what is wrong with the page; fails if anything"))


def _post_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--incident", help="the incident that it is about, such as INC-12")
    where.add_argument("--thread", help="the public incident or maintenance that it goes on with")
    where.add_argument("--edit", metavar="POST", help="change this post instead")
    parser.add_argument("--status", choices=(*WORDS, "scheduled", "in_progress", "verifying"))
    parser.add_argument("--title", help="what the public calls it")
    parser.add_argument("--body", help="the text; `-` reads it from stdin")
    parser.add_argument(
        "--component",
        action="append",
        type=_pair,
        metavar="KEY=STATUS",
        help="set a component (default: what the incident proposes)",
    )
    parser.add_argument("--impact", choices=("none", "minor", "major", "critical"))
    parser.add_argument(
        "--next", type=_options.instant, metavar="TIME", help=f"the next update: {WHEN}"
    )
    parser.add_argument("--publish", action="store_true", help="publish it at once")


def _maintenance_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    _options.daemon(kinds.add_parser("list", help="planned, going on and past"))
    plan = kinds.add_parser("plan", help="announce it")
    _options.daemon(plan)
    plan.add_argument("--title", required=True)
    plan.add_argument("--body", required=True, help="what the public notices; `-` reads stdin")
    plan.add_argument("--component", action="append", default=[], metavar="KEY")
    plan.add_argument("--window", help="the maintenance window of the rules that mutes its pages")
    _times(plan)
    move = kinds.add_parser("move", help="change when it begins or ends")
    _times(move)
    for verb in (
        move,
        kinds.add_parser("verify", help="the work is done and is being checked"),
        kinds.add_parser("complete", help="it is over"),
        kinds.add_parser("cancel", help="it does not take place"),
    ):
        _options.daemon(verb)
        verb.add_argument("id", type=_options.identity, metavar="MAINTENANCE")
        verb.add_argument("--body", default="", help="the text of the post; `-` reads stdin")


def _times(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="starts_at", type=_options.instant, metavar="TIME", help=WHEN
    )
    parser.add_argument("--to", dest="ends_at", type=_options.instant, metavar="TIME", help=WHEN)


def _subscriber_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    listing = kinds.add_parser("list", help="the newest hundred, and how many there are")
    _options.daemon(listing)
    listing.add_argument("--state", choices=("unconfirmed", "active", "unsubscribed", "bounced"))
    add = kinds.add_parser("add", help="have posts sent to a webhook; prints its secret once")
    _options.daemon(add)
    add.add_argument("address", metavar="URL")
    add.add_argument("--component", action="append", default=[], metavar="KEY")
    remove = kinds.add_parser("remove", help="unsubscribe somebody who asked for it otherwise")
    _options.daemon(remove)
    remove.add_argument("id", type=_options.identity, metavar="ID")


def _pair(text: str) -> tuple[str, str]:
    key, _, status = text.partition("=")
    if not key or status not in STATUSES:
        message = f"{text!r} is no KEY=STATUS with one of {', '.join(STATUSES)}"
        raise argparse.ArgumentTypeError(message)
    return key, status


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    try:
        match options.verb:
            case "show":
                show(options.output, client.get(BASE), texts.print_page)
            case "post":
                show(options.output, _post(client, options), texts.print_post)
            case "preview":
                found = client.get(f"{below(POSTS, options.id)}/preview")
                show(options.output, found, texts.print_preview)
            case "publish":
                found = client.post(f"{below(POSTS, options.id)}/publish")
                show(options.output, found, texts.print_post)
            case "component":
                path = below(f"{BASE}/components", options.key)
                found = client.post(path, {"status": options.status})
                show(options.output, found, lambda one: texts.print_components([one]))
            case "maintenance":
                found = {"maintenance": _maintenance(client, options)}
                show(options.output, found, lambda a: texts.print_maintenance(a["maintenance"]))
            case "subscribers":
                return _subscribers(client, options)
            case "export":
                return _export(client, options)
            case _:
                return _lint(client, options)
    except Failed as failure:
        return complain(failure)
    return 0


def _text(given: str) -> str:
    return sys.stdin.read().rstrip("\n") if given == "-" else given


def _post(client: Client, options: argparse.Namespace) -> Any:
    wish = {
        "incident": options.incident,
        "thread": options.thread,
        "status": options.status,
        "title": options.title,
        "body": None if options.body is None else _text(options.body),
        "components": dict(options.component) if options.component else None,
        "impact": options.impact,
        "next_update_at": options.next,
    }
    asked = {name: value for name, value in wish.items() if value is not None}
    if options.edit:
        post = client.patch(below(POSTS, options.edit), asked)
    else:
        post = client.post(POSTS, asked)
    return client.post(f"{below(POSTS, post['id'])}/publish") if options.publish else post


def _maintenance(client: Client, options: argparse.Namespace) -> list[Any]:
    match options.act:
        case "list":
            found: list[Any] = client.get(MAINTENANCE)["maintenance"]
            return found
        case "plan":
            wish = {
                "title": options.title,
                "body": _text(options.body),
                "components": options.component,
                "window": options.window,
                "starts_at": options.starts_at,
                "ends_at": options.ends_at,
            }
            asked = {name: value for name, value in wish.items() if value is not None}
            return [client.post(MAINTENANCE, asked)]
        case verb:
            wish = {"verb": verb, "body": _text(options.body)}
            if verb == "move":
                wish |= {"starts_at": options.starts_at, "ends_at": options.ends_at}
            asked = {name: value for name, value in wish.items() if value is not None}
            return [client.post(below(MAINTENANCE, options.id), asked)]


def _subscribers(client: Client, options: argparse.Namespace) -> int:
    match options.act:
        case "list":
            query = {"state": options.state}
            show(options.output, client.get(SUBSCRIBERS, query), texts.print_subscribers)
        case "add":
            wish = {"url": options.address, "components": options.component}
            found = client.post(SUBSCRIBERS, wish)
            show(options.output, found, lambda one: print(f"{one['id']}  secret {one['secret']}"))
        case _:
            found = client.delete(below(SUBSCRIBERS, options.id))
            show(options.output, found, lambda one: print(f"{one['id']}  {one['state']}"))
    return 0


def _export(client: Client, options: argparse.Namespace) -> int:
    from triaged.errors import CopyFailed
    from triaged.process.static_copy import replace_copy

    files = client.get(f"{BASE}/copy")["files"]
    try:
        replace_copy(options.to, {path: body.encode() for path, body in files.items()})
    except CopyFailed as error:
        raise Failed(str(error)) from None
    found = {"folder": str(options.to), "files": len(files)}
    show(options.output, found, lambda a: print(f"{a['folder']}  {a['files']} files"))
    return 0


def _lint(client: Client, options: argparse.Namespace) -> int:
    found = client.get(f"{BASE}/lints")
    show(options.output, found, lambda a: texts.print_lints(a["lints"]))
    return 1 if found["lints"] else 0
