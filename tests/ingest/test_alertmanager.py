"""Alertmanager's webhook: bodies that may be read but not copied, neighbours, and what is odd."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import NOW, SOURCE, instant, parse, shared_bodies
from triaged.errors import Malformed
from triaged.ingest import REJECTED_MAX, Parsed, Reason, Received, Rejected
from triaged.ingest import alertmanager as kind

LABELS = {"alertname": "X"}
GOOD: dict[str, Any] = {"status": "firing", "labels": LABELS}

FINGERPRINTS = {
    "docs-goalert-comment": ["791cec13fcba0368", "8df98227bdd81384"],
    "endsat-in-future-am-0.15": ["88cbf0084cf27726"],
    "goalert-minimal-inconsistent": ["dab43189276e5f48"],
    "msteams-missing-status-per-alert": ["b29784719d6a11e6"],
    "no-fingerprint-am-0.7": ["2f30fca22fdaa8ef"],
    "oncall-demo-extra-counts": ["f404ecabc8dd5cd7", "f8f08d4e32c61a9d"],
    "oncall-legacy-bool-extra": ["3eceaa8fe3d86a5c"],
    "v3-numeric-groupkey": ["d2089d8d0f422129"],
}
"""What is sent, or Alertmanager's hash of the labels where nothing is."""


def group(*alerts: dict[str, Any], **top: Any) -> bytes:
    """A webhook body."""
    return msgspec.json.encode({"alerts": alerts} | top)


@pytest.fixture(scope="module")
def bodies(shared: Path) -> dict[str, bytes]:
    """Bodies of other projects, by the case's name."""
    paths = shared_bodies(shared, "reference/alertmanager")
    return {path.stem: path.read_bytes() for path in paths}


@pytest.mark.parametrize("case", FINGERPRINTS)
def test_every_alert_of_other_projects_bodies_fires(case: str, bodies: dict[str, bytes]) -> None:
    alerts = parse("alertmanager", bodies[case]).alerts

    assert [alert.firing for alert in alerts] == [True] * len(alerts) != []
    assert all(alert.labels["alertname"] and alert.ends_at is None for alert in alerts)
    assert [alert.fingerprint for alert in alerts] == FINGERPRINTS[case]


def test_every_body_of_other_projects_is_looked_at(bodies: dict[str, bytes]) -> None:
    others = {"custom-payload-list", "same-labels-different-fingerprint"}

    assert bodies.keys() == FINGERPRINTS.keys() | others


def test_labels_of_the_alert_win_over_common_labels(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("alertmanager", bodies["goalert-minimal-inconsistent"]).alerts

    assert (alert.labels, alert.starts_at) == ({"alertname": "TestAlert"}, None)


def test_start_keeps_its_instant_across_zones(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("alertmanager", bodies["msteams-missing-status-per-alert"]).alerts

    assert alert.starts_at == instant("2018-03-07T11:33:21.873077Z")


def test_two_fingerprints_of_equal_labels_are_two_alerts(bodies: dict[str, bytes]) -> None:
    first, second = parse("alertmanager", bodies["same-labels-different-fingerprint"]).alerts

    assert first.labels == second.labels
    assert first.fingerprint == "a1bc48475b20e73d" != second.fingerprint


def test_custom_payload_is_told_what_is_missing(bodies: dict[str, bytes]) -> None:
    with pytest.raises(Malformed, match="list `alerts` is expected") as caught:
        parse("alertmanager", bodies["custom-payload-list"])

    assert caught.value.reason == Reason.WRONG_SHAPE


def test_one_bad_alert_never_costs_its_neighbours() -> None:
    bad = {"status": "firing", "labels": {"alertname": 1}}

    parsed = parse("alertmanager", group(GOOD, bad, GOOD | {"labels": {"a": "b"}}))

    assert [alert.labels for alert in parsed.alerts] == [LABELS, {"a": "b"}]
    detail = "$.alerts[1].labels['alertname']: a string is expected, not int"
    again = b'{"alerts":[{"status":"firing","labels":{"alertname":1}}]}'
    assert parsed.rejected == [Rejected(Reason.BAD_LABEL, detail, again)]


@pytest.mark.parametrize(
    "bad",
    [
        b"null",
        b'"x"',
        b'{"status":"firing"}',
        b'{"status":"firing","labels":{}}',
        b'{"status":"firing","labels":{"a":""}}',
        b'{"status":"firing","labels":{"a":"\xff"}}',
        b'{"status":"firing","labels":{"a":"b"},"annotations":[]}',
        b'{"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"}',
        b'{"status":"firing","labels":{"a":"b"},"fingerprint":{}}',
        b'{"status":"maybe","labels":{"a":"b"}}',
    ],
)
def test_what_is_set_aside_is_refused_when_it_is_sent_again(bad: bytes) -> None:
    body = b'{"alerts":[%b,{"status":"firing","labels":{"alertname":"X"}}]}' % bad

    parsed = parse("alertmanager", body)
    (rejected,) = parsed.rejected
    with pytest.raises(Malformed) as caught:
        parse("alertmanager", rejected.body)

    assert [alert.labels for alert in parsed.alerts] == [LABELS]
    assert bad in rejected.body
    assert caught.value.reason == rejected.reason


def test_many_bad_alerts_are_set_aside_together() -> None:
    bad = {"status": "firing"}

    parsed = parse("alertmanager", group(GOOD, *[bad] * 1_000, status="firing"))

    assert [one.count for one in parsed.rejected] == [1] * REJECTED_MAX + [1_000 - REJECTED_MAX]
    rest = msgspec.json.decode(parsed.rejected[-1].body)
    assert rest == {"status": "firing", "alerts": [bad] * (1_000 - REJECTED_MAX)}


def test_body_without_a_usable_alert_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"alerts\[0\]\.labels.*and 1 more") as caught:
        parse("alertmanager", group({"status": "firing"}, {"status": "firing"}))

    assert caught.value.reason == Reason.NO_LABELS


@pytest.mark.parametrize(
    ("own", "whole", "firing"),
    [
        (None, "firing", True),
        (None, "resolved", False),
        ("resolved", "firing", False),
        ("firing", "resolved", True),
        ("firing", "FIRING!!", True),
        ("what", "resolved", False),
        ("resolved", None, False),
    ],
)
def test_own_status_decides_then_the_groups(
    own: str | None, whole: str | None, *, firing: bool
) -> None:
    (alert,) = parse("alertmanager", group({"labels": LABELS, "status": own}, status=whole)).alerts

    assert alert.firing is firing


@pytest.mark.parametrize("status", [None, "", "ok", 5, {}])
def test_alert_without_a_known_status_is_malformed(status: object) -> None:
    with pytest.raises(Malformed) as caught:
        parse("alertmanager", group({"labels": LABELS}, status=status))

    assert caught.value.reason == Reason.BAD_STATUS


@pytest.mark.parametrize("ends_at", ["2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "nonsense"])
def test_end_never_decides(ends_at: str) -> None:
    parsed = parse("alertmanager", group(GOOD | {"endsAt": ends_at}))

    assert [(alert.firing, alert.ends_at) for alert in parsed.alerts] == [(True, None)]


def test_truncated_alerts_are_told_on_each_alert() -> None:
    odd = {"status": "resolved", "labels": {"a": "b", "c": None}}

    quick = parse("alertmanager", group(GOOD, GOOD, truncatedAlerts=3))
    careful = parse("alertmanager", group(GOOD, odd, truncatedAlerts=3))

    assert [alert.truncated for alert in [*quick.alerts, *careful.alerts]] == [3, 3, 3, 3]


def test_both_ways_to_read_give_the_same_alert() -> None:
    alert = GOOD | {
        "annotations": {"summary": "s", "empty": ""},
        "startsAt": "2026-01-02T00:00:00.123456789+05:45",
        "generatorURL": "http://x",
    }
    quick = parse("alertmanager", group(alert, truncatedAlerts=1))
    careful = parse("alertmanager", group(alert, {"labels": 1}, truncatedAlerts=1))

    assert quick == Parsed(careful.alerts)


def test_keys_are_found_whatever_their_case_and_unknown_ones_ignored() -> None:
    body = group(
        {"Labels": LABELS, "STATUS": "firing", "StartsAt": "2026-01-01T00:00:00Z", "x": {}}
    )

    (alert,) = parse("alertmanager", body).alerts

    assert (alert.labels, alert.starts_at) == (LABELS, instant("2026-01-01T00:00:00Z"))


def test_long_link_and_fingerprint_are_not_used() -> None:
    (alert,) = parse(
        "alertmanager", group(GOOD | {"generatorURL": "h" * 9_000, "fingerprint": "f" * 300})
    ).alerts

    assert (alert.url, len(alert.fingerprint)) == ("", 16)


def test_empty_list_is_nothing() -> None:
    received = Received(SOURCE, b'{"alerts":[]}', {}, NOW)

    assert kind.parse(received, kind.Settings()) == Parsed([])


@pytest.mark.parametrize(("given", "told"), [(10**40, 2**31 - 1), (-5, 0), (None, 0), ("3", 0)])
def test_odd_count_of_truncated_alerts_does_no_harm(given: object, told: int) -> None:
    (alert,) = parse("alertmanager", group(GOOD, truncatedAlerts=given)).alerts

    assert alert.truncated == told
