"""A generated history through two sets of rules, as `triaged replay` does it."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import peers, rules
from bench.bodies import ALERTS, CLUSTERS, NAMESPACES, SEVERITIES, TOGETHER
from bench.options import Options
from bench.peers import Setup
from bench.table import Line
from triaged.cli._replaying import compare
from triaged.core.records.history import Act, Episode, PastIncident
from triaged.core.records.model import Response, Severity
from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.replay.history import Head
from triaged.wire import encode

WANTED = 1_000_000
WANTED_S = 60
EVERY_US = 2_592_000 * SECOND // WANTED
"""A million in 30 days."""

BEGIN = 1_774_864_800 * SECOND
SERVICES = 50
PODS = 25
"""Of a service: 100,000 label sets in all, each of which comes back ten times in a million."""

OTHER_RULES = 100


def measure(options: Options) -> list[Line]:
    """How many episodes a second, what happened and both runs compared included."""
    count = 50_000 if options.quick else WANTED
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "config.yaml").write_bytes(peers.configuration(Setup(), 9099))
        (place / "other").mkdir()
        (place / "other" / "rules.yaml").write_bytes(rules.rules(OTHER_RULES))
        path = place / "history"
        with path.open("wb") as file:
            file.writelines(encode(record) + b"\n" for record in _records(count))
        began = time.perf_counter()
        report = compare(str(path), place / "config.yaml", str(place / "other"))
        seconds = time.perf_counter() - began
    assert report.episodes == count, "every episode has been replayed"
    pages = report.difference.before.pages
    options.say(f"{report.difference.before.incidents} incidents, {pages} pages")
    for_all_s = seconds * WANTED / count
    return [
        Line(
            measure=f"replay: two runs, {count:,} episodes",
            ours=f"{count / seconds:,.0f}/s; {for_all_s:.0f} s for {WANTED:,}",
            wanted=f"≤ {WANTED_S} s for {WANTED:,}",
            holds=for_all_s <= WANTED_S,
        )
    ]


def _records(count: int) -> Iterator[object]:
    """A head, incidents that somebody acknowledged, and episodes of eight minutes each."""
    yield Head(BEGIN, BEGIN + count * EVERY_US + MINUTE, count)
    kinds = len(ALERTS) * SERVICES * len(CLUSTERS) * len(NAMESPACES)
    for number in range(min(kinds, count // TOGETHER)):
        at = BEGIN + number * TOGETHER * EVERY_US
        yield PastIncident(
            number=number + 1,
            title=ALERTS[number % len(ALERTS)],
            severity=Severity.SEV3,
            opened_at=at,
            response=Response.MET,
            why="new_key",
            acts=(Act(at + 4 * MINUTE, "acknowledge", "alice"),),
        )
    for number in range(count):
        yield _episode(number, number // TOGETHER % kinds)


def _episode(number: int, kind: int) -> Episode:
    rest, name = divmod(kind, len(ALERTS))
    rest, service = divmod(rest, SERVICES)
    namespace, cluster = divmod(rest, len(CLUSTERS))
    pod = f"service-{service}-{number % PODS}"
    at = BEGIN + number * EVERY_US
    return Episode(
        id=number + 1,
        source="alertmanager",
        fingerprint=f"{kind:08x}{number % PODS:08x}",
        received_at=at,
        starts_at=at,
        labels={
            "alertname": ALERTS[name],
            "cluster": CLUSTERS[cluster],
            "instance": f"10.1.{service}.{number % PODS}:8080",
            "job": "kube-state-metrics",
            "namespace": NAMESPACES[namespace],
            "pod": pod,
            "service": f"service-{service}",
            "severity": SEVERITIES[name],
        },
        annotations={"summary": f"{ALERTS[name]}: service-{service} fires"},
        ended_at=at + 8 * MINUTE,
        ended_by="resolved",
        incident=kind + 1,
        rule_set="bench",
    )
