"""A store as after a bad year: 100,000 open incidents, 1,000,000 firing alerts.

Filled through the store's own statements with what the core makes of alerts, ten to an incident;
labels and annotations are those of bodies.py. Nothing in it is due within the half hour, but for
the incidents that a measure asks for.
"""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.bodies import Bodies
from triaged.clock import SystemClock
from triaged.core.records.model import (
    Escalation,
    Incident,
    Plan,
    Recipient,
    Severity,
    Share,
    Step,
    Target,
)
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.view import key_text
from triaged.ingest import Received, prometheus
from triaged.store.database.connect import open_database
from triaged.wire import encode

ALERTS_EACH = 10
TARGET_US = HOUR
STEP_US = TARGET_US // 2
SEVERITY = Severity.SEV3
PLAN = Plan(
    "default",
    (
        Step((Target("person", "alice"),)),
        Step((Target("person", "alice"),), Share(0.5)),
    ),
)


class Size(msgspec.Struct, frozen=True):
    """How many incidents; alerts are ten times as many."""

    incidents: int = 100_000

    @property
    def alerts(self) -> int:
        """Firing alerts."""
        return self.incidents * ALERTS_EACH


def incident(number: int, step_at: int) -> Incident:
    """An open incident whose second step is due at `step_at`."""
    armed_at = step_at - STEP_US
    key = (("alertname", "KubePodNotReady"), ("cluster", "eu-1"), ("service", f"service-{number}"))
    return Incident(
        number=number,
        key=key,
        title=f"KubePodNotReady: service-{number} in eu-1 is at 12.5 %",
        severity=SEVERITY,
        severity_by="rule:label-warning",
        opened_at=armed_at,
        plan=PLAN,
        service=f"service-{number}",
        labels=dict(key) | {"namespace": "shop", "job": "kube-state-metrics"},
        received_at=armed_at,
        armed_at=armed_at,
        respond_by=armed_at + TARGET_US,
        at_risk_at=armed_at + TARGET_US * 3 // 4,
        escalation=Escalation(1, 1, 2, step_at, armed_at, TARGET_US),
        firing={SEVERITY: ALERTS_EACH},
        last_joined=("prometheus", f"{number:016x}"),
        told=(Recipient("alice", "a"),),
        entries=2,
        chain="0" * 64,
    )


async def fill(place: Path, size: Size) -> None:
    """Make the store in `place`."""
    clock = SystemClock()
    path = place / "triaged.db"
    database = await open_database(f"sqlite:{path}", clock)
    await database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    now = clock.now()
    _fill_incidents(connection, size, now + STEP_US - MINUTE)
    connection.executemany(_insert("alerts", ALERT_COLUMNS), _alert_rows(size, now))
    connection.execute("UPDATE counters SET next = ?", (size.incidents + 1,))
    connection.execute("INSERT INTO sources VALUES ('prometheus', ?)", (now,))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _insert(table: str, columns: str) -> str:
    marks = ",".join("?" * len(columns.split()))
    return f"INSERT OR REPLACE INTO {table} ({','.join(columns.split())}) VALUES ({marks})"


INCIDENT_COLUMNS = "number key state severity service team title opened_at changed_at body"
TIMER_COLUMNS = "incident kind due_at epoch round step"
ENTRY_COLUMNS = "incident seq at recorded_at kind actor text data hash"
PAGE_COLUMNS = "id incident channel state severity due_at created_at body"
ALERT_COLUMNS = (
    "source fingerprint firing episode starts_at last_seen_at lapse_check_at lapses_at repeats"
    " incident severity rule labels annotations url"
)


def _fill_incidents(connection: sqlite3.Connection, size: Size, step_at: int) -> None:
    """Incidents, their timers, and a short timeline."""
    numbers = range(1, size.incidents + 1)
    made = (incident(number, step_at + number) for number in numbers)
    connection.executemany(_insert("incidents", INCIDENT_COLUMNS), map(_incident_row, made))
    timers = (row for n in numbers for row in _timer_rows(incident(n, step_at + n)))
    connection.executemany(_insert("timers", TIMER_COLUMNS), timers)
    entries = (
        (number, seq, step_at, step_at, kind, "triaged", f"{kind} {number}", "{}", "0" * 64)
        for number in numbers
        for seq, kind in enumerate(("incident.opened", "alerts.joined"), 1)
    )
    connection.executemany(_insert("timeline", ENTRY_COLUMNS), entries)


def _incident_row(one: Incident) -> tuple[object, ...]:
    return (
        one.number,
        key_text(one.key),
        one.state,
        one.severity,
        one.service,
        "",
        one.title,
        one.opened_at,
        one.opened_at,
        encode(one).decode(),
    )


def _timer_rows(one: Incident) -> Iterator[tuple[object, ...]]:
    place = one.escalation
    yield one.number, "step", place.next_at, place.epoch, place.round, place.step
    yield one.number, "at_risk", one.at_risk_at, place.epoch, 0, 0
    yield one.number, "target", one.respond_by, place.epoch, 0, 0


def _alert_rows(size: Size, now: int) -> Iterator[tuple[object, ...]]:
    template = prometheus.parse(
        Received("prometheus", Bodies().body(0), {}, now), prometheus.Settings()
    ).alerts[0]
    annotations = encode(template.annotations).decode()
    labels = encode(template.labels | {"pod": "%s", "instance": "%s"}).decode()
    lapses_at = now + 25 * HOUR
    # Fingerprints are as good as random: rows arrive in any order of their index.
    for number in range(size.alerts):
        fingerprint = f"{number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}"
        text = labels % (f"10.0.0.1:{number}", f"checkout-{number:012x}")
        yield (
            "prometheus",
            fingerprint,
            1,
            1,
            now,
            now,
            lapses_at + number,
            lapses_at + number,
            0,
            number // ALERTS_EACH + 1,
            SEVERITY,
            "label-warning",
            text,
            annotations,
            template.url,
        )


def make_due(place: Path, numbers: range, first_at: int, every_us: int) -> dict[str, int]:
    """Have the second steps of these incidents due one after another; `INC-1` → when (µs UTC).

    The daemon must not run.
    """
    connection = sqlite3.connect(place / "triaged.db", isolation_level=None)
    connection.execute("BEGIN")
    due = {}
    for index, number in enumerate(numbers):
        one = incident(number, first_at + index * every_us)
        connection.execute(_insert("incidents", INCIDENT_COLUMNS), _incident_row(one))
        connection.executemany(_insert("timers", TIMER_COLUMNS), _timer_rows(one))
        due[one.id] = first_at + index * every_us
    connection.execute("COMMIT")
    connection.close()
    return due


def now_us() -> int:
    """The wall clock, which the daemon's clock starts from."""
    return time.time_ns() // 1000
