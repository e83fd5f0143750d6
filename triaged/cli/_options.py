"""Options that several commands share."""

import argparse
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URL = "http://127.0.0.1:9099"
CONFIG_PLACES = (Path("config.yaml"), Path("/etc/triaged/config.yaml"))


def output(parser: argparse.ArgumentParser) -> None:
    """Add `-o text|json`."""
    parser.add_argument(
        "-o", "--output", choices=("text", "json"), default="text", help="how to print the result"
    )


def daemon(parser: argparse.ArgumentParser) -> None:
    """Add `--url` and `-o`, which every command has that talks to a daemon."""
    url(parser)
    output(parser)


def url(parser: argparse.ArgumentParser) -> None:
    """Add `--url`."""
    parser.add_argument(
        "--url",
        type=_address,
        default=os.environ.get("TRIAGED_URL", DEFAULT_URL),
        help="the daemon's address (default: $TRIAGED_URL, then %(default)s); "
        "the token comes from $TRIAGED_TOKEN or the file $TRIAGED_TOKEN_FILE",
    )


def facts(parser: argparse.ArgumentParser) -> None:
    """Add `--url` to a command that works without a daemon."""
    parser.add_argument(
        "--url",
        type=_address,
        help="fetch overrides and calendar shifts from the daemon at this address; "
        "without it they are not seen",
    )


def identity(text: str) -> str:
    """An id. It must not be empty: the path without one is that of the whole list."""
    if not text:
        raise argparse.ArgumentTypeError("an id is expected, as `list` shows it")
    return text


def _address(text: str) -> str:
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as {DEFAULT_URL}")
    return whole


def config(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    parser.add_argument(
        "--config",
        type=Path,
        default=default_config(),
        help="the configuration file (default: $TRIAGED_CONFIG, ./config.yaml, "
        "/etc/triaged/config.yaml)",
    )


def default_config() -> Path:
    """The configuration file that is used when the command names none."""
    named = os.environ.get("TRIAGED_CONFIG")
    if named:
        return Path(named)
    return next((path for path in CONFIG_PLACES if path.exists()), CONFIG_PLACES[0])


def instant(text: str) -> str:
    """An RFC 3339 instant from one, or from a duration counted from now."""
    from triaged.clock import SystemClock
    from triaged.core.time.durations import parse_duration
    from triaged.wire import instant_text

    try:
        return instant_text(SystemClock().now() + parse_duration(text))
    except ValueError:
        pass
    try:
        is_good = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_good = False
    if not is_good:
        wanted = "an instant such as 2026-03-30T10:00:00+02:00, nor a duration such as 2h"
        raise argparse.ArgumentTypeError(f"{text!r} is neither {wanted}")
    return text
