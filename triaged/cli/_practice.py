"""`triaged incident role` and `triaged incident update`: who does what, and what is told."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from triaged.cli._client import Client
from triaged.cli._output import clean, left, local_time, print_fields, print_table

ROLES = (
    "incident_commander",
    "technical_lead",
    "communications_lead",
    "scribe",
    "subject_matter_expert",
)
FIELDS = {
    "impact": "what users notice, and how many",
    "theory": "what is thought to be the cause",
    "actions": "what is done next",
    "condition": "the word behind `Status:` (default: that of the phase)",
    "needs": "what or whom the team needs",
}
NOTE_KINDS = ("note", "hypothesis", "fix", "decision")
MARKERS = ("detection", "diagnosis", "repair", "key_moment")
REQUIRED = ("impact", "theory", "actions")

Shown = Callable[[Any], None]


def work_fields(row: Any) -> list[tuple[str, object]]:
    """Who holds which role, when the next update is due, and what is left to be learned."""
    team = ", ".join(f"{one['person']} ({one['role'].replace('_', ' ')})" for one in row["roles"])
    at = row["next_update_at"]
    return [
        ("team", team),
        ("next update", f"{local_time(at)}, {left(at)}" if at else None),
        ("postmortem", (row.get("postmortem") or "").replace("_", " ")),
        ("action items", f"{row['action_items']} unfinished" if row.get("action_items") else None),
    ]


def role_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `role`."""
    parser.add_argument("role", nargs="?", choices=ROLES, help="unless given: show all roles")
    parser.add_argument("person", nargs="?", help="whoever takes it")
    parser.add_argument("--note", help="what the next holder needs to know")
    parser.add_argument("--override", help="why one person commands and leads the investigation")
    parser.add_argument("--release", action="store_true", help="end the role instead")


def update_arguments(parser: argparse.ArgumentParser, instant: Callable[[str], str]) -> None:
    """Arguments of `update`."""
    for name, text in FIELDS.items():
        parser.add_argument(f"--{name}", help=text)
    when = "RFC 3339, or a duration such as 15m"
    parser.add_argument("--next", type=instant, help=f"when the next update comes: {when}")
    parser.add_argument("--snooze", type=instant, help=f"only move the deadline: {when}")


def note_arguments(parser: argparse.ArgumentParser) -> None:
    """Further arguments of `note`."""
    parser.add_argument("--kind", choices=NOTE_KINDS, help="a hypothesis or a fix begins a phase")
    parser.add_argument("--marker", choices=MARKERS, help="what it was for the incident")


def timeline_arguments(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    one: Callable[[argparse.ArgumentParser], argparse.ArgumentParser],
) -> None:
    """The verbs that add to what is on the timeline, and the checklist."""
    correct = one(verbs.add_parser("correct", help="say what an entry should have said"))
    correct.add_argument("seq", type=int, help="the entry: `incident timeline -o json` shows it")
    correct.add_argument("text")
    mark = one(verbs.add_parser("mark", help="say what an entry was for the incident"))
    mark.add_argument("seq", type=int, help="the entry: `incident timeline -o json` shows it")
    mark.add_argument("marker", choices=MARKERS)
    messages = one(verbs.add_parser("import", help="put messages from elsewhere on the timeline"))
    messages.set_defaults(parser=messages)
    messages.add_argument("file", help="JSON: a list of {ref, at, author, text}; - for stdin")
    checklist = one(verbs.add_parser("checklist", help="what is to be done in each phase"))
    checklist.add_argument("item", nargs="?", help="tick this item")
    checklist.add_argument("--undo", action="store_true", help="take the tick back")


def chronicle(client: Client, path: str, options: argparse.Namespace) -> tuple[Any, Shown]:
    """Correct or mark an entry, or import messages; the answer and how to print it."""
    entry = f"{path}/timeline/{getattr(options, 'seq', '')}"
    match options.verb:
        case "correct":
            return client.post(f"{entry}/correction", {"text": options.text}), _print_entries
        case "mark":
            return client.post(f"{entry}/marker", {"marker": options.marker}), _print_entries
        case _:
            messages = _messages(options)
            return client.post(f"{path}/timeline/messages", {"messages": messages}), _print_entries


def _messages(options: argparse.Namespace) -> Any:
    """The messages in a file. Ends the command where there are none."""
    try:
        with (
            sys.stdin if options.file == "-" else Path(options.file).open(encoding="utf-8") as file
        ):
            return json.load(file)
    except (OSError, ValueError) as error:
        options.parser.error(f"{options.file}: {error}")


def checklist(client: Client, path: str, options: argparse.Namespace) -> tuple[Any, Shown]:
    """Show the checklist, after ticking an item if one is named; the answer and how to print it."""
    if options.item is not None:
        client.post(f"{path}/checklist", {"item": options.item, "done": not options.undo})
    return client.get(f"{path}/checklist"), _print_checklist


def _print_entries(row: Any) -> None:
    print(clean(f"{row['id']}  {row['title']}: on the timeline"))


def _print_checklist(row: Any) -> None:
    for each in row["phases"]:
        guide = f" (guide: {each['guide_s'] // 60} min)" if each["guide_s"] else ""
        here = "  <- since " + local_time(row["since"]) if each["phase"] == row["phase"] else ""
        print(f"{each['phase']}{guide}{here}")
        for item in each["items"]:
            print(f"  [{'x' if item['done'] else ' '}] {item['text']}  ({item['name']})")


def role(client: Client, path: str, options: argparse.Namespace) -> tuple[Any, Shown]:
    """Show the roles, or give or end one; the answer and how to print it."""
    if options.role is None:
        return client.get(f"{path}/roles"), _print_roles
    if options.release:
        query = {"person": options.person, "note": options.note}
        return client.delete(f"{path}/roles/{options.role}", query), _print_team
    if options.person is None:
        options.parser.error(f"who takes the role {options.role}? (or --release)")
    body = {"role": options.role, "person": options.person}
    body |= {name: value for name in ("note", "override") if (value := getattr(options, name))}
    answer = client.post(f"{path}/roles", body)
    duties = client.get(f"{path}/roles")["duties"][options.role]
    return answer, lambda row: _print_taken(row, duties)


def update(client: Client, path: str, options: argparse.Namespace) -> tuple[Any, Shown]:
    """Show the form, send an update, or move its deadline; the answer and how to print it."""
    if options.snooze:
        return client.post(f"{path}/updates/snooze", {"until": options.snooze}), _print_due
    given = {name: value for name in FIELDS if (value := getattr(options, name)) is not None}
    if not given:
        return client.get(f"{path}/updates/draft"), _print_draft
    known = client.get(f"{path}/updates/draft")
    for name in REQUIRED:
        given.setdefault(name, known[name])
    if options.next:
        given["next_update_at"] = options.next
    client.post(f"{path}/updates", given)
    return client.get(f"{path}/updates")["updates"][-1], _print_update


def _print_update(row: Any) -> None:
    for line in row["text"].splitlines():
        print(clean(line))


def _print_taken(row: Any, duties: str) -> None:
    _print_team(row)
    print(f"\n{duties}")


def _print_team(row: Any) -> None:
    for held in row["roles"]:
        print(clean(f"{held['role'].replace('_', ' ')}: {held['person']}"))
    if not row["roles"]:
        print("nobody holds a role")
    _print_due(row)


def _print_due(row: Any) -> None:
    if row["next_update_at"]:
        print(
            f"next update due {left(row['next_update_at'])} ({local_time(row['next_update_at'])})"
        )


def _print_roles(row: Any) -> None:
    rows = [
        (
            period["role"].replace("_", " "),
            period["person"],
            local_time(period["from"]),
            local_time(period["to"]),
            period["override"] or period["note"],
        )
        for period in row["periods"]
    ]
    print_table(("ROLE", "PERSON", "SINCE", "UNTIL", "NOTE"), rows)
    for name in row["missing"]:
        person = row["suggestions"].get(name)
        hint = f"; {person} is on call and has no role" if person else ""
        print(clean(f"nobody is {name.replace('_', ' ')}{hint}"))


def _print_draft(row: Any) -> None:
    since = row["unchanged_since"]
    mark = f" (unchanged since {local_time(since)})" if since else ""
    print_fields(
        [
            ("status", row["condition"]),
            *((name, f"{row[name]}{mark}" if row[name] else None) for name in (*REQUIRED, "needs")),
            ("firing", f"{row['firing']} alerts"),
            ("due", left(row["due_at"]) if row["due_at"] else None),
        ]
    )
