"""`triaged oncall away`: who is away, and who stands in."""

import argparse
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, below
from triaged.cli._oncall_acts import TIME, instant
from triaged.cli._output import clean, local_time, print_json, print_table

AWAY, PEOPLE = "/api/v1/away", "/api/v1/people"
VERBS = frozenset({"away"})


def arguments(verbs: Any) -> None:
    """Add the verb and its acts."""
    acts = verbs.add_parser("away", help="who is away, and who stands in").add_subparsers(
        dest="act", required=True
    )
    add = acts.add_parser("add", help="say that a person is away, and see who would stand in")
    _options.daemon(add)
    add.add_argument("person")
    add.add_argument("start", metavar="FROM", help=TIME)
    add.add_argument("end", metavar="TO", help=TIME)
    add.add_argument("--reason", default="", help="why")
    add.add_argument("--yes", action="store_true", help="confirm it at once")
    for act, about in (
        ("confirm", "put those on call who stand in"),
        ("end", "end it, and the overrides that were made for it"),
    ):
        other = acts.add_parser(act, help=about)
        _options.daemon(other)
        other.add_argument("id", type=_options.identity)
    _options.daemon(acts.add_parser("list", help="absences that are not over"))


def run(client: Client, options: argparse.Namespace) -> int:
    """Do what the act says."""
    match options.act:
        case "add":
            return _add(client, options)
        case "confirm":
            return _confirm(client, options, options.id)
        case "end":
            return _end(client, options)
        case _:
            return _list(client, options)


def _add(client: Client, options: argparse.Namespace) -> int:
    body = {
        "start": instant(options.start, "FROM"),
        "end": instant(options.end, "TO"),
        "reason": options.reason,
    }
    made: Any = client.post(below(PEOPLE, options.person) + "/away", body)
    if options.yes:
        return _confirm(client, options, made["id"])
    if options.output == "json":
        print_json(made)
        return 0
    _print(made)
    if made["shifts"]:
        print(f"Nothing has changed yet. Confirm it: triaged oncall away confirm {made['id']}")
    return 0


def _confirm(client: Client, options: argparse.Namespace, identity: str) -> int:
    """Confirm an absence; 1 where somebody is still on call who is away."""
    done: Any = client.post(below(AWAY, identity) + "/confirm")
    if options.output == "json":
        print_json(done)
    else:
        _print(done["away"])
        count = len(done["overrides"])
        print(f"{count} overrides made" + (f"; told {', '.join(done['told'])}" if count else ""))
    return int(bool(done["away"]["shifts"]))


def _end(client: Client, options: argparse.Namespace) -> int:
    done: Any = client.delete(below(AWAY, options.id))
    if options.output == "json":
        print_json(done)
    else:
        print(clean(f"{done['person']} is not away any more"))
    return 0


def _list(client: Client, options: argparse.Namespace) -> int:
    answer: Any = client.get(AWAY)
    if options.output == "json":
        print_json(answer)
        return 0
    rows = [
        (
            row["id"],
            row["person"],
            local_time(row["start"]),
            local_time(row["end"]),
            row["state"],
            str(len(row["shifts"])),
            row["reason"],
        )
        for row in answer["away"]
    ]
    print_table(("ID", "PERSON", "FROM", "TO", "STATE", "GAPS", "REASON"), rows)
    return 0


def _print(made: Any) -> None:
    times = f"{local_time(made['start'])} to {local_time(made['end'])}"
    print(clean(f"{made['person']} is away {times}: {made['state']}, {made['id']}"))
    if not made["shifts"]:
        print("no shift in that time")
        return
    rows = [
        (
            row["schedule"],
            local_time(row["start"]),
            local_time(row["end"]),
            row["person"] or "nobody: a gap",
        )
        for row in made["shifts"]
    ]
    print_table(("SCHEDULE", "FROM", "TO", "STANDS IN"), rows)
