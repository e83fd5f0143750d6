from pathlib import Path

import msgspec
import pytest

from tests.api.site import configuration_of
from triaged.config.model import Source
from triaged.core.records.events import AlertReceived, BodyQuarantined
from triaged.core.records.model import Alert
from triaged.engine.engine import DECISION_FAILED
from triaged.ingest import Parsed, Received
from triaged.intake.decode import (
    Unusable,
    count,
    decode,
    decode_quarantined,
    events_in,
    kept_headers,
    met_limit,
)
from triaged.wire import encode

AT = 1_000
TWO = b'{"alerts": [{"status": "firing", "labels": {"alertname": "A"}}, {"status": 7}]}'


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """One of kind `alertmanager`."""
    sources = configuration_of(tmp_path, "none").sources.values()
    return next(source for source in sources if source.kind == "alertmanager")


def received(source: Source, body: bytes) -> Received:
    """A body of that source."""
    return Received(source.name, body, {"User-Agent": "am", "Authorization": "x"}, AT)


async def test_a_body_is_its_alerts_then_what_of_it_cannot_be_used(source: Source) -> None:
    alert, rejected = await events_in(source, received(source, TWO))

    assert isinstance(alert, AlertReceived)
    assert (alert.alert.labels["alertname"], alert.received_at) == ("A", AT)
    assert isinstance(rejected, BodyQuarantined)
    assert (rejected.reason, rejected.headers) == ("wrong_shape", {"user-agent": "am"})


async def test_what_cannot_be_used_any_more_is_set_aside_whole(source: Source) -> None:
    [event] = await events_in(source, received(source, b"nothing"))

    assert isinstance(event, BodyQuarantined)
    assert (event.reason, event.body, event.received_at) == ("not_json", b"nothing", AT)


async def test_a_body_whose_source_is_gone_is_set_aside(source: Source) -> None:
    [event] = await events_in(None, received(source, TWO))

    assert isinstance(event, BodyQuarantined)
    assert (event.source, event.reason, event.body) == (source.name, "no_source", TWO)


async def test_a_fault_of_ours_costs_no_body(source: Source) -> None:
    faulty = msgspec.structs.replace(source, kind="without_a_module")

    [event] = await events_in(faulty, received(source, TWO))

    assert isinstance(event, BodyQuarantined)
    assert (event.reason, event.body) == ("parser_failed", TWO)


def test_alerts_are_counted_where_the_kind_can_tell_without_parsing(source: Source) -> None:
    good = b'{"alerts": [{"status": "firing", "labels": {"alertname": "A"}}]}'

    assert count(source, received(source, good)) == 1
    assert count(source, received(source, TWO)) == 0
    assert isinstance(count(None, received(source, good)), Unusable)


async def test_an_undecided_alert_is_read_as_the_engine_kept_it(source: Source) -> None:
    alert = Alert(source.name, "f1", firing=True, labels={"alertname": "A"}, annotations={})

    found = await decode_quarantined(source, received(source, encode(alert)), DECISION_FAILED)

    assert found == Parsed([alert])


async def test_a_body_whose_alerts_could_not_be_decided_is_read_by_its_kind(source: Source) -> None:
    found = await decode_quarantined(source, received(source, TWO), DECISION_FAILED)

    assert isinstance(found, Parsed)
    assert [alert.labels["alertname"] for alert in found.alerts] == ["A"]


async def test_a_senders_body_is_not_read_as_an_alert_of_another_source(source: Source) -> None:
    alert = Alert("another", "f1", firing=True, labels={"alertname": "A"}, annotations={})

    found = await decode_quarantined(source, received(source, encode(alert)), DECISION_FAILED)

    assert isinstance(found, Unusable)


def test_kept_headers_are_bounded() -> None:
    headers = {f"x-{number}": "v" * 5000 for number in range(200)} | {"cookie": "a"}

    kept = kept_headers(Received("a", b"", headers, 0))

    assert len(kept) == 40
    assert {len(value) for value in kept.values()} == {1000}


def test_kept_headers_are_utf_8_whatever_came() -> None:
    headers = {"user-agent": "caf\udce9", "x-caf\udce9": "é"}

    kept = kept_headers(Received("a", b"", headers, 0))

    assert kept == {"user-agent": "caf\ufffd", "x-caf\ufffd": "é"}


async def test_a_body_of_too_many_alerts_has_met_a_limit(source: Source) -> None:
    alert = {"status": "firing", "labels": {"alertname": "A"}}
    many = await decode(source, received(source, encode({"alerts": [alert] * 10_001})))
    few = await decode(source, received(source, encode({"alerts": [alert] * 2_000})))

    assert (met_limit(many), met_limit(few)) == (True, False)


async def test_a_fault_of_ours_in_a_large_body_costs_nothing(source: Source) -> None:
    faulty = msgspec.structs.replace(source, kind="without_a_module")

    [event] = await events_in(faulty, received(source, TWO + b" " * 70_000))

    assert isinstance(event, BodyQuarantined)
    assert event.reason == "parser_failed"
