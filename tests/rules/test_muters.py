from datetime import UTC, datetime

import pytest

from triaged.core.muting.muters import Mutes
from triaged.core.records.model import Alert
from triaged.rules.evaluate import RuleSet
from triaged.rules.matchers import LIST_MAX
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse


def read(*files: str) -> tuple[RuleSet, list[str]]:
    documents = [parse(f"{n}.yaml", text.encode()) for n, text in enumerate(files)]
    rules, problems = read_rules(documents, RuleContext(timezone="Europe/Berlin"))
    return rules, [str(problem) for problem in problems]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


SUPPRESS = """
suppress:
  - {name: node-down, source: 'alertname="NodeDown"', target: ['severity=~"warning|info"'],
     equal: [cluster, node]}
"""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("suppress: [{name: a, source: 'x=1'}]", "target is missing"),
        ("suppress: [{name: a, source: 'x=1', target: 'y=1', equals: [z]}]", "did you mean equal"),
        ("suppress: [{name: a, source: 'x=~\".*\"', target: 'y=1'}]", "mutes everything"),
        ("suppress: [{name: a, source: 'x=1', target: 'y=~\".*\"'}]", "mutes everything"),
        ("suppress: [{name: A, source: 'x=1', target: 'y=1'}]", "lower-case"),
        ("suppress: [{name: a, source: 'x=1', target: 'y=1', equal: ['']}]", "a label has a name"),
        ("maintenance: [{name: a, match: 'x=1'}]", "either `every`, or `from` and `to`"),
        ("maintenance: [{name: a, match: 'x=~\".*\"', every: daily}]", "mutes everything"),
        ("maintenance: [{name: a, match: [], every: daily}]", "mutes everything"),
        ("maintenance: [{name: a, match: 'x=1', every: fri 25:00-26:00}]", "hours go from"),
        ("maintenance: [{name: a, match: 'x=1', every: daily, timezone: Mars}]", "no time zone"),
        ("maintenance: [{name: a, match: 'x=1', from: '2026-02-30T10:00', to: x}]", "2026-02-30"),
        (
            "maintenance: [{name: a, match: 'x=1', from: '2026-02-02T10:00', "
            "to: '2026-02-02T10:00'}]",
            "ends before it begins",
        ),
        ("maintenance: [{name: a, match: 'x=1', from: '2026-02-02T10:00'}]", "either `every`"),
    ],
)
def test_a_mistake_is_named_where_it_stands(text: str, complaint: str) -> None:
    _, problems = read(text)

    assert complaint in "\n".join(problems)
    assert all(problem.startswith("0.yaml:1:") for problem in problems)


def test_names_are_unique_among_all_files() -> None:
    _, problems = read(SUPPRESS, SUPPRESS)

    assert problems == ["1.yaml:3:12: 'node-down' is the name of the one at 0.yaml:3:12, too"]


def test_equal_labels_allow_a_target_that_matches_anything() -> None:
    _, problems = read("suppress: [{name: a, source: 'x=1', target: 'y!=1', equal: [z]}]")

    assert problems == []


def test_an_alert_that_a_source_matches_inhibits_once_its_labels_are_laid_over() -> None:
    rules, problems = read(
        """
rules: [{name: names, match: 'kind="node"', set: {labels: {alertname: NodeDown}}}]
"""
        + SUPPRESS
    )

    plain = rules.classify(Alert("am", "1", True, {"alertname": "Other"}, {}), 0)
    renamed = rules.classify(Alert("am", "1", True, {"kind": "node"}, {}), 0)

    assert problems == []
    assert (plain.inhibits, renamed.inhibits) == (False, True)


def test_a_window_that_is_once_is_read_in_its_zone() -> None:
    rules, problems = read(
        "maintenance: [{name: move, match: 'env=\"staging\"', "
        "from: '2026-03-30T22:00', to: '2026-03-31T02:00'}]"
    )

    (window,) = rules.muters.maintenance

    assert problems == []
    assert (window.start, window.end) == (at("2026-03-30T20:00"), at("2026-03-31T00:00"))
    mutes = Mutes(rules.muters, [], {}, window.start)
    assert mutes.causes(("am", "1"), {"env": "staging"})
    assert not mutes.causes(("am", "1"), {"env": "production"})


def test_a_window_of_every_week_has_a_zone_of_its_own() -> None:
    rules, _ = read(
        "maintenance: [{name: a, match: 'x=1', every: 'sat 02:00-04:00', timezone: Asia/Tokyo}]"
    )

    (window,) = rules.muters.maintenance

    assert window.ends_at(at("2026-03-27T17:00")) == at("2026-03-27T19:00")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("rules: [{name: a, stop: true, match: [LIST]}]", 39),
        ("suppress: [{name: a, source: [LIST], target: 'y=1'}]", 31),
        ("suppress: [{name: a, source: 'y=1', target: [LIST]}]", 46),
        ("maintenance: [{name: a, every: daily, match: [LIST]}]", 47),
    ],
)
def test_a_list_of_matchers_that_is_too_long_says_where_and_what_to_write(
    text: str, column: int
) -> None:
    most = ", ".join(["x=1"] * LIST_MAX)

    assert read(text.replace("LIST", most))[1] == []
    assert read(text.replace("LIST", f"{most}, x=1"))[1] == [
        f"0.yaml:1:{column + 5 * LIST_MAX}: 1001 matchers in one list; 1000 may be: write one "
        "pattern such as 'x=~\"a|b\"', or add a label by a table (`mappings`)"
    ]


def test_matchers_that_only_leave_something_out_are_taken() -> None:
    rules, problems = read(
        "suppress: [{name: a, source: 'x!=1', target: 'severity!=critical'}]\n"
        "maintenance: [{name: b, match: 'env!=prod', every: daily}]"
    )

    assert problems == []
    assert len(rules.muters.suppress) == len(rules.muters.maintenance) == 1


def test_a_suppressor_says_whether_sources_and_absent_labels_count() -> None:
    rules, problems = read(
        "suppress: [{name: a, source: 'x=1', target: 'y=1'}, {name: b, source: 'x=1', "
        "target: 'y=1', across_sources: true, absent_equal: true}]"
    )

    found = [(one.across_sources, one.absent_equal) for one in rules.muters.suppress]
    assert problems == []
    assert found == [(False, False), (True, True)]
