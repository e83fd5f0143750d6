"""The labels of a scrape and the labels of the object that an alert is about."""

import pytest

from triaged.core.records.labels import VALUE_MAX, Exporters, object_labels

USUAL = Exporters()
KSM = "kube-prometheus-stack-kube-state-metrics"


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (  # honored labels: the pod is the object's
            {"namespace": "shop", "pod": "checkout-1", "service": KSM, "endpoint": "http"}
            | {"job": "kube-state-metrics", "instance": "10.0.0.1:8080", "container": "app"},
            {"namespace": "shop", "pod": "checkout-1", "container": "app"},
        ),
        (  # the pod is the exporter's, the namespace is not
            {"namespace": "shop", "deployment": "checkout", "pod": f"{KSM}-5d9c7b8f6d-x2k4v"}
            | {"job": "kube-state-metrics", "workload": KSM, "prometheus": "mon/k8s"},
            {"namespace": "shop", "deployment": "checkout"},
        ),
        (  # all but the address is the exporter's
            {"namespace": "monitoring", "pod": "stack-node-exporter-abcde", "job": "node-exporter"}
            | {"instance": "10.0.0.7:9100", "container": "node-exporter", "device": "sda"},
            {"device": "sda"},
        ),
        (
            {"job": "node-exporter", "instance": "10.0.0.7:9100", "alertname": "NodeDown"},
            {"instance": "10.0.0.7:9100", "alertname": "NodeDown"},
        ),
        (  # no exporter: what was scraped is what is broken
            {"job": "checkout", "service": "checkout", "pod": "checkout-1", "endpoint": "http"},
            {"job": "checkout", "service": "checkout", "pod": "checkout-1"},
        ),
        ({}, {}),
    ],
)
def test_labels_of_the_scrape_are_no_place(labels: dict[str, str], shown: dict[str, str]) -> None:
    assert object_labels(labels, USUAL) == shown


def test_operators_name_their_own_exporters() -> None:
    own = Exporters(names=("*probe*",), labels=("service", "shard"))

    assert own.named_by("My-Probe-1")
    assert not own.named_by(KSM)
    assert object_labels({"service": "a-probe", "shard": "1", "job": "x"}, own) == {"job": "x"}


def test_a_long_value_names_no_exporter() -> None:
    assert not USUAL.named_by("x" * VALUE_MAX + "-exporter")
    assert not Exporters(names=()).named_by("node-exporter")
