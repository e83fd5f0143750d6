"""`triaged postmortem`: read, write, check, publish and export postmortems."""

import argparse
import sys
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import (
    Client,
    Failed,
    Overtaken,
    below,
    client_of,
    complain,
    every,
)
from triaged.cli._output import clean, left, local_time, print_fields, print_json, print_table

SUMMARY = "write, check, publish and export postmortems"
BASE = "/api/v1/postmortems"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a sub-command for each verb."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, what in (
        ("show", "the text, and what is missing; until somebody writes one, a draft made of facts"),
        ("edit", "open the text in $EDITOR and save it, or save a file"),
        ("review", "ask others to read it"),
        ("publish", "publish it: the incident may be closed from now on"),
        ("waive", "decide, as an admin, that the incident needs none"),
        ("export", "write it as a file for a repository"),
    ):
        one = verbs.add_parser(verb, help=what, description=what)
        _options.daemon(one)
        one.add_argument("incident", type=_options.identity, help="an incident such as INC-12")
        if verb == "edit":
            one.add_argument(
                "--file", type=Path, help="save this file (- for standard input); no editor opens"
            )
        elif verb == "waive":
            one.add_argument("--reason", required=True, help="why: 20 characters or more")
        elif verb == "export":
            one.add_argument(
                "--to", type=Path, metavar="FOLDER", help="folder to write it to (default: print)"
            )
            one.add_argument("--html", action="store_true", help="as an HTML page, for printing")
    listing = verbs.add_parser("list", help="those that are not published yet, newest first")
    _options.daemon(listing)
    listing.add_argument(
        "--state",
        default="draft,in_review",
        help="states with commas, or `all` (default: %(default)s)",
    )
    listing.add_argument("--due", action="store_true", help="only those that are asked for")
    what = "sentences that put a fault on a person, with their places and suggestions"
    lint = verbs.add_parser("lint", help=what, description=what)
    _options.daemon(lint)
    lint.add_argument("source", metavar="INCIDENT|FILE", help="an incident, or a Markdown file")
    what = "check exported files against their hash and the incident's timeline"
    verify = verbs.add_parser("verify", help=what, description=what)
    _options.daemon(verify)
    verify.add_argument("files", nargs="+", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Run the verb; the exit status."""
    client = client_of(options)
    try:
        match options.verb:
            case "list":
                return _shown(options, _list(client, options), _print_list)
            case "show":
                return _shown(options, client.get(_path(options)), _print_one)
            case "edit":
                return _edit(client, options)
            case "lint":
                return _lint(client, options)
            case "export":
                return _export(client, options)
            case "verify":
                from triaged.cli._verifying import verify

                return verify(client, options)
            case "waive":
                body: dict[str, object] = {"reason": options.reason}
                return _shown(options, client.post(f"{_path(options)}/waive", body), _print_state)
            case verb:
                return _shown(options, client.post(f"{_path(options)}/{verb}"), _print_state)
    except Failed as failure:
        return complain(failure)


def _path(options: argparse.Namespace) -> str:
    return below(BASE, options.incident)


def _shown(options: argparse.Namespace, answer: Any, text: Any) -> int:
    if options.output == "json":
        print_json(answer)
    else:
        text(answer)
    return 0


def _list(client: Client, options: argparse.Namespace) -> Any:
    query = {
        "state": None if options.state == "all" else options.state,
        "due": "true" if options.due else None,
    }
    return every(client, BASE, "postmortems", query)


def _print_list(answer: Any) -> None:
    rows = [
        (
            row["incident"],
            row["severity"],
            row["state"].replace("_", " "),
            f"{left(row['due_at'])}{', overdue' if row['overdue'] else ''}"
            if row["due_at"]
            else "",
            row["title"],
        )
        for row in answer["postmortems"]
    ]
    print_table(("INCIDENT", "SEVERITY", "STATE", "DUE", "TITLE"), rows)


def _print_one(row: Any) -> None:
    """The text; what is missing goes to stderr, so that the text can be redirected."""
    print(row["text"], end="" if row["text"].endswith("\n") else "\n")
    _print_state(row, sys.stderr)


def _print_state(row: Any, file: Any = None) -> None:
    file = file or sys.stdout
    state = row["state"].replace("_", " ")
    due = f", due {local_time(row['due_at'])}" if row["due_at"] else ""
    print(clean(f"{row['incident']}  {state}, revision {row['revision']}{due}"), file=file)
    if row["state"] in ("draft", "in_review"):
        for one in row["missing"]:
            print(clean(f"  missing: {one}"), file=file)
    if row["lint"]:
        count = len(row["lint"])
        noun = "sentence puts" if count == 1 else "sentences put"
        told = f"{count} {noun} a fault on a person: triaged postmortem lint {row['incident']}"
        print(f"  {told}", file=file)


def _etag(row: Any) -> str:
    return f'"r{row["revision"]}-{row["hash"][:8]}"' if row["revision"] else '"r0"'


def _edit(client: Client, options: argparse.Namespace) -> int:
    """Save what the editor or the file holds, made from the text that held when it was opened."""
    from triaged.cli._editing import edited, from_file, keep_merged

    row = client.get(_path(options))
    if options.file is None:
        text, etag = edited(row["text"], row["incident"]), _etag(row)
        if text == row["text"] and row["revision"]:
            print("nothing was changed")
            return 0
    else:
        text, revision = from_file(options.file)
        etag = _etag(row) if revision is None else f'"r{revision}"'
    try:
        saved = client.put(_path(options), {"text": text}, {"If-Match": etag})
    except Overtaken as overtaken:
        return keep_merged(overtaken, row["incident"])
    return _shown(options, saved, _print_state)


def _lint(client: Client, options: argparse.Namespace) -> int:
    """Print the findings; they forbid nothing, so the exit status is 0."""
    path = Path(options.source)
    if path.is_file():
        import msgspec

        from triaged.core.practice.learning.blameless import lint

        found = [msgspec.to_builtins(one) for one in lint(path.read_text(encoding="utf-8"))]
    else:
        found = client.get(below(BASE, options.source))["lint"]
    if options.output == "json":
        print_json(found)
        return 0
    for one in found:
        place = f"{options.source}:{one['line']}:{one['column']}"
        print(clean(f"{place}: {one['text']!r}: {one['suggestion']}"))
    return 0


def _export(client: Client, options: argparse.Namespace) -> int:
    row = client.get(_path(options))
    if options.html:
        text, name = (
            client.text(below("/postmortems", options.incident)),
            row["file"][:-3] + ".html",
        )
    else:
        text, name = client.text(f"{_path(options)}/export"), row["file"]
    if options.to is None:
        print(text, end="")
        return 0
    from triaged.cli._editing import write_whole

    written = write_whole(options.to, name, text)
    if options.output == "json":
        print_json({"file": str(written)})
    else:
        print_fields([("written", written)])
    return 0
