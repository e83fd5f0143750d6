"""`triaged action`: action items of incidents, each with an owner and a due date."""

import argparse
import sys
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, Failed, below, client_of, complain, every
from triaged.cli._output import clean, print_fields, print_json, print_table

SUMMARY = "add, list and finish action items"
BASE = "/api/v1/actions"
KINDS = ("fix", "detect", "prevent", "process")
PRIORITIES = ("P0", "P1", "P2", "P3")
ID_LENGTH = 36
"""Characters of a whole id; of fewer, those that no other has are enough."""

STATES = {"start": "in_progress", "done": "done", "cancel": "cancelled", "reopen": "open"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each verb."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_arguments(verbs.add_parser("add", help="add one; without an owner there is none"))
    _list_arguments(verbs.add_parser("list", help="those that are not finished, newest first"))
    what = "add those that Markdown lists: - [ ] Fix: what (P0, @owner, by 03/06)"
    importing = verbs.add_parser("import", help=what)
    _options.daemon(importing)
    importing.add_argument("incident", type=_options.identity, help="an incident such as INC-12")
    importing.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="a Markdown file, or - for standard input (default: the incident's postmortem)",
    )
    for verb, what in (
        ("show", "one"),
        ("start", "somebody works on it"),
        ("done", "it is done"),
        ("cancel", "it will not be done"),
        ("reopen", "it is not done after all"),
        ("assign", "give it to another owner"),
        ("move", "change its due date"),
    ):
        one = verbs.add_parser(verb, help=what)
        _options.daemon(one)
        one.add_argument("id", type=_options.identity, help="the id, or its beginning")
        if verb == "cancel":
            one.add_argument("--reason", required=True, help="why")
        elif verb == "assign":
            one.add_argument("owner", help="a person of the configuration")
        elif verb == "move":
            one.add_argument("due", help="the new date, such as 2026-03-06")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument("incident", type=_options.identity, help="an incident such as INC-12")
    parser.add_argument("text", help="what is to be done, in a sentence")
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--priority", choices=PRIORITIES, required=True)
    parser.add_argument("--owner", required=True, help="a person of the configuration")
    parser.add_argument("--due", help="such as 2026-03-06 (default: by its priority)")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument("--owner", help="of this person")
    parser.add_argument("--incident", help="of this incident")
    parser.add_argument("--overdue", action="store_true", help="due before today")
    parser.add_argument(
        "--state",
        default="open,in_progress",
        help="states with commas, or `all` (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    try:
        match options.verb:
            case "add":
                return _shown(options, client.post(BASE, _wish(options)), _print_line)
            case "list":
                return _shown(options, _list(client, options), _print_list)
            case "show":
                path = below(BASE, _whole(client, options.id))
                return _shown(options, client.get(path), _print_one)
            case "import":
                return _import(client, options)
            case _:
                path = below(BASE, _whole(client, options.id))
                changed = client.patch(path, _change(options))
                return _shown(options, changed, _print_line)
    except Failed as failure:
        return complain(failure)


def _whole(client: Client, identity: str) -> str:
    """The id of the item whose id begins so; what is ambiguous is refused."""
    if len(identity) == ID_LENGTH:
        return identity
    rows = every(client, BASE, "actions")["actions"]
    found = [row["id"] for row in rows if row["id"].startswith(identity)]
    if len(found) > 1:
        raise Failed(f"{len(found)} action items begin with {identity!r}: give more of the id")
    return str(found[0]) if found else identity


def _shown(options: argparse.Namespace, answer: Any, text: Any) -> int:
    if options.output == "json":
        print_json(answer)
    else:
        text(answer)
    return 0


def _wish(options: argparse.Namespace) -> dict[str, object]:
    names = ("incident", "kind", "priority", "text", "owner", "due")
    given = {name: getattr(options, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _change(options: argparse.Namespace) -> dict[str, object]:
    match options.verb:
        case "assign":
            return {"owner": options.owner}
        case "move":
            return {"due": options.due}
        case "cancel":
            return {"state": STATES["cancel"], "reason": options.reason}
        case verb:
            return {"state": STATES[verb]}


def _list(client: Client, options: argparse.Namespace) -> Any:
    query = {
        "owner": options.owner,
        "incident": options.incident,
        "overdue": "true" if options.overdue else None,
        "state": None if options.state == "all" else options.state,
    }
    return every(client, BASE, "actions", query)


def _import(client: Client, options: argparse.Namespace) -> int:
    """Add what the text lists; 1 if a line could not be read or added."""
    if options.file is None:
        text = client.get(below("/api/v1/postmortems", options.incident))["text"]
    else:
        try:
            is_input = str(options.file) == "-"
            text = sys.stdin.read() if is_input else options.file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise Failed(f"cannot read {options.file}: {error}") from None
    answer = client.post(f"{BASE}/import", {"incident": options.incident, "text": text})
    if options.output == "json":
        print_json(answer)
    else:
        for row in answer["actions"]:
            _print_line(row)
        if not answer["actions"] and not answer["problems"]:
            print("no new action items")
    for problem in answer["problems"]:
        complain(clean(problem))
    return 1 if answer["problems"] else 0


def _print_line(row: Any) -> None:
    state = row["state"].replace("_", " ")
    print(clean(f"{row['id']}  {row['priority']}  {state}  @{row['owner']}  by {row['due']}"))
    print(clean(f"  {row['kind'].capitalize()}: {row['text']} ({row['incident']})"))
    if row["due_note"]:
        print(clean(f"  {row['due_note']}"))


def _print_list(answer: Any) -> None:
    header = ("ID", "INCIDENT", "PRIORITY", "STATE", "OWNER", "DUE", "WHAT")
    rows = [
        (
            row["id"],
            row["incident"],
            row["priority"],
            row["state"].replace("_", " "),
            row["owner"],
            f"{row['due']} overdue" if row["overdue"] else row["due"],
            f"{row['kind'].capitalize()}: {row['text']}",
        )
        for row in answer["actions"]
    ]
    print_table(header, rows)


def _print_one(row: Any) -> None:
    print(clean(f"{row['kind'].capitalize()}: {row['text']}"))
    print_fields(
        [
            *((name, row[name]) for name in ("id", "incident", "priority", "owner")),
            ("state", row["state"].replace("_", " ")),
            ("due", f"{row['due']} (overdue)" if row["overdue"] else row["due"]),
            ("", row["due_note"]),
            ("reason", row["reason"]),
            ("tracker", row["tracker_url"] or row["tracker_ref"]),
        ]
    )
