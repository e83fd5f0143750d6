"""The inputs of commands that need no daemon: a correct configuration, a sender's body.

Everything here raises `Failed` with a message for the person who called.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from triaged.cli._client import Failed, Misused, client_of

if TYPE_CHECKING:
    from triaged.config.model import Configuration, Source
    from triaged.core.oncall.facts import DutyFacts
    from triaged.core.records.model import Alert
    from triaged.core.settings import Settings


def body_of(name: str) -> bytes:
    """The content of the file `name`, or of standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Failed(f"cannot read {name}: {error.strerror}") from None


def instant_of(text: str | None, option: str = "--at") -> int:
    """The instant that an option names, in µs UTC; the present for None."""
    from datetime import datetime

    from triaged.clock import SystemClock
    from triaged.wire import instant

    if text is None:
        return SystemClock().now()
    try:
        return instant(datetime.fromisoformat(text))
    except (TypeError, ValueError):  # no instant, or one without its zone
        wanted = "an instant such as 2026-03-30T10:00:00+02:00 is expected"
        raise Misused(f"{option} {text!r}: {wanted}") from None


def configured(path: Path, rules: tuple[str, ...] = ()) -> "Configuration":
    """The configuration, which must have no error; with `rules` instead of its own if given."""
    from triaged.config.read import load

    loaded = load(path, os.environ, rules)
    errors = [str(problem) for problem in loaded.problems if not problem.warning]
    if loaded.configuration is None or errors:
        raise Failed("the configuration cannot be used:\n" + "\n".join(errors))
    return loaded.configuration


def duty_facts(options: argparse.Namespace, at: int) -> "DutyFacts":
    """The overrides and calendar shifts of the daemon at `--url` from an instant on; else none."""
    import msgspec

    from triaged.core.oncall.facts import NO_FACTS, indexed
    from triaged.core.records.duty.overrides import FeedShifts, Override
    from triaged.wire import instant_text

    if options.url is None:
        return NO_FACTS
    found = client_of(options).get("/api/v1/duty", {"from": instant_text(at)})
    try:
        overrides = msgspec.convert(found["overrides"], list[Override])
        feeds = msgspec.convert(found["feeds"], list[FeedShifts])
    except msgspec.ValidationError as error:
        raise Failed(f"the daemon's facts about duty cannot be read: {error}") from None
    return indexed(overrides, feeds, found["version"])


def without_dead_contacts(
    options: argparse.Namespace, settings: "Settings", *kinds: str
) -> "Settings":
    """The settings without the contacts that the daemon at `--url` knows to be of these kinds.

    `off`: they are passed over; `unconfirmed`: where `confirm_contacts` asks for it.
    """
    from triaged.core.oncall.people import without_contacts

    if options.url is None:
        return settings
    rows = client_of(options).get("/api/v1/people")["people"]
    gone = {row["person"]: [name for kind in kinds for name in row[kind]] for row in rows}
    for person, names in gone.items():
        for name in names:
            print(f"triaged: {person}/{name} counts as unreachable", file=sys.stderr)
    return without_contacts(settings, gone)


def unseen(options: argparse.Namespace, others: str) -> str:
    """What a command does not see: overrides and calendars, unless it has a daemon; `others`."""
    if options.url is not None:
        return others
    return f"overrides and calendar feeds are not seen (--url fetches them); {others}"


def alerts_in(configuration: "Configuration", name: str, body: bytes, at: int) -> "list[Alert]":
    """The alerts of a body of the source `name`, received at `at`; there is at least one.

    What of the body would go to quarantine is said on standard error.
    """
    from triaged.core.text.names import meant
    from triaged.errors import Malformed
    from triaged.ingest import Received
    from triaged.ingest.contract import SOURCES

    source: Source | None = configuration.sources.get(name)
    if source is None:
        known = sorted(configuration.sources)
        hint = meant(name, known)
        raise Failed(f"there is no source {name!r}; there are {', '.join(known)}{hint}")
    try:
        received = Received(name, body, {}, at)
        parsed = SOURCES.load(source.kind).parse(received, source.settings)
    except Malformed as error:
        raise Failed(f"as a body of {name} it cannot be used: {error}") from None
    for one in parsed.rejected:
        print(f"triaged: goes to quarantine: {one.detail}", file=sys.stderr)
    if not parsed.alerts:
        changes = f": {len(parsed.changes)} changes, of which hints are made"
        raise Failed(f"there is no alert in it{changes if parsed.changes else ''}")
    return list(parsed.alerts)
