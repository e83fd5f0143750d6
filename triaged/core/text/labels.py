"""Labels as people read them: from the largest place to the smallest, what machines read last."""

from collections.abc import Container

from triaged.core.records.labels import Exporters
from triaged.core.records.model import Labels
from triaged.core.text.wording import clean

LABEL_MAX = 80
LABELS_MAX = 12

FIRST = (
    "cluster",
    "region",
    "zone",
    "namespace",
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "pod",
    "container",
    "node",
    "host",
    "instance",
    "device",
    "mountpoint",
)
"""Labels that say where, from the largest place to the smallest; the others follow."""

LAST = ("uid", "id", "container_id", "image", "image_id")
"""Labels that tell machines apart, and nobody at night."""

OWN_ROWS = frozenset({"alertname", "severity", "service", "team"})
"""Labels that are said elsewhere."""

PLACE_MAX = 160
"""Characters of a place in a sentence: two lines of a phone."""

_NO_PLACES = OWN_ROWS | frozenset(LAST)
_RANKS = {name: rank for rank, name in enumerate(FIRST)} | {name: len(FIRST) + 1 for name in LAST}


def in_order(labels: Labels, hidden: Container[str]) -> dict[str, str]:
    """`labels` but the hidden ones, fit to be shown: where first, what only machines read last."""
    names = [name for name in labels if name not in hidden]
    if len(names) > 1:
        names.sort(key=_rank)
    return {clean(name, LABEL_MAX): clean(labels[name], LABEL_MAX) for name in names[:LABELS_MAX]}


def _rank(name: str) -> tuple[int, str]:
    return _RANKS.get(name, len(FIRST)), name


def pairs(labels: Labels, length: int) -> str:
    """`cluster=eu1 namespace=shop`."""
    text = " ".join(f"{name}={value}" for name, value in labels.items())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def place(labels: Labels, exporters: Exporters, known: Labels | None = None) -> str:
    """The object of an alert for a sentence: `namespace=shop pod=checkout-1`.

    `known` holds labels that the reader has already, as of the other alerts of its incident.
    """
    known = known or {}
    shown = {
        name: value
        for name, value in labels.items()
        if known.get(name) != value and name not in _NO_PLACES
    }
    if "pod" in labels:
        shown.pop("workload", None)  # made of the pod's name
    if not shown:
        return ""
    return pairs(in_order(shown, exporters.of_scrape(labels)), PLACE_MAX)
