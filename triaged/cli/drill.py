"""`triaged drill`: practise an incident, answer its questions, read its report."""

import argparse
import sys
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Client, Failed, Misused, below, client_of, complain, every
from triaged.cli._output import clean, left, local_time, print_fields, print_json, print_table

SUMMARY = "practise an incident: run a scenario, answer its questions, read its report"
BASE = "/api/v1/drills"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `check`, `run`, `list`, `show`, `answer`, `abort` and `report`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="every error in scenario files; needs no daemon")
    check.add_argument("files", nargs="+", metavar="FILE", type=Path)
    _run_arguments(verbs.add_parser("run", help="start a drill"))
    listing = verbs.add_parser("list", help="drills, the newest first")
    _options.daemon(listing)
    listing.add_argument("--scenarios", action="store_true", help="those that come with triaged")
    _one(verbs.add_parser("show", help="one drill"))
    report = _one(verbs.add_parser("report", help="expected and actual times, and the answers"))
    report.add_argument("--markdown", action="store_true", help="as a document to keep")
    answer = _one(verbs.add_parser("answer", help="answer a question of the drill"))
    answer.add_argument("text", help="the answer")
    answer.add_argument("--question", type=int, help="its number (default: the last one asked)")
    abort = _one(verbs.add_parser("abort", help="end a drill now; its participants hear of it"))
    abort.add_argument("--reason", default="", help="why")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    _options.daemon(parser)
    parser.add_argument(
        "scenario", help="a scenario file, or the name of a shipped scenario: `drill list`"
    )
    parser.add_argument(
        "--page",
        action="store_true",
        help="page people by their contacts (default: everything goes to the daemon's console)",
    )
    parser.add_argument("--clock", help="real, or x60 for sixty times as fast")
    parser.add_argument(
        "--participant",
        dest="participants",
        action="append",
        metavar="PERSON",
        help="somebody who takes part; again for more (default: those of the scenario)",
    )


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _options.daemon(parser)
    parser.add_argument("drill", type=_options.identity, help="its incident, INC-12 or 12")
    return parser


def run(options: argparse.Namespace) -> int:
    """Do what the verb says."""
    try:
        if options.verb == "check":
            return _check(options.files)
        return _ask(client_of(options), options)
    except Failed as failure:
        return complain(failure)


def _ask(client: Client, options: argparse.Namespace) -> int:
    if options.verb == "list":
        return _list(client, options)
    if options.verb == "run":
        answer = client.post(BASE, _wish(options))
    else:
        path = below(BASE, options.drill)
        match options.verb:
            case "answer":
                body = {"text": options.text, "question": options.question}
                answer = client.post(f"{path}/answers", body)
            case "abort":
                answer = client.post(f"{path}/abort", {"reason": options.reason})
            case "report":
                return _report(client.get(f"{path}/report"), options)
            case _:
                answer = client.get(path)
    if options.output == "json":
        print_json(answer)
    else:
        _print_drill(answer, began=options.verb == "run")
    return 0


def _wish(options: argparse.Namespace) -> dict[str, object]:
    """The drill that the command line asks for."""
    wish: dict[str, object] = {"page": options.page}
    if options.clock:
        wish["clock"] = options.clock
    if options.participants:
        wish["participants"] = options.participants
    path = Path(options.scenario)
    if path.suffix not in (".yaml", ".yml") and not path.exists():
        return {**wish, "name": options.scenario}
    text = _text(path)
    if wrong := _problems(path, text):
        raise Failed("\n".join(wrong))
    return {**wish, "scenario": text.decode()}


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misused(f"cannot read {path}: {error.strerror}") from None


def _problems(path: Path, text: bytes) -> list[str]:
    """`FILE:LINE:COL: message` of everything that is wrong with a scenario."""
    from triaged.drills.reading import read_scenario

    _, problems = read_scenario(str(path), text)
    return [f"{problem.where}: {problem.message}" for problem in problems]


def _check(files: list[Path]) -> int:
    wrong = [line for path in files for line in _problems(path, _text(path))]
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))


def _list(client: Client, options: argparse.Namespace) -> int:
    if options.scenarios:
        found = client.get(BASE, {"limit": "1"})["scenarios"]
        if options.output == "json":
            print_json(found)
        else:
            print("\n".join(clean(name) for name in found))
        return 0
    answer = every(client, BASE, "drills")
    if options.output == "json":
        print_json(answer)
        return 0
    rows = answer["drills"]
    print_table(
        ("DRILL", "STARTED", "STATE", "SCENARIO"),
        [(row["id"], local_time(row["started_at"]), row["state"], row["scenario"]) for row in rows],
    )
    return 0


def _print_drill(row: Any, *, began: bool) -> None:
    whom = ", ".join(row["participants"])
    how = "people, by their contacts" if row["page"] else "the daemon's console only"
    print_fields(
        [
            ("drill", row["id"]),
            ("scenario", row["scenario"]),
            ("about", row["about"]),
            ("state", row["state"]),
            ("pages", how),
            ("participants", whom),
            ("clock", row["clock"]),
            ("started", f"{local_time(row['started_at'])}, {left(row['started_at'])}"),
            ("ended", local_time(row["ended_at"])),
            ("reason", row["reason"]),
            ("so far", f"{row['done']} of {row['of']} alerts and questions"),
        ]
    )
    if began:
        print(f"\nIt is an incident like any other: triaged incident ack {row['id']}")


def _report(found: Any, options: argparse.Namespace) -> int:
    if options.output == "json":
        print_json(found)
    elif options.markdown:
        print(found["markdown"], end="")
    else:
        _print_report(found)
    return 0


def _print_report(found: Any) -> None:
    drill = found["drill"]
    print(f"[DRILL] {clean(drill['scenario'])}, {drill['id']}, {drill['state']}\n")
    words = {True: "yes", False: "NO", None: ""}
    print_table(
        ("", "EXPECTED", "ACTUAL", "MET", "LAST TIME"),
        [
            (row["what"], row["expected"], row["actual"], words[row["met"]], row["last"])
            for row in found["rows"]
        ],
    )
    for one in found["questions"]:
        to = f" ({one['to'].replace('_', ' ')})" if one["to"] else ""
        print(f"\n{one['number']}. {clean(one['ask'])}{to}")
        for each in one["answers"] or [{"by": "nobody", "text": "no answer"}]:
            print(f"   {clean(each['by'])}: {clean(each['text'])}")
