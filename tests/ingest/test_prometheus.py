"""API v2: `endsAt` decides; one bad alert of several; bodies that may be read but not copied."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import NOW, parse, shared_bodies
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason, Rejected
from triaged.ingest.common.labels import ANNOTATIONS_MAX, LABELS_MAX, MARKER
from triaged.ingest.prometheus import CONTACT_POINT_US, RESOLVE_TIMEOUT_US
from triaged.wire import instant_text

LABELS = {"alertname": "X"}
IN_AN_HOUR = NOW + 3_600_000_000
AN_HOUR_AGO = NOW - 3_600_000_000


def alerts(*bodies: dict[str, Any]) -> Parsed:
    """Alerts posted at NOW, each with LABELS unless it has its own."""
    return parse("prometheus", msgspec.json.encode([{"labels": LABELS} | body for body in bodies]))


@pytest.fixture(scope="module")
def bodies(shared: Path) -> dict[str, bytes]:
    """Bodies of other projects, by the case's name."""
    paths = shared_bodies(shared, "reference/prometheus-api-v2")
    return {path.stem: path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("ends_at", "firing", "announced"),
    [
        (instant_text(IN_AN_HOUR), True, IN_AN_HOUR),
        (instant_text(NOW + 1), True, NOW + 1),
        (instant_text(NOW), False, NOW),
        (instant_text(AN_HOUR_AGO), False, AN_HOUR_AGO),
        (None, True, NOW + RESOLVE_TIMEOUT_US),
        ("", True, NOW + RESOLVE_TIMEOUT_US),
        ("0001-01-01T00:00:00Z", True, NOW + RESOLVE_TIMEOUT_US),
    ],
)
def test_end_that_is_past_is_a_resolve(
    ends_at: str | None, announced: int, *, firing: bool
) -> None:
    (alert,) = alerts({"endsAt": ends_at}).alerts
    (slowly,) = alerts({"endsAt": ends_at}, {"labels": 1}).alerts

    assert (alert.firing, alert.ends_at) == (firing, announced)
    assert slowly == alert


def test_start_that_is_missing_is_not_made_up() -> None:
    parsed = alerts({}, {"startsAt": "0001-01-01T00:00:00Z"}, {"endsAt": instant_text(IN_AN_HOUR)})

    assert [alert.starts_at for alert in parsed.alerts] == [None, None, None]


@pytest.mark.parametrize(
    "times",
    [
        {"startsAt": instant_text(IN_AN_HOUR)},
        {"startsAt": instant_text(IN_AN_HOUR), "endsAt": instant_text(AN_HOUR_AGO)},
    ],
)
def test_end_before_the_start_is_malformed(times: dict[str, str]) -> None:
    with pytest.raises(Malformed) as caught:
        alerts(times)

    assert caught.value.reason == Reason.BAD_TIME


@pytest.mark.parametrize("more", [{}, {"labels": 1}])  # the second is read by hand
def test_end_before_a_start_that_is_past_is_an_end(more: dict[str, object]) -> None:
    times = {"startsAt": instant_text(NOW), "endsAt": instant_text(AN_HOUR_AGO)}

    alert = alerts(times, more).alerts[0]

    assert (alert.firing, alert.ends_at) == (False, AN_HOUR_AGO)


def test_one_bad_alert_never_costs_its_neighbours() -> None:
    parsed = alerts({}, {"startsAt": "2026-01-02 03:04:05Z"}, {"labels": {"a": "b"}})

    assert [alert.labels for alert in parsed.alerts] == [LABELS, {"a": "b"}]
    bad = b'[{"labels":{"alertname":"X"},"startsAt":"2026-01-02 03:04:05Z"}]'
    (rejected,) = parsed.rejected
    assert rejected == Rejected(Reason.BAD_TIME, rejected.detail, bad)
    assert "$[1].startsAt" in rejected.detail


def test_empty_and_null_values_are_gone_before_the_fingerprint() -> None:
    plain, odd = alerts({}, {"labels": LABELS | {"empty": "", "null": None}}).alerts

    assert odd == plain


def test_fingerprint_that_is_sent_does_not_count() -> None:
    (alert,) = alerts({"fingerprint": "f"}).alerts

    assert alert.fingerprint == alerts({}).alerts[0].fingerprint


def test_bytes_that_are_no_text_are_replaced() -> None:
    (alert,) = parse("prometheus", b'[{"labels":{"a":"X\xff\\ud800\\u0000"}}]').alerts

    assert alert.labels == {"a": "X\ufffd\ufffd"}


def test_what_follows_the_list_is_ignored() -> None:
    parsed = parse("prometheus", b'[{"labels":{"alertname":"X"}}]\n [{"labels":{"b":"c"}}]')

    assert parsed == alerts({})


def test_too_many_labels_are_cut_with_a_marker() -> None:
    labels = {f"l{number}": "x" for number in range(1_000)}

    (alert,) = alerts({"labels": labels, "annotations": labels}).alerts

    assert (len(alert.labels), len(alert.annotations)) == (LABELS_MAX, ANNOTATIONS_MAX)
    assert alert.annotations[MARKER] == (
        f"{1_000 - LABELS_MAX} of 1000 labels left out; "
        f"{1_000 - ANNOTATIONS_MAX + 1} of 1000 annotations left out"
    )


def test_client_without_times_fires_until_the_resolve_timeout(bodies: dict[str, bytes]) -> None:
    parsed = parse("prometheus", bodies["send-alerts-sh"])

    assert len(parsed.alerts) == len({alert.fingerprint for alert in parsed.alerts})
    assert {(alert.starts_at, alert.ends_at) for alert in parsed.alerts} == {
        (None, NOW + RESOLVE_TIMEOUT_US)
    }
    severities = [alert.labels.get("severity") for alert in parsed.alerts]
    assert {"critical", "warning"} <= set(severities)


def test_elastalert_shape_is_accepted(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("prometheus", bodies["elastalert2-v1-shape"]).alerts

    assert (alert.labels["alertname"], alert.annotations["severity"]) == ("Title", "error")


@pytest.mark.parametrize(
    "sign",
    [
        {"UpdatedAt": instant_text(NOW), "Timeout": False},
        {"labels": {**LABELS, "__alert_rule_uid__": "cfj2nzmpo21hcf"}},
    ],
)
@pytest.mark.parametrize("more", [{}, {"labels": 1}])  # the second is read by hand
def test_end_that_grafanas_contact_point_announces_is_no_lapse(
    sign: dict[str, object], more: dict[str, object]
) -> None:
    over = {**sign, "endsAt": instant_text(AN_HOUR_AGO)}

    firing, ended = alerts({**sign, "endsAt": instant_text(NOW + 1)}, over, more).alerts[:2]

    assert (firing.firing, firing.ends_at) == (True, NOW + CONTACT_POINT_US)
    assert (ended.firing, ended.ends_at) == (False, AN_HOUR_AGO)
