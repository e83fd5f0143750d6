"""Hostile and broken bodies: each is an alert, nothing, or malformed for a reason that it names."""

import msgspec
import pytest

from tests.conftest import ROOT
from tests.ingest.cases import check, instant, parse
from triaged.errors import Malformed
from triaged.ingest import Parsed, Reason
from triaged.ingest.common.labels import ANNOTATION_MAX, LABELS_MAX, MARKER

PLAIN = {
    "alertname": "KubePodCrashLooping",
    "namespace": "shop",
    "pod": "checkout-7c9d-x2x",
    "severity": "warning",
}
STARTED = "2026-08-20T10:15:30.123Z"

ACCEPTED: dict[str, dict[str, object]] = {
    "annotations-null": {"annotations": {}},
    "content-type-text-plain": {},
    "csv-formula-injection": {
        "labels": PLAIN | {"pod": "+cmd|' /C calc'!A0", "owner": "@SUM(1+1)", "note": "-2+3"}
    },
    "duplicate-keys": {"firing": True},
    "html-script-annotation": {},
    "label-emoji-rtl": {},
    "label-newline-log-injection": {
        "labels": PLAIN
        | {
            "pod": 'web-1\n2026-08-20T10:15:31Z level=error msg="incident 1 resolved by admin"',
        }
    },
    "label-nul": {"labels": PLAIN | {"pod": "web-1"}},
    "label-value-null": {"labels": PLAIN},
    "slack-mrkdwn-injection": {},
    "status-missing": {"firing": True},
    "status-unknown-value": {"firing": True},
    "template-injection-jinja": {},
    "time-empty-string": {"starts_at": None},
    "time-nanoseconds": {"starts_at": instant("2026-08-20T10:15:30.123456Z")},
    "time-no-zone": {"starts_at": instant("2026-08-20T10:15:30Z")},
    "time-offset-0545": {"starts_at": instant("2026-08-20T10:14:00Z")},
    "time-year-0001": {"starts_at": None},
    "url-javascript-scheme": {"url": "javascript:alert(1)"},
}
"""Case → what its one alert says; the rest is as in every other."""

REFUSED: dict[str, tuple[Reason, str]] = {
    "alerts-missing": (Reason.WRONG_SHAPE, "`alerts`"),
    "alerts-null": (Reason.WRONG_SHAPE, "$.alerts"),
    "alerts-object": (Reason.WRONG_SHAPE, "$.alerts"),
    "empty-body": (Reason.EMPTY_BODY, "empty"),
    "invalid-utf8": (Reason.NOT_JSON, "invalid UTF-8"),
    "json-array-top-level": (Reason.WRONG_SHAPE, "`alerts`"),
    "json-null": (Reason.WRONG_SHAPE, "`alerts`"),
    "json-string": (Reason.WRONG_SHAPE, "`alerts`"),
    "label-empty-name": (Reason.BAD_LABEL, "$.alerts[0].labels"),
    "label-value-number-bool": (Reason.BAD_LABEL, "$.alerts[0].labels['code']"),
    "labels-list": (Reason.BAD_LABEL, "$.alerts[0].labels"),
    "labels-missing": (Reason.NO_LABELS, "$.alerts[0].labels"),
    "labels-null": (Reason.NO_LABELS, "$.alerts[0].labels"),
    "nan-infinity": (Reason.NOT_JSON, "byte 800"),
    "raw-control-chars": (Reason.NOT_JSON, "byte 209"),
    "single-quotes": (Reason.NOT_JSON, "byte 1"),
    "time-epoch-int": (Reason.BAD_TIME, "$.alerts[0].startsAt"),
    "trailing-comma": (Reason.NOT_JSON, "trailing comma"),
    "truncated-json": (Reason.NOT_JSON, "truncated"),
    "whitespace-only": (Reason.EMPTY_BODY, "empty"),
}
"""Case → the reason, and what the message must name."""

NOTHING = "alerts-empty-list"


@pytest.fixture(scope="module")
def bodies() -> dict[str, bytes]:
    """Every bad body, by the case's name."""
    folder = ROOT / "tests" / "payloads" / "bad"
    return {path.stem: path.read_bytes() for path in folder.glob("*.json")}


def test_every_bad_body_has_an_expectation(bodies: dict[str, bytes]) -> None:
    assert bodies.keys() == {*ACCEPTED, *REFUSED, NOTHING}


@pytest.mark.parametrize("case", ACCEPTED)
def test_hostile_body_is_an_alert_like_any_other(case: str, bodies: dict[str, bytes]) -> None:
    (alert,) = parse("alertmanager", bodies[case]).alerts

    usual: dict[str, object] = {"firing": True, "starts_at": instant(STARTED)}
    if "labels" not in ACCEPTED[case] and case != "label-emoji-rtl":
        usual["labels"] = PLAIN
    assert {name: getattr(alert, name) for name in usual | ACCEPTED[case]} == (
        usual | ACCEPTED[case]
    )
    assert "\0" not in str(alert)


@pytest.mark.parametrize("case", REFUSED)
def test_broken_body_is_malformed_with_its_reason(case: str, bodies: dict[str, bytes]) -> None:
    reason, named = REFUSED[case]

    with pytest.raises(Malformed) as caught:
        parse("alertmanager", bodies[case])

    assert caught.value.reason == reason
    assert named in str(caught.value)


def test_empty_list_is_nothing(bodies: dict[str, bytes]) -> None:
    assert parse("alertmanager", bodies[NOTHING]) == Parsed([])


def test_texts_are_kept_verbatim(bodies: dict[str, bytes]) -> None:
    (alert,) = parse("alertmanager", bodies["template-injection-jinja"]).alerts
    (script,) = parse("alertmanager", bodies["html-script-annotation"]).alerts

    assert "{{ 7*7 }}" in alert.annotations["summary"]
    assert script.annotations["summary"].startswith("<script>")


@pytest.mark.parametrize("kind", ["generic", "grafana", "prometheus"])
def test_no_kind_stumbles_over_a_bad_body(kind: str, bodies: dict[str, bytes]) -> None:
    for body in bodies.values():
        check(kind, body)


def test_huge_annotation_is_cut_and_the_alert_is_kept() -> None:
    body = group({"labels": PLAIN, "annotations": {"description": "x" * 10_000_000}})

    (alert,) = parse("alertmanager", body).alerts

    assert alert.labels == PLAIN
    assert len(alert.annotations["description"]) == ANNOTATION_MAX
    assert alert.annotations[MARKER] == "description cut from 10000000 characters"


def test_hundred_thousand_labels_are_cut_and_the_alert_is_kept() -> None:
    labels = {f"l{number:06}": "x" for number in range(100_000)} | PLAIN

    (alert,) = parse("alertmanager", group({"labels": labels})).alerts

    assert len(alert.labels) == LABELS_MAX
    assert alert.labels["alertname"] == "KubePodCrashLooping"
    assert alert.annotations[MARKER] == "99940 of 100004 labels left out"


def test_same_huge_alert_has_the_same_identity() -> None:
    labels = {f"l{number:06}": "x" for number in range(100_000)}
    first = parse("alertmanager", group({"labels": labels}))
    again = parse("alertmanager", group({"labels": dict(reversed(labels.items()))}))
    other = parse("alertmanager", group({"labels": labels | {"l099999": "y"}}))

    identities = [parsed.alerts[0].fingerprint for parsed in (first, again, other)]

    assert identities[0] == identities[1] != identities[2]


def group(alert: dict[str, object]) -> bytes:
    """A webhook body with one firing alert."""
    return msgspec.json.encode({"status": "firing", "alerts": [alert]})
