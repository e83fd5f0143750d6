from datetime import UTC, datetime

import pytest

from triaged.core.muting.muters import Muters
from triaged.core.time.durations import HOUR, SECOND
from triaged.rules.lint.analyse_muters import across, idle, mutual
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

NOON = round(datetime(2026, 3, 30, 12, tzinfo=UTC).timestamp()) * SECOND


def warnings(text: str, at: int = NOON) -> list[str]:
    rules, problems = read_rules([parse("r", text.encode())], RuleContext())
    assert problems == []
    return [str(problem) for problem in idle(rules.muters, at)]


def suppress(source: str, target: str, equal: str = "") -> str:
    return f"suppress: [{{name: s, source: '{source}', target: '{target}', equal: [{equal}]}}]"


@pytest.mark.parametrize(
    ("text", "part", "told"),
    [
        (suppress('a="1", a="2"', 'b="1"'), "'a", 'source: no alert matches a="1" and a="2"'),
        (suppress('a="1"', 'b="1", b!~"1|2"'), "'b", 'target: no alert matches b="1" and b!~"1|2"'),
        (
            suppress('a="1", c="x"', 'b="1", c="y"', "c"),
            "c]",
            "c is `equal` and differs between source and target",
        ),
        (
            suppress('a=~"1|2"', 'a=~"2|1"'),
            "{name",
            "source and target are the same alerts, and what matches both is not muted by such",
        ),
    ],
)
def test_a_suppressor_that_mutes_nothing_is_told(text: str, part: str, told: str) -> None:
    column = text.index(part) + 1

    assert warnings(text) == [f"r:1:{column}: suppress s mutes nothing: {told}"]


@pytest.mark.parametrize(
    "text",
    [
        suppress('a="1"', 'b="1"'),
        suppress('a=~"1|2"', 'a="1"'),
        suppress('a="1", c="x"', 'b="1", c="y"', "d"),
        suppress('severity="critical"', 'severity=~"warning|info"', "alertname"),
    ],
)
def test_a_suppressor_that_may_mute_is_left_alone(text: str) -> None:
    assert warnings(text) == []


def test_a_window_that_has_ended_or_matches_nothing_is_told() -> None:
    once = 'from: "2026-03-30T10:00", to: "2026-03-30T12:00"'
    window = f"maintenance: [{{name: m, match: 'env=\"staging\"', {once}}}]"
    nothing = "maintenance: [{name: m, match: ['a=\"1\"', 'a=\"2\"'], every: sat 02:00-04:00}]"

    assert warnings(window) == [
        f"r:1:{window.rindex('to:') + 5}: maintenance m mutes nothing: "
        "it ended at 2026-03-30T12:00 UTC"
    ]
    assert warnings(window, NOON - HOUR) == []
    told = 'no alert matches a="1" and a="2"'
    column = nothing.index("'a=\"2") + 1
    assert warnings(nothing) == [f"r:1:{column}: maintenance m mutes nothing: {told}"]


def test_a_window_that_comes_again_never_ends() -> None:
    text = "maintenance: [{name: m, match: 'env=\"staging\"', every: sat 02:00-04:00}]"

    assert warnings(text) == []


def of(text: str) -> Muters:
    rules, problems = read_rules([parse("r", text.encode())], RuleContext())
    assert problems == []
    return rules.muters


def chain(*pairs: tuple[str, str]) -> Muters:
    """Suppressors `s0`, `s1` … from the first of each pair to the second."""
    rows = [
        f"  - {{name: s{number}, source: '{source}', target: '{target}'}}"
        for number, (source, target) in enumerate(pairs)
    ]
    return of("suppress:\n" + "\n".join(rows))


@pytest.mark.parametrize(
    ("pairs", "path"),
    [
        ([('a="1"', 'a="2"'), ('a="2"', 'a="1"')], "s0 → s1 → s0"),
        ([('a="1"', 'a="2"'), ('a="2"', 'a="3"'), ('a="3"', 'a="1"')], "s0 → s1 → s2 → s0"),
        ([('a="1"', 'b="x"'), ('b="x", a="2"', 'a=~"1|5"')], "s0 → s1 → s0"),
    ],
)
def test_suppressors_that_mute_one_another_are_named(
    pairs: list[tuple[str, str]], path: str
) -> None:
    (problem,) = mutual(chain(*pairs))

    assert f"suppress {path}: " in str(problem)
    assert str(problem).startswith("r:2:")


@pytest.mark.parametrize(
    "pairs",
    [
        [('a="1"', 'a="2"'), ('a="2"', 'a="3"')],
        [('a="Node"', 'severity="warning"'), ('a="Cluster"', 'a="Node"')],
        [('a="1"', 'a="1", b="2"')],
    ],
)
def test_suppressors_that_do_not_are_left_alone(pairs: list[tuple[str, str]]) -> None:
    assert mutual(chain(*pairs)) == []


def test_a_suppressor_by_which_one_source_mutes_another_is_named() -> None:
    one = of("suppress: [{name: s, source: 'a=1', target: 'a=2', across_sources: true}]")

    assert [str(problem)[:24] for problem in across(one)] == ["r:1:12: suppress s has ac"[:24]]
    assert across(of("suppress: [{name: s, source: 'a=1', target: 'a=2'}]")) == []
