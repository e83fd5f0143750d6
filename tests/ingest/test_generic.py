"""Any JSON: fields as configured, guesses for the rest, lists, and what is a problem."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest.cases import SOURCE, check, instant, parse, shared_bodies
from triaged.core.records.model import Alert
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason
from triaged.ingest.common.fingerprint import fingerprint
from triaged.ingest.generic import Settings, problems

BACKUPS: dict[str, Any] = {
    "fields": {
        "title": "$.job",
        "status": "$.state",
        "labels": {"host": "$.host"},
        "resolved_when": ["ok", "success", 0],
        "dedup": "{{ body.job }}-{{ body.host }}",
    }
}


def read(body: Any, settings: dict[str, Any] | None = None) -> Parsed:
    """`body` through the generic source."""
    return parse("generic", msgspec.json.encode(body), settings)


def fields(body: Any, **given: Any) -> Alert:
    """The one alert of `body` with these fields configured."""
    (alert,) = read(body, {"fields": given}).alerts
    return alert


def test_fields_are_read_as_configured() -> None:
    parsed = read({"job": "nightly", "state": "failed", "host": "db-1"}, BACKUPS)

    labels = {"host": "db-1", "alertname": "nightly"}
    annotations = {"summary": "nightly", "job": "nightly", "state": "failed"}
    assert parsed == Parsed([Alert(SOURCE, "nightly-db-1", True, labels, annotations)])


@pytest.mark.parametrize("state", ["ok", "OK", " Success ", 0, "0"])
def test_resolve_finds_its_alert(state: object) -> None:
    (alert,) = read({"job": "nightly", "state": state, "host": "db-1"}, BACKUPS).alerts

    assert (alert.fingerprint, alert.firing) == ("nightly-db-1", False)


@pytest.mark.parametrize("state", ["resolved", "up", None, 1, ["ok"]])
def test_only_the_configured_values_resolve(state: object) -> None:
    (alert,) = read({"job": "nightly", "state": state, "host": "db-1"}, BACKUPS).alerts

    assert alert.firing


def test_configured_labels_are_all_labels_and_name_the_alert() -> None:
    body = {"id": "report-17", "host": "a", "region": "eu", "name": "Disk", "severity": "HIGH"}

    alert = fields(body, labels={"host": "$.host", "team": "ops", "gone": "$.gone"})

    named = {"host": "a", "team": "ops", "alertname": "Disk"}
    assert alert.labels == named | {"severity": "high"}
    assert alert.fingerprint == fingerprint(named)


def test_configured_annotations_are_all_annotations() -> None:
    alert = fields(
        {"name": "Disk", "text": "full", "more": 1.5},
        annotations={"description": "{{ body.text }}!"},
        title="$.name",
        severity="page",
        url="$.gone",
    )

    assert alert.annotations == {"description": "full!", "summary": "Disk"}
    assert (alert.labels["severity"], alert.url) == ("page", "")


def test_mapping_says_what_values_mean() -> None:
    settings = {"mapping": {"severity": {"p1": "critical"}, "status": {"RED": "firing", "3": "ok"}}}

    red, third = read(
        [{"id": 1, "severity": "P1", "status": "RED"}, {"id": 2, "status": 3}], settings
    ).alerts

    assert (red.firing, red.labels["severity"], third.firing) == (True, "critical", False)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        (1_767_323_045, "2026-01-02T03:04:05Z"),
        ("1767323045", "2026-01-02T03:04:05Z"),
        ("1767323045.25", "2026-01-02T03:04:05.25Z"),
        (1_767_323_045_000, "2026-01-02T03:04:05Z"),
        (1_767_323_045_000_000, "2026-01-02T03:04:05Z"),
        (1_767_323_045_000_000_000, "2026-01-02T03:04:05Z"),
    ],
)
def test_start_is_read_in_any_unit(sent: object, expected: str) -> None:
    assert fields({"at": sent, "id": 1}, starts_at="$.at").starts_at == instant(expected)


@pytest.mark.parametrize("sent", ["yesterday", 0, "", None, True, -5, [], "9" * 30, "²"])
def test_start_that_is_no_time_is_not_set(sent: object) -> None:
    assert fields({"at": sent, "id": 1}, starts_at="$.at").starts_at is None


def test_list_gives_many_alerts() -> None:
    parsed = read([{"id": "a"}, {"id": "b", "status": "ok"}, 5, {}])

    assert [(alert.fingerprint, alert.firing) for alert in parsed.alerts] == [
        ("a", True),
        ("b", False),
    ]
    assert [rejected.body for rejected in parsed.rejected] == [b"[5]", b"[{}]"]


def test_list_inside_the_body_gives_many_alerts() -> None:
    body = {"cluster": "eu", "items": [{"id": "a"}, {"id": "b"}]}
    given = {"fields": {"alerts": "$.items", "labels": {"id": "$.id", "cluster": "$.cluster"}}}

    parsed = read(body, given)

    assert [alert.labels["id"] for alert in parsed.alerts] == ["a", "b"]
    assert {alert.labels["cluster"] for alert in parsed.alerts} == {"eu"}


@pytest.mark.parametrize("body", [{"items": 5}, {}, {"items": None}])
def test_list_that_is_missing_is_malformed(body: object) -> None:
    with pytest.raises(Malformed, match=r"\$\.items"):
        read(body, {"fields": {"alerts": "$.items"}})


@pytest.mark.parametrize("body", [None, 5, "firing", {}, [[]], [5]])
def test_what_holds_no_object_is_malformed(body: object) -> None:
    with pytest.raises(Malformed) as caught:
        read(body)

    assert caught.value.reason == Reason.WRONG_SHAPE


def test_empty_list_is_nothing() -> None:
    assert read([]) == Parsed([])


def test_alert_without_a_name_is_named_after_its_source() -> None:
    (alert,) = read({"deeply": [{"nested": 1}]}).alerts

    assert alert.labels == {"alertname": SOURCE}
    assert alert.fingerprint == read({"deeply": [{"nested": 1}]}).alerts[0].fingerprint
    assert alert.fingerprint != read({"deeply": [{"nested": 2}]}).alerts[0].fingerprint


def test_dedup_that_finds_nothing_falls_back_to_the_labels() -> None:
    alert = fields({"id": "x", "name": "Disk"}, dedup="{{ body.gone }}", labels={"a": "b"})

    assert alert.fingerprint == fingerprint({"a": "b", "alertname": "Disk"})


def test_long_dedup_is_shortened_and_still_tells_alerts_apart() -> None:
    one, two = fields({"k": "x" * 999}, dedup="$.k"), fields({"k": "x" * 998}, dedup="$.k")

    assert len(one.fingerprint) == len(two.fingerprint) == 16
    assert one.fingerprint != two.fingerprint


def test_body_that_nests_too_deep_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        parse("generic", b'{"a":' * 65 + b"1" + b"}" * 65)

    assert caught.value.reason == Reason.NESTED_TOO_DEEP


def test_problems_name_the_field() -> None:
    settings = msgspec.convert(
        {
            "fields": {
                "title": "$job",
                "alerts": "items",
                "dedup": "{{ body.a | upper }}",
                "labels": {"host": "{{ host }}", "team": "ops"},
            }
        },
        Settings,
    )

    names = [problem.partition(":")[0] for problem in problems(settings)]

    assert sorted(names) == ["fields.alerts", "fields.dedup", "fields.labels.host", "fields.title"]


def test_settings_of_the_documentation_have_no_problems() -> None:
    assert problems(msgspec.convert(BACKUPS, Settings)) == []


def test_no_body_of_another_system_makes_it_stumble(shared: Path) -> None:
    for path in shared_bodies(shared, "free", "reference"):
        check("generic", path.read_bytes())


@pytest.mark.parametrize(
    ("text", "is_test"),
    [("Pager Testing", True), ("[Shop][https://shop] certificate will expire in 7 days", False)],
)
def test_uptime_kumas_test_is_told_from_a_certificate_that_expires(
    text: str, *, is_test: bool
) -> None:
    (alert,) = read({"heartbeat": None, "monitor": None, "msg": text}).alerts

    assert ("test_message" in alert.labels) is is_test
