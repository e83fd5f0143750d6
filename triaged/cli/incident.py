"""`triaged incident`: show incidents and act on them."""

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from typing import Any

from triaged.cli import _export, _options, _practice, _regrouping
from triaged.cli._client import Client, Failed, Held, client_of, complain, every
from triaged.cli._facts import (
    link_fields,
    paging_fields,
    print_alerts,
    print_first_alerts,
    what_fields,
)
from triaged.cli._hints import print_hints
from triaged.cli._output import (
    clean,
    columns,
    left,
    local_clock,
    local_day,
    local_time,
    print_fields,
    print_json,
    print_table,
)
from triaged.cli._severities import chosen, print_severities

SUMMARY = "list, show, acknowledge, resolve … incidents"
BASE = "/api/v1/incidents"
SEVERITIES = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
PHASES = ("detection", "triage", "investigation", "mitigation", "resolution")

PLAIN = {
    "ack": ("acknowledge", "take it: paging stops"),
    "unack": ("unacknowledge", "give it back: it pages again"),
    "resolve": ("resolve", "it is over"),
    "reopen": ("reopen", "it is not over"),
    "close": ("close", "close what is resolved, for good"),
    "escalate": ("escalate", "the next step now; an acknowledgement ends"),
}
"""Verbs that take an incident and perhaps a note: path and help."""

TIMES = ("opened_at", "armed_at", "acknowledged_at", "snoozed_until", "resolved_at")

FILTERS = {
    "severity": "these severities, with commas",
    "kind": "these kinds, with commas: incident, drill, notice",
    "service": "what is broken",
    "team": "who owns it",
    "q": "words in the title",
    "since": "opened since: RFC 3339, or a duration such as 2h",
}
DETAILS = {
    "service": "what is broken",
    "team": "who owns it; unless given, the service's team",
    "text": "what is known so far: it stands in pages and on the timeline",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each verb."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _list_arguments(verbs.add_parser("list", help="incidents, newest first"))
    for verb, what in (("show", "one incident"), ("timeline", "all that happened to it")):
        _one(verbs.add_parser(verb, help=what))
    _one(verbs.add_parser("alerts", help="the alerts that belong to it"))
    _export.arguments(_one(verbs.add_parser("export", help="it, and all that belongs to it")))
    _declare_arguments(verbs.add_parser("declare", help="open an incident by hand"))
    _options.daemon(verbs.add_parser("severities", help="what each severity means"))
    for verb, (_, what) in PLAIN.items():
        one = _one(verbs.add_parser(verb, help=what))
        one.add_argument("--note", help="put this on the timeline, too")
        if verb == "ack":
            one.add_argument(
                "--take-over", action="store_true", help="even if somebody else holds it"
            )
    assign = _one(verbs.add_parser("assign", help="hand it over to a person, who is paged"))
    assign.add_argument("person")
    severity = _one(verbs.add_parser("severity", help="set how bad it is"))
    severity.add_argument("severity", choices=SEVERITIES, nargs="?", help="unless given: asked")
    severity.add_argument("--reason")
    phase = _one(verbs.add_parser("phase", help="say how far the work is"))
    phase.add_argument("phase", choices=PHASES)
    note = _one(verbs.add_parser("note", help="write something on the timeline"))
    note.add_argument("text", type=_text, help="what happened, or what is known now")
    _practice.note_arguments(note)
    note.add_argument("--at", help="when it happened (RFC 3339; default: now)")
    _regrouping.arguments(
        _one(verbs.add_parser("merge", help="make it part of another incident")),
        _one(verbs.add_parser("split", help="give alerts of it an incident of their own")),
        _incident,
    )
    role = _one(verbs.add_parser("role", help="show, give or end roles"))
    _practice.role_arguments(role)
    role.set_defaults(parser=role)
    update = _one(verbs.add_parser("update", help="tell those who wait how it stands"))
    _practice.update_arguments(update, _options.instant)
    _practice.timeline_arguments(verbs, _one)
    snooze = _one(verbs.add_parser("snooze", help="take it until an instant, then page again"))
    snooze.add_argument("until", type=_options.instant, help="RFC 3339, or a duration such as 2h")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument(
        "--state",
        default="open,acknowledged",
        help="states with commas, or `all` (default: %(default)s)",
    )
    for name, text in FILTERS.items():
        parser.add_argument(f"--{name}", help=text)
    parser.add_argument("--limit", type=int, default=100, help="at most so many, newest first")


def _declare_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument("title", help="what is wrong, in a line")
    parser.add_argument("--severity", choices=SEVERITIES, help="how bad it is; unless given: asked")
    for name, text in DETAILS.items():
        parser.add_argument(f"--{name}", help=text)


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _options.daemon(parser)
    parser.add_argument("incident", type=_incident, help="INC-12, or 12")
    return parser


def _incident(text: str) -> str:
    number = text.upper().removeprefix("INC-")
    if not (number.isascii() and number.isdecimal()):
        raise argparse.ArgumentTypeError(
            f"an incident is written INC-12, or 12; {text!r} is neither"
        )
    return f"INC-{number}"


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a note says something: some text is expected")
    return text


def run(options: argparse.Namespace) -> int:
    """Run the verb and print the daemon's answer; the exit status."""
    client = client_of(options)
    try:
        match options.verb:
            case "list":
                return _shown(options, _list(client, options), _print_list)
            case "timeline":
                answer = every(client, f"{_path(options)}/timeline", "entries")
                return _shown(options, answer, _print_timeline)
            case "alerts":
                answer = every(client, f"{_path(options)}/alerts", "alerts")
                return _shown(options, answer, print_alerts)
            case "show":
                return _shown(options, _one_with_hints(client, options), _print_one)
            case "role":
                return _shown(options, *_practice.role(client, _path(options), options))
            case "update":
                return _shown(options, *_practice.update(client, _path(options), options))
            case "correct" | "mark" | "import":
                return _shown(options, *_practice.chronicle(client, _path(options), options))
            case "checklist":
                return _shown(options, *_practice.checklist(client, _path(options), options))
            case "export":
                return _export.export(client, _path(options), options)
            case "severities":
                return _shown(options, client.get("/api/v1/severities"), print_severities)
            case "merge":
                return _shown(options, _act(client, options), _regrouping.print_merged)
            case "declare":
                options.severity = chosen(client, options)
                return _shown(options, client.post(BASE, _declaration(options)), _print_line)
            case _:
                if options.verb == "severity":
                    options.severity = chosen(client, options)
                return _shown(options, _act(client, options), _print_line)
    except Held as held:
        command = f"triaged incident ack {options.incident} --take-over"
        return complain(f"{_who_holds(held)}\n  to take it over: {command}")
    except Failed as failure:
        return complain(failure)


def _act(client: Client, options: argparse.Namespace) -> Any:
    """The incident after the verb; what somebody else holds is taken over if the user says so."""
    path, body = _action(options)
    try:
        return client.post(f"{_path(options)}/{path}", body)
    except Held as held:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        print(f"{_who_holds(held)}\nTake it over? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise
    return client.post(f"{_path(options)}/{path}", {**body, "take_over": True})


def _who_holds(held: Held) -> str:
    """`bob holds INC-12`, without what the daemon tells a program to do."""
    return str(held).partition(";")[0].removeprefix("Conflict: ")


def _shown(options: argparse.Namespace, answer: Any, text: Callable[[Any], None]) -> int:
    if options.output == "json":
        print_json(answer)
    else:
        text(answer)
    return 0


def _one_with_hints(client: Client, options: argparse.Namespace) -> Any:
    """The incident, with its hints under `hints` where the daemon knows any."""
    row = client.get(_path(options))
    with suppress(Failed):  # an older daemon; hints are no reason to show nothing
        row["hints"] = client.get(f"{_path(options)}/hints")
    return row


def _path(options: argparse.Namespace) -> str:
    return f"{BASE}/{options.incident}"


def _list(client: Client, options: argparse.Namespace) -> Any:
    names = tuple(FILTERS)
    query: dict[str, str | None] = {name: getattr(options, name) for name in names}
    query["state"] = None if options.state == "all" else options.state
    query["limit"] = str(options.limit)
    return client.get(BASE, query)


def _declaration(options: argparse.Namespace) -> dict[str, object]:
    names = ("title", "severity", "service", "team", "text")
    given = {name: getattr(options, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _action(options: argparse.Namespace) -> tuple[str, dict[str, object]]:
    """The path below the incident and the body of the verb's request."""
    match options.verb:
        case "assign":
            return "assign", {"person": options.person}
        case "severity":
            reason = {"reason": options.reason} if options.reason else {}
            return "severity", {"severity": options.severity, **reason}
        case "phase":
            return "phase", {"phase": options.phase}
        case "note":
            at = {"at": options.at} if options.at else {}
            kind = {name: value for name in ("kind", "marker") if (value := getattr(options, name))}
            return "notes", {"text": options.text, **at, **kind}
        case "snooze":
            return "snooze", {"until": options.until}
        case "merge":
            return "merge", _regrouping.merge_body(options)
        case "split":
            return "split", _regrouping.split_body(options)
        case verb:
            path, _ = PLAIN[verb]
            note = {"note": options.note} if options.note else {}
            take_over = {"take_over": True} if getattr(options, "take_over", False) else {}
            return path, {**note, **take_over}


def _print_list(answer: Any) -> None:
    rows = [
        (
            row["id"],
            row["severity"],
            _state(row),
            _response(row),
            row["alerts"]["firing"],
            row["title"],
        )
        for row in answer["incidents"]
    ]
    print_table(("ID", "SEVERITY", "STATE", "RESPONSE", "ALERTS", "TITLE"), rows)
    if answer.get("next_cursor"):
        print("… and more: narrow the list down, or raise --limit")


def _state(row: Any) -> str:
    """`open`, or `ack by bob, 59m left`: until the acknowledgement ends, unless it is renewed."""
    if not row.get("holder"):
        return str(row["state"])
    until = row.get("acknowledged_until")
    ends = f", {left(until).removeprefix('in ')} left" if until else ""
    word = "acknowledged" if columns() is None else "ack"
    return f"{word} by {row['holder']}{ends}"


def _response(row: Any) -> str:
    """The response target; of an open incident when it ends, or that its rounds are over."""
    if row["escalation"].get("exhausted"):
        return "exhausted"
    response = str(row["response"])
    if row["state"] != "open" or not row["respond_by"]:
        return response
    return f"{response} {left(row['respond_by'])}"


def _print_one(row: Any) -> None:
    """What is wrong and who has it, then who is paged, then the rest."""
    alerts, place = row["alerts"], row["escalation"]
    print(clean(f"{row['id']}  {row['title']}"))
    print_fields(
        [
            *_plain(row, "severity", "severity_by", "state", "response"),
            *_regrouping.lineage_fields(row),
            ("respond by", _respond_by(row)),
            ("exhausted", "all rounds are over, unanswered" if place.get("exhausted") else None),
            *_plain(row, "holder"),
            ("acknowledged until", _instant_left(row.get("acknowledged_until"))),
            ("muted by", ", ".join(row.get("muted_by") or [])),
            *what_fields(row),
            *_plain(row, "service", "team", "runbook"),
            *link_fields(row),
            ("alerts", f"{alerts['firing']} firing, {alerts['resolved']} resolved"),
            ("left out", f"{alerts['truncated']} by the sender" if alerts["truncated"] else None),
            *paging_fields(row),
            *_practice.work_fields(row),
            *_plain(row, "acknowledged_by", "assigned_to", "resolved_by", "previous"),
            *((name.replace("_", " "), local_time(row.get(name))) for name in TIMES),
            *_plain(row, "phase", "policy"),
            ("escalation", f"epoch {place['epoch']}, round {place['round']}, step {place['step']}"),
            ("reopens", row["reopens"] or None),
            ("labels", ", ".join(f"{k}={v}" for k, v in row["labels"].items())),
        ]
    )
    print_first_alerts(row)
    if "hints" in row:
        print_hints(row["hints"])


def _plain(row: Any, *names: str) -> list[tuple[str, object]]:
    return [(name.replace("_", " "), row.get(name)) for name in names]


def _respond_by(row: Any) -> str:
    at = row.get("respond_by")
    return _instant_left(at) if row["state"] == "open" else local_time(at)


def _instant_left(text: str | None) -> str:
    """An instant, and how long until then."""
    return f"{local_time(text)} ({left(text)})" if text else ""


def _print_line(row: Any) -> None:
    by = f" by {row['acknowledged_by']}" if row["state"] == "acknowledged" else ""
    print(clean(f"{row['id']}  {row['severity']}  {row['state']}{by}  {row['title']}"))
    if row.get("paged"):
        print(clean(f"pages {', '.join(row['paged'])}"))


def _happened(entry: Any) -> str:
    return f"{'phase ' if entry['kind'] == 'phase.changed' else ''}{entry['text']}"


def _print_timeline(answer: Any) -> None:
    """On a terminal a table for each day, so that what happened has the room."""
    if columns() is None:
        whole = [
            (local_time(entry["at"]), entry["kind"], entry["actor"], entry["text"])
            for entry in answer["entries"]
        ]
        print_table(("AT", "WHAT", "WHO", ""), whole)
        return
    for day, entries in groupby(answer["entries"], lambda entry: local_day(entry["at"])):
        print(day)
        rows = [(local_clock(one["at"]), one["actor"], _happened(one)) for one in entries]
        print_table(("AT", "WHO", "WHAT"), rows, wraps=True)
