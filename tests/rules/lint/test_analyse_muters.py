from datetime import UTC, datetime

import pytest

from triaged.core.time.durations import HOUR, SECOND
from triaged.rules.lint.analyse_muters import idle
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
