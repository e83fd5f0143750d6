"""The history of a daemon, fetched page by page into a file."""

import argparse
import sys
from typing import IO, Any

from triaged.cli._client import LIMIT, Client, Misused, client_of


def fetch(options: argparse.Namespace, file: IO[bytes]) -> None:
    """Write the history of a period to a file, in the form that `dry_run.replay.history` reads."""
    from triaged.wire import encode, instant_text

    since, until = _period(options)
    client = client_of(options)
    query = {"since": instant_text(since), "until": instant_text(until), "limit": LIMIT}
    duty = client.get("/api/v1/duty", {"from": query["since"]})
    facts = {name: duty[name] for name in ("overrides", "feeds")}
    head = {"type": "history", "since": since, "until": until, "version": 1, **facts}
    file.write(encode(head) + b"\n")
    fetched = 0
    for noun in ("silences", "incidents", "episodes"):
        for records in _pages(client, noun, query if noun != "silences" else {"limit": LIMIT}):
            file.write(b"".join(encode(record) + b"\n" for record in records))
            fetched += len(records)
            tell(f"{fetched} records fetched")
    tell("")


def _pages(client: Client, noun: str, query: dict[str, str]) -> Any:
    cursor: str | None = None
    while True:
        answer = client.get(f"/api/v1/history/{noun}", {**query, "cursor": cursor})
        yield answer[noun]
        cursor = answer.get("next_cursor")
        if not cursor:
            return


def _period(options: argparse.Namespace) -> tuple[int, int]:
    from triaged.clock import SystemClock

    now = SystemClock().now()
    until = now if options.until is None else _instant("--until", options.until, now)
    since = _instant("--since", options.since, now)
    if since >= until:
        raise Misused("--since: the period must begin before it ends")
    return since, until


def _instant(option: str, text: str, now: int) -> int:
    from triaged.cli._payload import instant_of
    from triaged.core.time.durations import parse_duration

    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        return instant_of(text, option)
    except Misused:
        wanted = "a duration such as 30d, or an instant such as 2026-03-30T10:00:00+02:00"
        raise Misused(f"{option} {text!r}: {wanted} is expected") from None


def tell(text: str) -> None:
    """Show the progress on a terminal; the next call overwrites it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
