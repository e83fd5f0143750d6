"""`triaged send`: deliver a sample body to a running daemon."""

import argparse
import sys
from pathlib import Path
from urllib.parse import quote

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._output import print_json

SUMMARY = "deliver a sample webhook body to a running daemon"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, and the source, which is guessed from the shape unless given."""
    _options.daemon(parser)
    parser.add_argument("payload", type=Path, help="a JSON file, or - for standard input")
    parser.add_argument("--source", help="the source to send as (default: by the body's shape)")


def run(options: argparse.Namespace) -> int:
    """Send the body and print the answer; the exit status."""
    name = str(options.payload)
    try:
        body = sys.stdin.buffer.read() if name == "-" else options.payload.read_bytes()
    except OSError as error:
        return complain(f"cannot read {name}: {error.strerror}")
    source = options.source or source_of(body)
    path = "/api/v2/alerts" if source == "prometheus" else f"/webhooks/{quote(source, safe='')}"
    try:
        answer = client_of(options).post_body(path, body)
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json({"source": source, **answer})
        return 0
    incidents = ", ".join(answer.get("incidents", [])) or "no incident"
    print(f"{source}: {answer.get('accepted', 0)} accepted → {incidents}")
    if answer.get("quarantined"):
        print(f"{answer['quarantined']} quarantined: see `triaged quarantine list`")
    return 0


def source_of(body: bytes) -> str:
    """The kind of source whose shape `body` has; `generic` when none claims it."""
    from triaged.ingest.contract import SOURCES, Recognizable

    for name in SOURCES.kinds:
        kind = SOURCES.load(name)
        if isinstance(kind, Recognizable) and kind.detect(body):
            return name
    return "generic"
