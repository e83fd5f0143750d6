"""Test pages from a terminal: how long to wait for them, and what became of each."""

import argparse
from typing import Any

from triaged.cli._client import Client

WAIT = "45s"
"""A test page is given up after 30 s, but an attempt that is under way is not cut off."""

POLL_US = 250_000


def duration_us(text: str) -> int:
    """A duration in µs, as an argument of a command. Raises `ArgumentTypeError`."""
    from triaged.core.time.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError:
        message = f"a duration such as 45s is expected, not {text!r}"
        raise argparse.ArgumentTypeError(message) from None


def followed(client: Client, incident: str, wait_us: int) -> Any:
    """The pages of a test, when none is due any more or the time is up."""
    import asyncio

    from triaged.clock import SystemClock

    clock = SystemClock()
    end = clock.now() + wait_us
    while True:
        pages = client.get(f"/api/v1/incidents/{incident}/pages")["pages"]
        if clock.now() >= end or all(page["state"] != "due" for page in pages):
            return pages
        asyncio.run(clock.sleep_until(min(end, clock.now() + POLL_US)))


def result(page: Any) -> str:
    """The result of a test page in words."""
    tries = f" ({page['attempts']} attempts)" if page["attempts"] > 1 else ""
    match page["state"]:
        case "sent":
            said = f": {page['provider_ref']}" if page["provider_ref"] else ""
            return f"delivered by {page['channel']}{said}"
        case "due":
            return f"no result yet{tries}: {page['error'] or 'the provider has not answered'}"
        case _:
            return f"failed{tries}: {page['error']}"
