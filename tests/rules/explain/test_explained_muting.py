"""Which windows and suppressors would mute an alert."""

from tests.core.world import MONDAY
from triaged.core.muting.muters import Maintenance, Muters, Mutes, Suppressor
from triaged.core.records.matching import Matcher
from triaged.core.time import recurring
from triaged.core.time.durations import HOUR
from triaged.rules.explain.explained_muting import ExplainedMute, explained_muting
from triaged.wire import instant_text

STAGING = (Matcher("env", "=", "staging"),)
PATCHING = Maintenance("patching", STAGING, "UTC", recurring.parse("mon 09:00-11:00"))
NODE = Suppressor(
    "node-down",
    (Matcher("alertname", "=", "NodeDown"),),
    (Matcher("severity", "=~", "warning|info"),),
    ("cluster",),
)
MUTERS = Muters((NODE,), (PATCHING,))
LABELS = {"env": "staging", "severity": "warning", "cluster": "c1", "alertname": "Slow"}


def test_a_window_mutes_while_it_is_open() -> None:
    during, _ = explained_muting(MUTERS, LABELS, MONDAY)
    after, _ = explained_muting(MUTERS, LABELS, MONDAY + 2 * HOUR)

    until = instant_text(MONDAY + HOUR)
    assert during == ExplainedMute("maintenance", "patching", True, until, "its window is open")
    assert (after.active, after.until) == (False, None)


def test_a_suppressor_says_what_must_fire() -> None:
    (mute,) = explained_muting(Muters((NODE,)), LABELS, MONDAY)

    assert mute.active is None
    assert mute.because == 'while an alert with alertname="NodeDown" fires that has cluster="c1"'


def test_a_source_that_is_a_target_says_that_such_do_not_mute_it() -> None:
    labels = LABELS | {"alertname": "NodeDown"}

    (mute,) = explained_muting(Muters((NODE,)), labels, MONDAY)

    assert mute.because.endswith(' that has cluster="c1" and is not such a target itself')


def test_what_is_not_meant_is_left_out() -> None:
    assert explained_muting(MUTERS, {"env": "prod", "severity": "critical"}, MONDAY) == []


def test_what_is_active_is_what_mutes() -> None:
    for hours in range(-3, 4):
        at = MONDAY + hours * HOUR
        mute = explained_muting(MUTERS, LABELS, at)[0]
        muted = Mutes(MUTERS, (), {}, at).of({("am", "1"): LABELS})

        assert bool(mute.active) is (muted is not None)
