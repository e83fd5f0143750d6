"""`triaged selftest`: whether a running daemon would page somebody now, step by step."""

import argparse
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from triaged.cli import _options
from triaged.cli._client import Client, Failed, client_of, complain
from triaged.cli._output import clean, paint, print_json
from triaged.cli._test_pages import WAIT, duration_us, followed, result

SUMMARY = "whether the daemon would page somebody now; --page sends a test page"

OLDEST_S = 60
"""A page that is due for longer has not gone: a lane waits a minute at most between attempts."""

LATE_S = 5
"""The timekeeper looks each second; a sweep finds what it has missed within seconds."""


class Step(msgspec.Struct, frozen=True):
    """A part of the way from an alert to a person, and whether it works."""

    name: str
    works: bool
    says: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--page`, `--wait` and the daemon's address."""
    _options.daemon(parser)
    parser.add_argument(
        "--page",
        nargs="?",
        const="",
        metavar="PERSON",
        help="send a test page by each contact of this person; of whoever is on call if none is "
        "named",
    )
    parser.add_argument(
        "--wait",
        type=duration_us,
        default=WAIT,
        metavar="DURATION",
        help="how long to wait for the providers (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Print a line for each step; 1 unless all of them work."""
    steps: list[Step] = []
    try:
        client = client_of(options)
        for step in _steps(client, options):
            steps.append(step)
            if options.output != "json":
                mark = paint("ok    ", "resolved") if step.works else paint("FAILED", "error")
                print(f"{mark}  {clean(f'{step.name}: {step.says}')}", flush=True)
    except Failed as failure:
        if options.output == "json":
            print_json({"ok": False, "steps": [msgspec.to_builtins(step) for step in steps]})
        return complain(failure)
    works = all(step.works for step in steps)
    if options.output == "json":
        print_json({"ok": works, "steps": [msgspec.to_builtins(step) for step in steps]})
    return 0 if works else 1


def _steps(client: Client, options: argparse.Namespace) -> Iterator[Step]:
    status: Any = client.get("/api/v1/status")
    yield Step("daemon", works=True, says=f"triaged {status['version']} answers")
    yield _ready(client)
    stuck = sorted(name for name, turns in status["healthy"].items() if not turns)
    says = f"no longer turning: {', '.join(stuck)}" if stuck else "all of them turn"
    yield Step("loops", not stuck, says)
    yield from _measured(Metrics(client.text("/metrics")))
    duty: Any = client.get("/api/v1/oncall")
    yield _on_call(duty["oncall"])
    if options.page is not None:
        on_call = [name for row in duty["oncall"] for name in row["people"]]
        people = [options.page] if options.page else list(dict.fromkeys(on_call))
        for person in people:
            yield from _paged(client, person, options.wait)
        if not people:
            yield Step("page", works=False, says="nobody is on call, so nobody was paged")


def _ready(client: Client) -> Step:
    try:
        client.text("/-/ready")
    except Failed as failure:
        return Step("store", works=False, says=str(failure))
    return Step("store", works=True, says="takes a transaction")


def _measured(metrics: "Metrics") -> Iterator[Step]:
    """The steps that the daemon's own metrics tell of."""
    loaded = metrics["triaged_config_last_reload_successful"] != 0
    says = "the last reload was applied" if loaded else "the last reload failed; see the log"
    yield Step("configuration", loaded, says)
    oldest = metrics["triaged_outbox_oldest_seconds"]
    waiting = f"{metrics['triaged_outbox_pending']:.0f} due, the oldest for {oldest:.0f} s"
    yield Step("outbox", oldest <= OLDEST_S, waiting)
    late = metrics["triaged_timers_overdue_seconds"]
    says = f"late by {late:.0f} s" if late > LATE_S else "in time"
    yield Step("timers", late <= LATE_S, says)


def _on_call(rows: Any) -> Step:
    empty = [row["schedule"] for row in rows if not row["people"]]
    if empty:
        return Step("on call", works=False, says=f"nobody by {', '.join(empty)}")
    people = (f"{row['schedule']}: {', '.join(row['people'])}" for row in rows)
    return Step("on call", works=True, says="; ".join(people) or "there is no schedule")


def _paged(client: Client, person: str, wait_us: int) -> Iterator[Step]:
    """A step for each contact of a person."""
    started: Any = client.post("/api/v1/oncall/test", {"person": person})
    for page in followed(client, started["incident"], wait_us):
        name = f"page to {person} by {page['contact']}"
        yield Step(name, page["state"] == "sent", result(page))


class Metrics:
    """An exposition; of what has no sample the value is 0."""

    def __init__(self, text: str) -> None:
        found = re.findall(r"^(\w+)(?:\{[^\n]*\})? (\S+)$", text, re.MULTILINE)
        self._values = {name: float(value) for name, value in found}

    def __getitem__(self, name: str) -> float:
        return self._values.get(name, 0.0)
