"""`triaged oncall feeds|feed|export`: calendars that are read, published, or of business."""

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, below
from triaged.cli._output import clean, local_time, print_json, print_table

LINKS = "/api/v1/feed-links"
VERBS = frozenset({"feeds", "feed", "export"})


def arguments(verbs: Any) -> None:
    """Add the verbs."""
    _options.daemon(verbs.add_parser("feeds", help="the calendars that are read, and how it went"))
    feed = verbs.add_parser("feed", help="addresses of calendars to subscribe to")
    acts = feed.add_subparsers(dest="act", required=True)
    make = acts.add_parser("make", help="make the address of a calendar; it is shown once")
    _options.daemon(make)
    whose = make.add_mutually_exclusive_group(required=True)
    whose.add_argument("--schedule", help="everybody's shifts by this schedule")
    whose.add_argument("--person", help="the shifts of this person by every schedule")
    _options.daemon(acts.add_parser("list", help="every address: whose, and when it was used"))
    revoke = acts.add_parser("revoke", help="revoke an address")
    _options.daemon(revoke)
    revoke.add_argument("id", help="its id, as `feed list` shows it")
    export = verbs.add_parser("export", help="a person's shifts as a calendar file, to stdout")
    _options.daemon(export)
    export.add_argument("--person", required=True)


def run(client: Client, options: argparse.Namespace) -> int:
    """Do what the verb says; `feeds` is 1 if anything is wrong with a calendar."""
    match options.verb:
        case "feeds":
            return _feeds(client, options)
        case "export":
            sys.stdout.write(client.text(f"{below('/api/v1/people', options.person)}/calendar"))
            return 0
        case _:
            return _link(client, options)


def show_calendar(client: Client, options: argparse.Namespace) -> int:
    """Print a business calendar and its next ten holidays."""
    answer: Any = client.get(below("/api/v1/calendars", options.calendar))
    if options.output == "json":
        print_json(answer)
        return 0
    state = "open" if answer["open"] else "closed"
    print(clean(f"{answer['calendar']}: {answer['hours']}, {answer['timezone']}; {state} now"))
    rows = [
        (f"{date.fromisoformat(one['day']):%a %d %b %Y}", one["name"]) for one in answer["holidays"]
    ]
    print_table(("CLOSED", "WHY"), rows)
    return 0


def _feeds(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get("/api/v1/feeds")
    found = answer["feeds"]
    if options.output == "json":
        print_json(answer)
        return 0 if all(one["ok"] for one in found) else 1
    rows = [
        (
            one["name"],
            "ok" if one["ok"] else "STALE" if one["stale"] else "LOOK",
            local_time(one["last_ok"]) or "never",
            str(one["events"]),
            local_time(one["next_change"]) or "-",
        )
        for one in found
    ]
    print_table(("FEED", "STATE", "LAST READ", "EVENTS", "NEXT CHANGE"), rows)
    for one in found:
        for line in _remarks(one):
            print(clean(f"{one['name']}: {line}"))
    return 0 if all(one["ok"] for one in found) else 1


def _remarks(feed: Any) -> Iterator[str]:
    if feed["error"]:
        yield f"the last try failed: {feed['error']}"
    for one in feed["unknown"]:
        near = ", ".join(one["nearest"])
        yield f"nobody is called {one['name']!r}, so these shifts page the catch-all; near: {near}"
    for one in feed["refused"]:
        yield f"{one['summary']!r} (UID {one['uid']}) is not used: {one['why']}"
    more = feed["refused_number"] - len(feed["refused"])
    if more > 0:
        yield f"{more} more events are not used"
    yield from feed["notes"]


def _link(client: Client, options: argparse.Namespace) -> int:
    if options.act == "list":
        return _links(client, options)
    answer: Any
    if options.act == "revoke":
        answer = client.delete(below(LINKS, options.id))
        said = f"revoked {answer['revoked']}"
    else:
        wanted = {"schedule": options.schedule, "person": options.person}
        answer = client.post(LINKS, {name: one for name, one in wanted.items() if one})
        said = f"{answer['url']}\nwho has this address sees the shifts; id {answer['id']}"
    if options.output == "json":
        print_json(answer)
    else:
        print(said)
    return 0


def _links(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(LINKS)
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (
            one["id"],
            f"{one['kind']}:{one['target']}",
            one["made_by"],
            local_time(one["made_at"]),
            local_time(one["used_at"]) or "never",
            one["agent"] or "-",
        )
        for one in answer["links"]
    ]
    print_table(("ID", "CALENDAR", "MADE BY", "MADE", "LAST USED", "BY"), rows)
    return 0
