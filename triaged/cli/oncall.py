"""`triaged oncall`: who is on call; people and their contacts."""

import argparse
from datetime import timedelta
from typing import Any

from triaged.cli import (
    _oncall_acts,
    _oncall_ahead,
    _oncall_away,
    _oncall_feeds,
    _oncall_people,
    _options,
)
from triaged.cli._client import Client, Failed, below, client_of, complain, every
from triaged.cli._oncall_week import present, week, when
from triaged.cli._output import clean, columns, local_time, print_json, print_table
from triaged.cli._test_pages import WAIT, duration_us, followed, result

SUMMARY = "who is on call, now or at an instant; people and their contacts"

WEEKS_SHOWN = 4
"""Shifts of so many weeks are listed: a turn of each in a small team."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """`show`, `at TIME`, `test PERSON`, changes of duty, and what is about people."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help="who is on call now, or when")
    _options.daemon(show)
    what = show.add_mutually_exclusive_group()
    what.add_argument("--week", action="store_true", help="the next seven days at a glance")
    what.add_argument("--schedule", help="the shifts of the next four weeks by this schedule")
    what.add_argument("--person", help="the shifts of this person in the next four weeks")
    what.add_argument("--calendar", help="a business calendar and its next ten holidays")
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
    _oncall_acts.arguments(verbs)
    _oncall_people.arguments(verbs)
    _oncall_ahead.arguments(verbs)
    _oncall_away.arguments(verbs)
    _oncall_feeds.arguments(verbs)


def run(options: argparse.Namespace) -> int:
    """Do what the verb says, and print a table, or a line for each contact."""
    try:
        client = client_of(options)
        if options.verb in _oncall_acts.VERBS:
            return _oncall_acts.run(client, options)
        if options.verb in _oncall_away.VERBS:
            return _oncall_away.run(client, options)
        if options.verb in _oncall_ahead.VERBS:
            return _oncall_ahead.run(client, options)
        if options.verb in _oncall_people.VERBS:
            return _oncall_people.run(client, options)
        if options.verb in _oncall_feeds.VERBS:
            return _oncall_feeds.run(client, options)
        return _test(client, options) if options.verb == "test" else _show(client, options)
    except Failed as failure:
        return complain(failure)


def _show(client: Client, options: argparse.Namespace) -> int:
    if options.verb == "show" and options.week:
        return _week(client, options)
    if options.verb == "show" and options.schedule is not None:
        return _of_schedule(client, options)
    if options.verb == "show" and options.person is not None:
        return _of_person(client, options)
    if options.verb == "show" and options.calendar is not None:
        return _oncall_feeds.show_calendar(client, options)
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


def _week(client: Client, options: argparse.Namespace) -> int:
    """The view of the next seven days from the last midnight here."""
    today = present().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    end = (today + timedelta(days=7)).astimezone().isoformat()
    window = {"from": today.astimezone().isoformat(), "to": end}
    answer: Any = client.get("/api/v1/schedules", window)
    if options.output == "json":
        print_json(answer)
        return 0
    people = client.get("/api/v1/people")["people"]
    overrides = every(client, "/api/v1/overrides", "overrides")["overrides"]
    for line in week(answer["schedules"], people, overrides, columns()):
        print(line)
    return 0


def _window() -> dict[str, str | None]:
    return {"to": (present() + timedelta(weeks=WEEKS_SHOWN)).isoformat()}


def _of_schedule(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(below("/api/v1/schedules", options.schedule), _window())
    if options.output == "json":
        print_json(answer)
        return 0
    (found,) = answer["schedules"]
    rows = [
        (when(one), ", ".join(one["people"]) or "nobody", one["source"]) for one in found["shifts"]
    ]
    print_table(("WHEN", "ON CALL", "SOURCE"), rows)
    return 0


def _of_person(client: Client, options: argparse.Namespace) -> int:
    path = f"{below('/api/v1/people', options.person)}/shifts"
    answer: Any = client.get(path, _window())
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (when(one), one["schedule"], one["source"], ", ".join(one["with"]) or "-")
        for one in answer["shifts"]
    ]
    print_table(("WHEN", "SCHEDULE", "SOURCE", "WITH"), rows)
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
