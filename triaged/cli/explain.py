"""`triaged explain`: the outcome of the rules for an alert, the reasons, and who is paged."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from triaged.cli import _options
from triaged.cli._client import Failed, client_of, complain
from triaged.cli._explained import print_explained, print_incident, print_recorded
from triaged.cli._output import print_json
from triaged.cli._payload import alerts_in, body_of, configured, instant_of
from triaged.cli.send import source_of

SUMMARY = "say why an alert gets its severity, its incident and its pages"
_INCIDENT = re.compile(r"INC-\d{1,15}", re.IGNORECASE | re.ASCII)
UNSEEN = "without a daemon: open incidents, silences and what else fires are not seen"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the alert or incident to explain, and the amount of detail."""
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
    """Explain a file, an incident or an alert; the exit status."""
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
    """The explanation of an incident as the daemon recorded it."""
    answer = client_of(options).get(f"/api/v1/incidents/{options.what.upper()}/explain")
    if options.output == "json":
        print_json(answer)
    else:
        print_incident(answer, everything=options.all)
    return 0


def _of_alert(options: argparse.Namespace) -> int:
    """The explanation of an alert as the daemon recorded it."""
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

    from triaged.rules.explain.explained import explained

    at = instant_of(options.at)
    body = body_of(options.what)
    configuration = configured(options.config)
    alerts = alerts_in(configuration, options.source or source_of(body), body, at)
    return [msgspec.to_builtins(explained(configuration.settings, one, at)) for one in alerts]
