"""`triaged explain`: what the rules make of an alert, and why, down to who is paged."""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._explained import print_explained, print_incident, print_recorded
from triaged.cli._output import print_json
from triaged.cli.send import source_of

if TYPE_CHECKING:
    from triaged.config.model import Configuration, Source

SUMMARY = "say why an alert gets its severity, its incident and its pages"
_INCIDENT = re.compile(r"INC-\d{1,15}", re.IGNORECASE)
UNSEEN = "without a daemon: an incident that is open already is not seen"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to explain, and how much of it."""
    _options.config(parser)
    _options.daemon(parser)
    parser.add_argument(
        "what",
        help="a body as senders send it (PAYLOAD.json, - for standard input); or, of a running "
        "daemon, an incident (INC-12) or an alert (SOURCE/FINGERPRINT)",
    )
    parser.add_argument("--source", help="the source it comes from (default: by the body's shape)")
    parser.add_argument("--at", help="when it comes in (RFC 3339; default: now)")
    parser.add_argument("--all", action="store_true", help="every rule, not only what is near")


def run(options: argparse.Namespace) -> int:
    """Explain; print."""
    what = options.what
    try:
        if _INCIDENT.fullmatch(what):
            return _of_incident(options)
        if "/" in what and not Path(what).exists() and not what.endswith(".json"):
            return _of_alert(options)
        rows = _of_file(options)
    except Failed as failure:
        return complain(failure)
    if options.output == "json":
        print_json({"alerts": rows, "unseen": [UNSEEN]})
        return 0
    for number, row in enumerate(rows):
        print("\n" * (number > 0), end="")
        print_explained(row, everything=options.all)
    print(f"triaged: {UNSEEN}", file=sys.stderr)
    return 0


def _of_incident(options: argparse.Namespace) -> int:
    """What the daemon recorded of an incident."""
    answer = client_of(options).get(f"/api/v1/incidents/{options.what.upper()}/explain")
    if options.output == "json":
        print_json(answer)
    else:
        print_incident(answer, everything=options.all)
    return 0


def _of_alert(options: argparse.Namespace) -> int:
    """What the daemon recorded of an alert."""
    source, _, fingerprint = options.what.partition("/")
    asked = {"source": source, "fingerprint": fingerprint}
    answer = client_of(options).get("/api/v1/alerts/explain", asked)
    if options.output == "json":
        print_json(answer)
    else:
        print_recorded(answer, everything=options.all)
    return 0


def _of_file(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each alert of the file, explained by the configuration."""
    import msgspec

    from triaged.rules.explained import explained

    body = _body(options.what)
    configuration = _configuration(options.config)
    at = _instant(options.at)
    alerts = _alerts(configuration, options.source or source_of(body), body, at)
    return [msgspec.to_builtins(explained(configuration.settings, one, at)) for one in alerts]


def _body(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Failed(f"cannot read {name}: {error.strerror}") from None


def _instant(text: str | None) -> int:
    from datetime import datetime

    from triaged.clock import SystemClock
    from triaged.wire import instant

    if text is None:
        return SystemClock().now()
    try:
        return instant(datetime.fromisoformat(text))
    except (TypeError, ValueError):  # no instant, or one without its zone
        wanted = "an instant such as 2026-03-30T10:00:00+02:00 is expected"
        raise Failed(f"--at {text!r}: {wanted}") from None


def _configuration(path: Path) -> "Configuration":
    from triaged.config.read import load

    loaded = load(path, os.environ)
    errors = [str(problem) for problem in loaded.problems if not problem.warning]
    if loaded.configuration is None or errors:
        raise Failed("the configuration cannot be used:\n" + "\n".join(errors))
    return loaded.configuration


def _alerts(configuration: "Configuration", name: str, body: bytes, at: int) -> list[Any]:
    from triaged.errors import Malformed
    from triaged.ingest import Received
    from triaged.plugins import load

    source: Source | None = configuration.sources.get(name)
    if source is None:
        known = ", ".join(sorted(configuration.sources))
        raise Failed(f"there is no source {name!r}; there are {known}")
    try:
        parsed = load("triaged.ingest", source.kind).parse(
            Received(name, body, {}, at), source.settings
        )
    except Malformed as error:
        raise Failed(f"as a body of {name} it cannot be used: {error}") from None
    return list(parsed.alerts)
