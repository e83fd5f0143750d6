"""What every source kind keeps: shape, a link to its format, its cases, and no surprises."""

import asyncio
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.large_bodies import BODIES, Size
from bench.loop_watch import LIMIT_MS, watched
from tests.api.site import configuration_of
from tests.ingest.cases import (
    CHANGING,
    KINDS,
    NOW,
    SOURCE,
    bodies_of,
    check,
    expected_of,
    headers_of,
    instant,
    module_of,
    parse,
    shown,
    shown_change,
)
from triaged.config.model import Source
from triaged.core.records.model import Alert
from triaged.ingest import (
    REJECTED_MAX,
    Parsed,
    Reason,
    Received,
    alertmanager,
    changes,
    generic,
    grafana,
    prometheus,
)
from triaged.ingest.common.pieces import ELEMENTS_MAX, PIECE_ELEMENTS
from triaged.ingest.contract import (
    SOURCES,
    CheckedSettings,
    Countable,
    Recognizable,
    Signed,
    SourceKind,
)
from triaged.intake.decode import decode, events_in
from triaged.wire import encode

EACH_KIND = pytest.mark.parametrize("kind", KINDS)
EACH_CASE = pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(kind, body, id=f"{kind}-{body.parent.name}-{body.stem}")
        for kind in KINDS
        for body in bodies_of(kind)
    ],
)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
names = st.text() | st.sampled_from(
    """
    alerts labels annotations status startsAt endsAt generatorURL fingerprint truncatedAlerts
    state ruleId evalMatches tags orgId alert_uid title name id severity heartbeat monitor
    """.split()
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5)
)
groups = st.fixed_dictionaries({"alerts": st.lists(st.dictionaries(names, documents, max_size=5))})


SOURCE_KINDS: tuple[SourceKind, ...] = (alertmanager, changes, generic, grafana, prometheus)
SIGNED: tuple[Signed, ...] = (changes, grafana)
COUNTABLE: tuple[Countable, ...] = (alertmanager, prometheus)
RECOGNIZABLE: tuple[Recognizable, ...] = (alertmanager, grafana, prometheus)
CHECKED: tuple[CheckedSettings, ...] = (changes, generic, grafana)
"""The modules by contract: mypy compares the types, the test below that none is left out."""


def test_every_kind_is_compared_with_each_contract_that_it_fulfils() -> None:
    found = [SOURCES.load(kind) for kind in KINDS]

    assert list(SOURCE_KINDS) == found
    assert list(SIGNED) == [each for each in found if isinstance(each, Signed)]
    assert list(COUNTABLE) == [each for each in found if isinstance(each, Countable)]
    assert list(RECOGNIZABLE) == [each for each in found if isinstance(each, Recognizable)]
    assert list(CHECKED) == [each for each in found if isinstance(each, CheckedSettings)]


@EACH_KIND
def test_kind_has_its_shape(kind: str) -> None:
    module = module_of(kind)

    assert module.Settings.__struct_config__.frozen
    assert module.STALE_AFTER_US is None or module.STALE_AFTER_US > 0
    assert module.Settings() == msgspec.convert({}, module.Settings)


@EACH_KIND
def test_kind_says_where_its_format_is_written_down(kind: str) -> None:
    assert "https://" in (module_of(kind).__doc__ or "")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in CHANGING])
def test_kind_has_a_firing_and_a_resolved_case(kind: str) -> None:
    cases = [expected_of(body) for body in bodies_of(kind)]
    statuses = {alert["status"] for case in cases for alert in case["alerts"]}

    if kind == "grafana":  # its resolved bodies may be read but not copied: test_grafana.py
        statuses |= {"resolved"}
    assert statuses == {"firing", "resolved"}


@pytest.mark.parametrize("kind", CHANGING)
def test_kind_of_changes_has_cases_of_changes_and_none_of_alerts(kind: str) -> None:
    cases = [expected_of(body) for body in bodies_of(kind)]

    assert any(case["changes"] for case in cases)
    assert not any(case["alerts"] for case in cases)


@EACH_KIND
def test_default_settings_have_no_problems(kind: str) -> None:
    module = SOURCES.load(kind)

    assert not isinstance(module, CheckedSettings) or module.problems(module.Settings()) == []


@EACH_CASE
def test_case_gives_the_expected_alerts(kind: str, body: Path) -> None:
    expected = expected_of(body)
    headers = headers_of(body.with_suffix(".headers"))
    at = instant(expected["received_at"])

    parsed = parse(kind, body.read_bytes(), headers=headers, received_at=at)

    assert [shown(alert) for alert in parsed.alerts] == expected["alerts"]
    assert [shown_change(change) for change in parsed.changes] == expected.get("changes", [])
    assert parsed.rejected == []


@pytest.mark.parametrize("kind", ["alertmanager", "prometheus"])
def test_what_all_senders_send_is_counted_without_parsing(kind: str) -> None:
    module = module_of(kind)
    bodies = [body.read_bytes() for body in bodies_of(kind)]

    counts = [module.count(Received(SOURCE, body, {}, 0), module.Settings()) for body in bodies]

    assert sum(count is not None for count in counts) > len(bodies) / 2


@EACH_CASE
def test_every_alert_can_be_stored(kind: str, body: Path) -> None:
    for alert in parse(kind, body.read_bytes()).alerts:
        assert alert.source == SOURCE
        assert alert.fingerprint
        assert msgspec.json.decode(msgspec.json.encode(alert), type=Alert) == alert


@EACH_CASE
def test_bodies_are_told_apart(kind: str, body: Path) -> None:
    data = body.read_bytes()
    found = {one: SOURCES.load(one) for one in KINDS}
    recognizable = {one: each for one, each in found.items() if isinstance(each, Recognizable)}

    claims = [one for one, module in recognizable.items() if module.detect(data)]

    assert claims == ([kind] if kind in recognizable else [])


@EACH_KIND
@given(body=st.binary())
def test_any_bytes_are_parsed_or_malformed(kind: str, body: bytes) -> None:
    check(kind, body)


@EACH_KIND
@given(document=documents | groups)
def test_any_json_is_parsed_or_malformed(kind: str, document: Any) -> None:
    check(kind, msgspec.json.encode(document))
    check(kind, msgspec.json.encode([document]))


@EACH_KIND
@pytest.mark.parametrize("depth", [65, 999, 100_000])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}'], ids=["lists", "objects"])
def test_deep_nesting_is_parsed_or_malformed(kind: str, depth: int, brackets: str) -> None:
    deep = f"{brackets[:-1] * depth}1{brackets[-1] * depth}"

    for body in (deep, f'{{"alerts":{deep}}}', f'{{"ruleId":1,"state":"ok","tags":{deep}}}'):
        check(kind, body.encode())


@EACH_KIND
def test_detect_takes_any_bytes(kind: str) -> None:
    module = SOURCES.load(kind)

    for body in (b"", b"{", b"\xff", b"null", b"[" * 100_000, b'{"alerts":1}'):
        assert not (isinstance(module, Recognizable) and module.detect(body))


@EACH_KIND
@pytest.mark.parametrize("digits", [18, 19, 20, 40, 4_300, 4_301, 10_000])
def test_huge_numbers_are_parsed_or_malformed(kind: str, digits: int) -> None:
    number = "9" * digits

    for body in (
        number,
        f'{{"id":{number},"startsAt":{number},"n":{number}.{number}}}',
        f'{{"ruleId":{number},"orgId":{number},"state":"ok"}}',
        f'[{{"labels":{{"a":"b"}},"startsAt":{number}}}]',
        f'{{"orgId":{number},"alerts":[{{"status":"firing","labels":{{"a":"b"}}}}]}}',
    ):
        check(kind, body.encode())


@EACH_KIND
@pytest.mark.parametrize("name", BODIES)
def test_no_body_holds_up_the_loop(kind: str, name: str, tmp_path: Path) -> None:
    is_text = name.startswith("a huge")  # what is walked costs no more in a piece if it is longer
    body = BODIES[name](Size() if is_text else Size(1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    events, watch = watched(events_in(source_of(kind, tmp_path), Received(SOURCE, body, {}, NOW)))

    assert watch.longest_ms <= LIMIT_MS, watch.where
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 200 << 10
    assert 0 < len(events) <= ELEMENTS_MAX + 300


@EACH_KIND
@pytest.mark.parametrize("count", [1, 700, 10_500])
def test_pieces_of_a_body_are_its_alerts(kind: str, count: int, tmp_path: Path) -> None:
    alerts = [{"labels": {"alertname": f"A{n}"}, "service": f"s{n}"} for n in range(count)]
    body = encode(alerts if kind in {"generic", "prometheus"} else wrapped(kind, alerts))

    found = asyncio.run(decode(source_of(kind, tmp_path), Received(SOURCE, body, {}, NOW)))

    assert isinstance(found, Parsed)
    whole = parse(kind, body)
    assert found.alerts == whole.alerts[:ELEMENTS_MAX]
    assert found.changes == whole.changes[:ELEMENTS_MAX]
    assert sum(one.count for one in found.rejected) == max(count - ELEMENTS_MAX, 0)
    assert {one.reason for one in found.rejected} <= {Reason.TOO_MANY}


@EACH_KIND
def test_alerts_beyond_the_limit_come_when_they_are_sent_again(kind: str, tmp_path: Path) -> None:
    alerts = [{"labels": {"alertname": f"A{n}"}, "service": f"s{n}"} for n in range(10_007)]
    body = encode(alerts if kind in {"generic", "prometheus"} else wrapped(kind, alerts))
    source = source_of(kind, tmp_path)
    found = asyncio.run(decode(source, Received(SOURCE, body, {}, NOW)))
    assert isinstance(found, Parsed)
    [rest] = found.rejected

    again = asyncio.run(decode(source, Received(SOURCE, rest.body, {}, NOW)))

    assert isinstance(again, Parsed)
    assert len(again.alerts) + len(again.changes) == 7


@EACH_KIND
def test_most_bad_alerts_are_set_aside_together(kind: str, tmp_path: Path) -> None:
    good = {"labels": {"alertname": "A"}, "service": "s"}
    alerts: list[object] = [*([0] * 9_000), good]
    body = encode(alerts if kind in {"generic", "prometheus"} else wrapped(kind, alerts))

    found = asyncio.run(
        decode(source_of(kind, tmp_path), Received(SOURCE, body + b" " * 65_536, {}, NOW))
    )

    assert isinstance(found, Parsed)
    assert len(found.alerts) + len(found.changes) == 1
    assert sum(one.count for one in found.rejected) == 9_000
    assert len(found.rejected) <= REJECTED_MAX + 9_000 // PIECE_ELEMENTS


def wrapped(kind: str, elements: Sequence[object]) -> dict[str, object]:
    """Elements as a group, or as a body of changes."""
    name = "changes" if kind in CHANGING else "alerts"
    return {"status": "firing", name: elements, "externalURL": "http://am", "groupKey": "{}"}


def source_of(kind: str, folder: Path) -> Source:
    """A source of a kind, with the settings that it has without any."""
    some = next(iter(configuration_of(folder, "none").sources.values()))
    return msgspec.structs.replace(some, kind=kind, settings=SOURCES.load(kind).Settings())
