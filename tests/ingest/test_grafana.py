"""Grafana's bodies that may be read but not copied, its signature, and its organisations."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import (
    HERE,
    NOW,
    SOURCE,
    headers_of,
    instant,
    module_of,
    parse,
    shared_bodies,
)
from triaged.errors import Malformed, Unauthorized
from triaged.ingest import Parsed, Reason, Received
from triaged.ingest.grafana import SIGNATURE_AGE_MAX_US, Settings, detect, problems, verify
from triaged.wire import Secret

SECRET = Secret("s3cr3t-hmac")
SENT_AT = 1_786_009_800_000_000
"""The timestamp that the signed case carries."""

GOOD: dict[str, Any] = {"status": "firing", "labels": {"a": "b"}, "fingerprint": "f"}

EXPECTED: dict[str, list[tuple[str, bool]]] = {
    "docs-two-firing": [("c6eadffa33fcdf37", True), ("bc97ff14869b13e3", True)],
    "docs-v9.0-valuestring": [("c6eadffa33fcdf37", True), ("bc97ff14869b13e3", True)],
    "grafana-managed-via-external-mimir-alertmanager": [("7b5cb6ff60f43dd0", False)],
    "hmac-wrong-signature": [("0123456789abcdef", True)],
    "v10-11-values-image-dashboard": [("e6349a25f5ef0e9e", True)],
    "v12-test-button-relative-generatorurl": [("c4edaaf9f9f839b0", True)],
    "v8-test-button-resolved-but-alerting": [("57c6d9296de2ad39", False)],
    "v9-mixed-three-rules": [
        ("aaafafe0953f0962", False),
        ("fb31814ac93dbe7d", False),
        ("6f9cd313db421ef1", True),
    ],
}
"""Case → fingerprint as sent, and whether it fires."""

REFUSED = {
    "alert-object-almost-empty": (Reason.NO_LABELS, "$.alerts[0].labels"),
    "custom-payload-slack-like": (Reason.WRONG_SHAPE, "`alerts`"),
}


@pytest.fixture(scope="module")
def bodies(shared: Path) -> dict[str, bytes]:
    """Bodies of other projects, by the case's name."""
    paths = shared_bodies(shared, "reference/grafana")
    return {path.stem: path.read_bytes() for path in paths}


def group(*alerts: dict[str, Any], **top: Any) -> bytes:
    """A webhook body of the first organisation."""
    return msgspec.json.encode({"alerts": alerts, "orgId": 1, "version": "1"} | top)


@pytest.mark.parametrize("case", EXPECTED)
def test_status_decides_and_the_fingerprint_is_kept(case: str, bodies: dict[str, bytes]) -> None:
    alerts = parse("grafana", bodies[case]).alerts

    assert [(alert.fingerprint, alert.firing) for alert in alerts] == EXPECTED[case]


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_alert_is_malformed(case: str, bodies: dict[str, bytes]) -> None:
    reason, named = REFUSED[case]

    with pytest.raises(Malformed) as caught:
        parse("grafana", bodies[case])

    assert caught.value.reason == reason
    assert named in str(caught.value)


def test_every_body_of_other_projects_is_looked_at(bodies: dict[str, bytes]) -> None:
    assert bodies.keys() == EXPECTED.keys() | REFUSED.keys()


def test_pictures_and_links_become_annotations(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("grafana", bodies["v10-11-values-image-dashboard"]).alerts

    assert {"dashboardURL", "panelURL", "silenceURL", "imageURL"} <= alert.annotations.keys()
    assert alert.annotations["summary"] == "High memory usage"


def test_relative_link_is_kept_as_text(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("grafana", bodies["v12-test-button-relative-generatorurl"]).alerts

    assert alert.url == "?orgId=1"
    assert alert.starts_at == instant("2026-05-05T13:04:57.622813Z")


def test_alert_without_labels_is_named_by_its_group(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("grafana", bodies["v8-test-button-resolved-but-alerting"]).alerts

    assert (alert.labels, alert.truncated) == ({"test_message": "grafana"}, 1)
    assert alert.annotations == {"title": "[RESOLVED:1]  (TestAlert Grafana)"}


def test_alertmanagers_body_is_taken_too(bodies: dict[str, bytes]) -> None:
    body = bodies["grafana-managed-via-external-mimir-alertmanager"]

    assert parse("grafana", body) == parse("alertmanager", body)


def test_organisations_do_not_share_identities() -> None:
    first = parse("grafana", group(GOOD, GOOD | {"orgId": 2}))
    second = parse("grafana", group(GOOD, {"labels": 1}, orgId=2))

    identities = [alert.fingerprint for alert in [*first.alerts, *second.alerts]]

    assert identities == ["f", "2:f", "2:f"]


def test_both_ways_to_read_give_the_same_alert() -> None:
    alert = GOOD | {
        "annotations": {"summary": "s"},
        "startsAt": "2026-01-02T00:00:00Z",
        "dashboardURL": "http://d",
        "valueString": "[ a=1 ]",
        "values": {"A": 1e308},
        "ruleUID": "r",
    }
    quick = parse("grafana", group(alert, truncatedAlerts=1))
    careful = parse("grafana", group(alert, {"labels": 1}, truncatedAlerts=1))

    assert quick == Parsed(careful.alerts)


@pytest.mark.parametrize("body", [b'{"alerts":[]}', b'{"ruleId":null}', b"{}", b"[]"])
def test_what_anybody_could_send_is_not_claimed(body: bytes) -> None:
    assert not detect(body)


def signed(case: str, **changes: Any) -> Received:
    """A signed case of the folder, received when it was sent."""
    path = HERE / "grafana" / f"{case}.json"
    headers = headers_of(path.with_suffix(".headers")) | changes.pop("headers", {})
    fields: dict[str, Any] = {"received_at": SENT_AT, "body": path.read_bytes()} | changes
    return Received(source=SOURCE, headers=headers, **fields)


PLAIN = Settings(hmac_secret=SECRET)
STAMPED = Settings(hmac_secret=SECRET, hmac_timestamp_header="X-Grafana-Alerting-Timestamp")


def test_no_secret_requires_no_signature() -> None:
    assert not verify(Received(SOURCE, b"", {}, NOW), Settings())


@pytest.mark.parametrize(
    ("case", "settings"),
    [("hmac-signed-no-timestamp", PLAIN), ("hmac-signed-timestamp", STAMPED)],
)
def test_signature_that_holds_is_taken(case: str, settings: Settings) -> None:
    assert verify(signed(case), settings)


@pytest.mark.parametrize(
    ("received", "settings"),
    [
        (signed("hmac-signed-no-timestamp", body=b"{}"), PLAIN),
        (signed("hmac-signed-timestamp"), PLAIN),
        (signed("hmac-signed-no-timestamp"), STAMPED),
        (signed("hmac-signed-no-timestamp"), Settings(hmac_secret=Secret("other"))),
        (Received(SOURCE, b"{}", {}, NOW), PLAIN),
        (Received(SOURCE, b"{}", {"x-grafana-alerting-signature": "ä\udcff"}, NOW), PLAIN),
        (signed("hmac-signed-timestamp", received_at=SENT_AT + SIGNATURE_AGE_MAX_US + 1), STAMPED),
        (signed("hmac-signed-timestamp", received_at=SENT_AT - SIGNATURE_AGE_MAX_US - 1), STAMPED),
        (signed("hmac-signed-timestamp", headers={"x-grafana-alerting-timestamp": "²"}), STAMPED),
    ],
)
def test_signature_that_does_not_hold_is_refused(received: Received, settings: Settings) -> None:
    with pytest.raises(Unauthorized) as caught:
        verify(received, settings)

    assert SECRET.reveal() not in str(caught.value)


def test_signature_without_its_timestamp_is_refused(shared: Path) -> None:
    path = shared / "payloads/reference/grafana/hmac-wrong-signature.json"
    headers = headers_of(path.with_suffix(".headers"))

    with pytest.raises(Unauthorized, match="wrong"):
        verify(Received(SOURCE, path.read_bytes(), headers, SENT_AT), STAMPED)


def test_header_may_have_another_name() -> None:
    received = signed("hmac-signed-no-timestamp")
    signature = received.headers["x-grafana-alerting-signature"]

    settings = Settings(hmac_secret=SECRET, hmac_header="X-Mine")
    renamed = Received(SOURCE, received.body, {"x-mine": signature}, NOW)

    assert verify(renamed, settings)


def test_timestamp_header_without_a_secret_is_a_problem() -> None:
    assert problems(Settings(hmac_timestamp_header="X-T")) != []
    assert module_of("grafana").problems(STAMPED) == []
