"""Alerts as a cluster sends them, made so cheaply that making them does not disturb the measure.

A body is put together from pieces of text with slots between them, by wrk's Lua and by our own
generator alike, so that no label set is ever sent twice unless it is meant to be.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Literal

import msgspec

from triaged.wire import encode

Path_ = Literal["/api/v2/alerts", "/webhooks/alertmanager"]
API: Path_ = "/api/v2/alerts"
WEBHOOK: Path_ = "/webhooks/alertmanager"

ALERTS = ("KubePodCrashLooping", "KubePodNotReady", "ContainerOomKilled", "HighErrorRate")
SERVICES = ("checkout", "search", "payments", "basket", "catalogue")
CLUSTERS = ("eu-1", "us-1")
NAMESPACES = ("shop", "shop-canary")
SEVERITIES = ("warning", "critical", "info", "warning")

TOGETHER = 16
"""Neighbours in a body that share an incident key: a rule fires for several pods at once."""

SLOT = re.compile(r"@(\w+)@")
ENDS_IN = timedelta(minutes=4)
"""Prometheus sends an `endsAt` four times its resend delay ahead."""

STARTED = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}.123Z"
"""When every alert began; the same all the time, so that a repeat is one."""


class Bodies(msgspec.Struct, frozen=True):
    """What to send. Alert `n` is the same for every generator; 80 incident keys in all."""

    path: Path_ = API
    alerts: int = 64
    """How many in a request. Prometheus sends at most 64 since 2.0 (256 since 3.5)."""
    population: int = 0
    """After so many alerts they repeat, with other annotations and another `endsAt`; 0: never."""

    def shapes(self) -> list[str]:
        """An alert of each incident key, as JSON with slots."""
        keys = product(enumerate(ALERTS), SERVICES, CLUSTERS, NAMESPACES)
        return [encode(self._shape(key)).decode() for key in keys]

    def _shape(self, key: tuple[tuple[int, str], str, str, str]) -> object:
        (kind, name), service, cluster, namespace = key
        pod = f"{service}-@id@"
        alert: dict[str, object] = {
            "labels": {
                "alertname": name,
                "cluster": cluster,
                "container": service,
                "endpoint": "http-metrics",
                "instance": "10.@ip@:8080",
                "job": "kube-state-metrics",
                "namespace": namespace,
                "pod": pod,
                "service": service,
                "severity": SEVERITIES[kind],
            },
            "annotations": {
                "description": f"Pod {namespace}/{pod} ({service}) restarted @value@ times within"
                " 10 minutes and is not serving.",
                "runbook_url": f"https://runbooks.example.org/kubernetes/{name.lower()}",
                "summary": f"{name}: {service} in {cluster} is at @value@ %",
            },
            "startsAt": STARTED,
            "endsAt": "@ends@",
            "generatorURL": f"http://prometheus-{cluster}:9090/graph?g0.expr=rate%28restarts%7B"
            f"service%3D%22{service}%22%7D%5B10m%5D%29+%3E+0&g0.tab=1",
        }
        if self.path == WEBHOOK:
            alert |= {"status": "firing", "fingerprint": "a5@id@0f"}
        return alert

    def frame(self) -> tuple[str, str]:
        """What stands before and after the alerts of a body."""
        if self.path == API:
            return "[", "]"
        group: dict[str, object] = {
            "version": "4",
            "groupKey": '{}:{alertname="KubePodNotReady"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "triaged",
            "groupLabels": {"alertname": "KubePodNotReady"},
            "commonLabels": {"job": "kube-state-metrics"},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager:9093",
        }
        return encode(group).decode()[:-1] + ',"alerts":[', "]}"

    def body(self, first: int) -> bytes:
        """The body whose first alert is number `first`."""
        return next(self.following(first))

    def following(self, first: int) -> Iterator[bytes]:
        """Bodies without end, from alert number `first` on."""
        shapes = [SLOT.split(shape) for shape in self.shapes()]
        before, after = self.frame()
        while True:
            ends_at = datetime.now(UTC) + ENDS_IN
            ends = f"{ends_at:%Y-%m-%dT%H:%M:%S}.{first // self.alerts % 1000:03}Z"
            alerts = []
            for number in range(first, first + self.alerts):
                which = number % self.population if self.population else number
                slots = {"id": f"{which:012x}", "ip": ip(which), "value": f"{number % 99991}.5"}
                slots["ends"] = ends
                shape = shapes[which // TOGETHER % len(shapes)]
                alerts.append("".join(slots[p] if i % 2 else p for i, p in enumerate(shape)))
            yield f"{before}{','.join(alerts)}{after}".encode()
            first += self.alerts

    def lua(self, first: int) -> str:
        """A script for wrk that sends the same, and prints what came of it as one line of JSON."""
        shapes = ",\n".join(
            "{" + ",".join(_quoted(piece) for piece in SLOT.split(shape)) + "}"
            for shape in self.shapes()
        )
        before, after = self.frame()
        numbers = {"first": first, "alerts": self.alerts, "population": self.population}
        numbers |= {"together": TOGETHER, "ends_in": int(ENDS_IN.total_seconds())}
        lines = [f"local {name} = {number}" for name, number in numbers.items()]
        texts = {"before": before, "after": after, "path": self.path}
        lines += [f"local {name} = {_quoted(text)}" for name, text in texts.items()]
        script = Path(__file__).with_name("send.lua").read_text()
        return "\n".join([*lines, f"local shapes = {{{shapes}}}", script])


def ip(number: int) -> str:
    """The last three parts of an address of its own for each of 2^24 alerts."""
    return f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _quoted(text: str) -> str:
    assert "]==]" not in text
    return f"[==[{text}]==]"
