"""Labels with a meaning of their own: those that triaged adds, and those of a scrape.

Prometheus adds to each sample the labels of its target: its job, its address, the Service, Pod and
container that answered. Where an exporter answers for something else, they name the exporter. The
object's labels keep their names only where the scrape honors them, so the values have to tell.
"""

import re
from collections.abc import Callable, Collection, Mapping
from fnmatch import translate
from functools import cached_property, lru_cache

import msgspec

from triaged.core.records.model import Labels

TEST = "test_message"
"""Label of a message that somebody sent to try a source; its value is the sender's program."""

STATE_REASON = "grafana_state_reason"
"""Annotation in which Grafana says why it fires though it has seen nothing; rules match it as a
label of that name."""

EXPORTERS = (
    "*kube-state-metrics*",
    "*-exporter",
    "*-exporter-*",
    "*_exporter",
    "*kubelet",
    "*cadvisor*",
    "*pushgateway*",
    "*opentelemetry-collector*",
    "*otel-collector*",
)
"""Names of what answers for something else, `*` standing for any text."""

SCRAPE_LABELS = (
    "container",
    "endpoint",
    "instance",
    "job",
    "metrics_path",
    "namespace",
    "pod",
    "prometheus",
    "prometheus_replica",
    "service",
    "workload",
)
"""Labels that a scrape adds; `workload` is made of `pod` by the shipped rules."""

NAMING = ("job", "service", "container", "pod")
"""Labels of a scrape whose value may name an exporter."""

PLACES = frozenset({*NAMING, "workload", "instance", "namespace"})
"""Labels of a scrape that an object may have itself. The others never name a place."""

OBJECTS = frozenset(
    """
    cronjob daemonset deployment device horizontalpodautoscaler job_name mountpoint node
    persistentvolumeclaim poddisruptionbudget resourcequota statefulset
    """.split()
)
"""Labels that no scrape adds: where one of them is, the address is the exporter's."""

ALL_OBJECTS = "kube-state-metrics"
"""It answers for a whole cluster: its address is never a place, the namespace always is."""

VALUE_MAX = 253
"""Characters of a Kubernetes name; a longer value names no exporter."""


NAMES_MAX = 4096
"""Values that are remembered with whether they name an exporter: few jobs and services are in use.
"""


class Exporters(msgspec.Struct, frozen=True, dict=True):
    """Names of exporters, and the labels that a scrape adds."""

    names: tuple[str, ...] = EXPORTERS
    labels: tuple[str, ...] = SCRAPE_LABELS

    def named_by(self, value: str) -> bool:
        """True if `value` names an exporter."""
        return len(value) <= VALUE_MAX and self._matches(value)

    @cached_property
    def _matches(self) -> Callable[[str], bool]:
        """Memo of a value: each new alert asks. A memo of (names, value) hashes all names."""
        found = re.compile("|".join(map(_searched, self.names)) or r"(?!)")

        @lru_cache(maxsize=NAMES_MAX)
        def matches(value: str) -> bool:
            return bool(value) and found.search(value.lower()) is not None

        return matches

    @cached_property
    def _added(self) -> frozenset[str]:
        return frozenset(self.labels)

    def of_scrape(self, labels: Labels) -> frozenset[str]:
        """The names of those of `labels` that tell of the scrape and not of the object."""
        added = self._added.intersection(labels)
        named = [name for name in NAMING if name in added and self.named_by(labels[name])]
        if not named:
            return added - PLACES
        found = {*(added - PLACES), *named}
        if "job" in added:
            found.add("job")
        if "workload" in added and self.named_by(labels["workload"]):
            found.add("workload")
        for_all = any(ALL_OBJECTS in labels[name] for name in named)
        if "namespace" in added and "pod" in named and not for_all:
            found.add("namespace")
        if "instance" in added and (for_all or self._has_object(labels, named)):
            found.add("instance")
        return frozenset(found)

    def _has_object(self, labels: Labels, named: Collection[str]) -> bool:
        return not OBJECTS.isdisjoint(labels) or ("pod" in labels and "pod" not in named)


def _searched(name: str) -> str:
    """The pattern to search for. A leading `*` is left away: it would be tried at each place."""
    rest = name.lower().lstrip("*")
    return translate(rest) if name.startswith("*") else rf"\A{translate(rest)}"


def object_labels(labels: Labels, exporters: Exporters) -> Mapping[str, str]:
    """`labels` without those of the scrape."""
    hidden = exporters.of_scrape(labels)
    return {name: value for name, value in labels.items() if name not in hidden}
