"""Messages for the operator at a start: why it fails, or the first thing to try."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from triaged.config.files import STATE
from triaged.core.time.durations import SECOND
from triaged.errors import Problem

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h: systemd does not restart into the same mistake."""

NO_TOKENS = (
    "auth is `tokens`, and there is none in the configuration and none in {store}: make one with\n"
    "  {state}triaged token create --offline --scope admin NAME --config {path}\n"
    "or, for a daemon on loopback that nobody else can reach, set `auth: none`"
)


def refuse_configuration(problems: Iterable[Problem]) -> int:
    """Print all problems on stderr; the exit status."""
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return EXIT_CONFIG


def refuse_without_tokens(path: Path, store: str) -> int:
    """Say on stderr how to make the first token; the exit status."""
    state = os.environ.get(STATE)
    prefix = f"STATE_DIRECTORY={state} " if state else ""
    message = NO_TOKENS.format(path=path, store=store, state=prefix)
    sys.stderr.write(f"triaged: {message}\n")
    return EXIT_CONFIG


def invitation(version: str, place: str, now: int) -> str:
    """A hint for newcomers: the console, and a command that raises a new incident each time."""
    alert = (
        f'[{{"labels": {{"alertname": "Demo{now // SECOND % 100_000}", "severity": "critical"}}}}]'
    )
    return (
        f"triaged {version} listens on {place}; the console is {place}/; raise an incident with:\n"
        f"  curl -H 'Content-Type: application/json' -d '{alert}' {place}/api/v2/alerts"
    )
