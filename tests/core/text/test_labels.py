"""Labels in the order in which people read them."""

from triaged.core.records.labels import Exporters
from triaged.core.text.labels import LABELS_MAX, PLACE_MAX, in_order, pairs, place

POD = {
    "alertname": "KubePodCrashLooping",
    "uid": "11111111",
    "severity": "critical",
    "pod": "checkout-1",
    "workload": "checkout",
    "namespace": "shop",
    "cluster": "eu1",
    "az": "a",
    "job": "kube-state-metrics",
    "endpoint": "http",
    "instance": "10.0.0.1:8080",
}


def test_places_come_first_and_what_machines_read_last() -> None:
    assert list(in_order(POD, {"job", "endpoint", "instance", "alertname", "severity"})) == [
        "cluster",
        "namespace",
        "workload",
        "pod",
        "az",
        "uid",
    ]


def test_many_labels_are_cut() -> None:
    assert len(in_order({f"l{number}": "x" for number in range(50)}, ())) == LABELS_MAX


def test_a_place_names_the_object_and_not_the_scrape() -> None:
    assert place(POD, Exporters()) == "cluster=eu1 namespace=shop pod=checkout-1 az=a"


def test_a_place_leaves_out_what_is_known() -> None:
    known = {"cluster": "eu1", "namespace": "shop", "pod": "checkout-2"}

    assert place(POD, Exporters(), known) == "pod=checkout-1 az=a"


def test_a_place_of_a_stranger_is_harmless_and_short() -> None:
    text = place({"pod": "x\x1b[31m\n", "host": "http://a/", "zone": "z" * 500}, Exporters())

    assert text == pairs({"zone": f"{'z' * 79}…", "pod": "x [31m", "host": "http[:]//a/"}, 999)
    wide = {f"l{number}": "y" * 79 for number in range(9)}
    assert len(place(wide, Exporters())) == PLACE_MAX
