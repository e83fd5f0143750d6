"""Alertmanager's semantics, and when muting ends."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import pytest
from msgspec.structs import replace

from triaged.core.muting.muters import (
    AlertId,
    Cause,
    Firing,
    Maintenance,
    Muter,
    Muters,
    Mutes,
    Suppressor,
    index_of,
    mutes_everything,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Labels
from triaged.core.records.silences import Silence
from triaged.core.time import recurring
from triaged.core.time.durations import DAY, HOUR

SATURDAY = int(datetime(2026, 3, 28, 1, 30, tzinfo=UTC).timestamp()) * 1_000_000
"""02:30 in Berlin; on the next day its clocks go forward."""


def is_(name: str, value: str) -> Matcher:
    return Matcher(name, "=", value)


def silence(*matchers: Matcher, starts_at: int = 0, ends_at: int = 100, name: str = "s") -> Silence:
    return Silence(name, matchers, starts_at, ends_at, "alice", "because", 0)


TARGET = ("am", "t")
NODE_DOWN = Suppressor(
    "node-down", (is_("alertname", "NodeDown"),), (is_("severity", "warning"),), ("cluster", "node")
)


def suppressed(suppressor: Suppressor, source: Labels, target: Labels) -> bool:
    """Whether an alert that fires mutes another."""
    inhibiting: dict[AlertId, Firing] = {("am", "1"): Firing(source)}
    return bool(Mutes(Muters((suppressor,)), [], inhibiting, 0).causes(TARGET, target))


def test_a_source_mutes_a_target_with_equal_labels() -> None:
    node = {"alertname": "NodeDown", "cluster": "c", "node": "n"}

    assert suppressed(NODE_DOWN, node, {"severity": "warning", "cluster": "c", "node": "n"})
    assert not suppressed(NODE_DOWN, node, {"severity": "warning", "cluster": "c", "node": "m"})
    assert not suppressed(NODE_DOWN, node, {"severity": "critical", "cluster": "c", "node": "n"})


def test_what_is_no_source_mutes_nothing() -> None:
    other = {"alertname": "NodeSlow", "cluster": "c", "node": "n"}

    assert not suppressed(NODE_DOWN, other, {"severity": "warning", "cluster": "c", "node": "n"})


def test_a_label_that_is_missing_in_both_is_equal_only_if_asked() -> None:
    source, target = {"alertname": "NodeDown"}, {"severity": "warning"}
    asked = replace(NODE_DOWN, absent_equal=True)

    assert not suppressed(NODE_DOWN, source, target)
    assert not suppressed(NODE_DOWN, {**source, "node": ""}, {**target, "cluster": ""})
    assert suppressed(asked, source, target)
    assert suppressed(asked, {**source, "node": ""}, target)
    assert not suppressed(asked, source, {**target, "node": "n"})


def test_a_source_mutes_what_another_sends_only_if_asked() -> None:
    plain = Suppressor("s", (is_("a", "1"),), (is_("b", "1"),))
    inhibiting: dict[AlertId, Firing] = {("am", "1"): Firing({"a": "1"})}

    def muted(suppressor: Suppressor, source: str) -> bool:
        return bool(
            Mutes(Muters((suppressor,)), [], inhibiting, 0).causes((source, "t"), {"b": "1"})
        )

    assert muted(plain, "am")
    assert not muted(plain, "other")
    assert muted(replace(plain, across_sources=True), "other")


def test_an_alert_that_is_source_and_target_is_not_muted_by_another_that_is_both() -> None:
    both = Suppressor("all", (is_("a", "1"),), (is_("b", "1"),))

    assert not suppressed(both, {"a": "1", "b": "1"}, {"a": "1", "b": "1"})
    assert suppressed(both, {"a": "1"}, {"a": "1", "b": "1"})
    assert suppressed(both, {"a": "1", "b": "1"}, {"b": "1"})


def test_suppressors_name_the_alerts_that_mute() -> None:
    inhibiting: dict[AlertId, Firing] = {
        ("am", "1"): Firing({"alertname": "NodeDown", "node": "n"}),
        ("am", "2"): Firing({"alertname": "NodeDown", "node": "m"}),
        ("am", "3"): Firing({"alertname": "NodeDown", "node": "n"}),
    }
    suppressor = replace(NODE_DOWN, absent_equal=True)
    mutes = Mutes(Muters((suppressor,)), [], inhibiting, 0)

    causes = mutes.causes(TARGET, {"severity": "warning", "node": "n"})

    assert causes == [Cause(Muter.SUPPRESS, "node-down", None, (("am", "1"), ("am", "3")))]
    assert str(causes[0]) == "suppress:node-down"


def test_a_silence_mutes_from_its_start_until_before_its_end() -> None:
    one = silence(is_("a", "1"), starts_at=10, ends_at=20)

    muted = [
        at for at in (9, 10, 19, 20) if Mutes(Muters(), [one], {}, at).causes(TARGET, {"a": "1"})
    ]

    assert muted == [10, 19]


def test_all_matchers_of_a_silence_must_hold() -> None:
    mutes = Mutes(Muters(), [silence(is_("a", "1"), Matcher("b", "!=", "2"))], {}, 0)

    assert mutes.causes(TARGET, {"a": "1"})
    assert not mutes.causes(TARGET, {"a": "1", "b": "2"})
    assert not mutes.causes(TARGET, {"b": "3"})


def test_an_incident_is_muted_when_all_its_firing_alerts_are() -> None:
    silences = [silence(is_("a", "1"), name="x"), silence(is_("a", "2"), ends_at=50, name="y")]
    mutes = Mutes(Muters(), silences, {}, 0)

    muted = mutes.of({("am", "1"): {"a": "1"}, ("am", "2"): {"a": "2"}})

    assert muted is not None
    assert muted.by == ("silence:x", "silence:y")
    assert muted.until == 50
    assert muted.counts == {Muter.SILENCE: 2}
    assert mutes.of({("am", "1"): {"a": "1"}, ("am", "2"): {"a": "3"}}) is None


def test_an_incident_of_which_nothing_fires_is_not_muted() -> None:
    assert Mutes(Muters(), [silence(is_("a", "1"))], {}, 0).of({}) is None


def test_a_weekly_window_is_read_in_its_zone_and_ends_by_itself() -> None:
    window = Maintenance(
        "patching", (), "Europe/Berlin", recurring.parse("sat 02:00-04:00, sun 02:00-04:00")
    )

    assert window.ends_at(SATURDAY) == SATURDAY + HOUR + HOUR // 2
    assert window.ends_at(SATURDAY - HOUR) is None
    assert window.ends_at(SATURDAY + 2 * HOUR) is None
    next_day = SATURDAY + 23 * HOUR + HOUR // 2  # 03:00 in summer: 02:00 does not exist
    assert window.ends_at(next_day) == next_day + HOUR
    assert window.ends_at(next_day - 1) is None


def test_a_window_that_never_ends_is_looked_at_tomorrow() -> None:
    window = Maintenance("always", (), "UTC", recurring.parse("daily"))

    assert window.ends_at(SATURDAY) == SATURDAY + DAY


def test_a_window_that_is_once_ends_for_good() -> None:
    window = Maintenance("move", (is_("a", "1"),), start=10, end=20)

    assert [window.ends_at(at) for at in (9, 10, 19, 20)] == [None, 20, 20, None]
    (cause,) = Mutes(Muters((), (window,)), [], {}, 15).causes(TARGET, {"a": "1"})
    assert (str(cause), cause.until) == ("maintenance:move", 20)


def test_matchers_that_hold_for_no_labels_mute_everything() -> None:
    assert mutes_everything([])
    assert mutes_everything([Matcher("a", "=~", ".*")])
    assert mutes_everything([is_("b", ""), Matcher("a", "=~", "x|")])
    assert not mutes_everything([Matcher("severity", "!=", "critical"), Matcher("e", "!~", "p.*")])
    assert mutes_everything([Matcher("a", "!=", "x"), is_("b", "")])
    assert not mutes_everything([Matcher("a", "=~", ".*"), Matcher("b", "=~", ".+")])


def calls_of(work: Callable[[], object]) -> int:
    """The calls of functions that `work` makes: a measure of it that no other process changes."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def under_silences(count: int, form: str) -> tuple[int, int]:
    """(calls to read `count` silences with patterns, calls to look at 512 alerts under them)."""
    patterns = [Matcher("instance", "=~", form.format(n)) for n in range(count)]
    silences = [silence(one, name=one.value) for one in patterns]
    alerts = [{"instance": f"host{n % count}-{n}", "job": "node"} for n in range(512)]
    index_of.cache_clear()
    mutes: list[Mutes] = []
    built = calls_of(lambda: mutes.append(Mutes(Muters(), silences, {}, 0)))
    muted: list[object] = []
    asked = calls_of(lambda: muted.extend(mutes[0].of({TARGET: labels}) for labels in alerts))
    assert all(muted)
    return built, asked


@pytest.mark.parametrize("form", ["host{}-.*", ".*host{}.*"])
def test_a_batch_under_many_silences_is_a_short_piece_of_work(form: str) -> None:
    _, few = under_silences(200, form)
    built, many = under_silences(2000, form)

    assert built < 2000 * 60, "some steps for each silence, once"
    assert many < 6 * few, "ten times as many silences, and not ten times the work"


def test_patterns_are_compiled_again_only_when_what_mutes_changes() -> None:
    def patterns(*names: str) -> tuple[tuple[Matcher, ...], ...]:
        return tuple((Matcher("a", "=~", name),) for name in names)

    assert index_of(patterns("a", "b")) is index_of(patterns("a", "b"))
    assert index_of(patterns("a", "b")) is not index_of(patterns("a", "c"))
