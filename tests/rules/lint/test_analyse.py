import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.response.test_escalation import OFFICE
from triaged.core.records.model import Alert, Outcome, Severity
from triaged.core.time.calendars import Calendar
from triaged.core.time.recurring import parse as recurring
from triaged.rules.actions import Action, SetIncident, SetLabels, SetPolicy, SetSeverity
from triaged.rules.evaluate import CompiledRule, RuleSet
from triaged.rules.lint.analyse import attributes, example_of, impossible, never_closes
from triaged.rules.lint.pattern_sets import conflict
from triaged.rules.matchers import Matcher, parse_matchers
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.templates import compile_template
from triaged.yamlschema.document import parse

ALWAYS = Calendar("always", "UTC", recurring("daily 00:00-24:00"))
NIGHTS = Calendar("nights", "UTC", recurring("mon-sun 12:00-11:59"))
CONTEXT = RuleContext(
    calendars={"office": OFFICE, "always": ALWAYS, "nights": NIGHTS},
    policies=frozenset({"default"}),
    sources=frozenset({"am", "grafana"}),
)


def warnings(*rules: str) -> list[str]:
    """What is said of rules, each a map without braces; positions are r:LINE:5."""
    text = "rules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
    found, problems = read_rules([parse("r", text.encode())], CONTEXT)
    assert problems == []
    return [f"{problem}" for problem in impossible(found.rules)]


SEV1, SEV2 = "set: {severity: SEV-1}", "set: {severity: SEV-2}"


@pytest.mark.parametrize(
    ("rule", "part", "reason"),
    [
        (
            """match: ['a="x"', 'a="y"']""",
            """'a="y"'""",
            'a="x" and a="y" exclude each other',
        ),
        ("""match: ['a=""', 'a=~".+"']""", """'a=~""", 'a="" and a=~".+" exclude each other'),
        ("""match: ['a="x"', 'a!~"x|y"']""", """'a!~""", 'a="x" and a!~"x|y" exclude each other'),
        (
            """match: ['b=1, a="x"', 'c=1', 'a="y"']""",
            """'a="y"'""",
            'a="x" and a="y" exclude each other',
        ),
        ("""match: 'a="x", a="y"'""", """'a="x",""", 'a="x" and a="y" exclude each other'),
        ("""match: ['a=~"x$y"']""", """'a=~""", 'no text is taken by a=~"x$y"'),
        (
            "when: {during: office, outside: office}",
            "office}",
            "the calendar office would have to be open and closed at once",
        ),
        ("when: {outside: always}", "always", "the calendar always never closes"),
    ],
)
def test_a_rule_that_never_matches_is_named_with_the_reason(
    rule: str, part: str, reason: str
) -> None:
    column = len("  - {name: one, ") + rule.index(part) + 1

    found = warnings(f"name: one, {rule}, {SEV1}")

    assert found == [f"r:2:{column}: rule one never matches: {reason}"]


@pytest.mark.parametrize(
    "rule",
    [
        """match: ['a="x"', 'b="y"']""",
        """match: ['a=~"x.*"', 'a=~"xy.*"']""",
        """match: ['a=~"(?i)x"', 'a="X"']""",
        "when: {during: office, outside: nights}",
        "when: {outside: nights}",
    ],
)
def test_a_rule_that_may_match_is_left_alone(rule: str) -> None:
    assert warnings(f"name: one, {rule}, {SEV1}") == []


@pytest.mark.parametrize(
    "match",
    [
        """match: ['a="x"']""",
        """match: ['a=~"x|y"', 'b="1"']""",
        """match: ['a=~"x"', 'b="1"'], when: {source: am}""",
    ],
)
def test_a_rule_that_changes_nothing_is_named_with_what_does(match: str) -> None:
    first = f"""name: first, description: why, match: ['a=~"x|y"'], {SEV1}"""

    found = warnings(first, f"name: second, {match}, {SEV2}")

    why = "what it sets is set before by first (r:2:5), for all that it matches"
    assert found == [f"r:3:5: rule second changes nothing: {why}"]


@pytest.mark.parametrize(
    "second",
    [
        f"""match: ['a=~"x|z"'], {SEV2}""",  # z is its own
        """match: ['a="x"'], set: {severity: SEV-2, policy: default}""",  # sets more
        f"""match: ['b="1"'], {SEV2}""",  # a may be anything
        f"""match: ['a="x"'], stop: true, {SEV2}""",  # ends the walk
        f"""match: ['a=~"(?i)x"'], {SEV2}""",  # X, too
    ],
)
def test_a_rule_that_changes_something_is_left_alone(second: str) -> None:
    first = f"""name: first, match: ['a=~"x|y"'], {SEV1}"""

    assert warnings(first, f"name: second, {second}", "name: third, set: {policy: default}") == []


def test_a_condition_of_the_earlier_rule_leaves_other_hours_to_the_later() -> None:
    first = f"name: first, when: {{during: office}}, {SEV1}"

    assert warnings(first, f"name: second, {SEV2}") == []
    assert len(warnings(first, f"name: second, when: {{during: office}}, {SEV2}")) == 1
    assert len(warnings("name: first, " + SEV1, f"name: second, {SEV2}")) == 1


def test_a_wider_condition_takes_the_narrower_one() -> None:
    wide = "when: {source: [am, grafana], starts_within: 1h}"
    narrow = "when: {source: am, starts_within: 5m}"

    assert len(warnings(f"name: first, {wide}, {SEV1}", f"name: second, {narrow}, {SEV2}")) == 1
    assert warnings(f"name: first, {narrow}, {SEV1}", f"name: second, {wide}, {SEV2}") == []


def test_several_earlier_rules_may_set_what_a_rule_sets() -> None:
    found = warnings(
        f"name: one, {SEV1}",
        "name: two, set: {labels: {tier: a}}",
        "name: three, set: {severity: SEV-2, labels: {tier: b}}",
        "name: four, set: {severity: SEV-2, labels: {floor: b}}",
    )

    why = "what it sets is set before by one (r:2:5) and two (r:3:5), for all that it matches"
    assert found == [f"r:4:5: rule three changes nothing: {why}"]


def test_a_rule_behind_one_that_stops_is_never_reached() -> None:
    found = warnings(
        """name: first, match: ['a="x"'], stop: true""",
        f"""name: second, match: ['a="x"', 'b="1"'], {SEV1}""",
        f"""name: third, match: ['b="1"'], {SEV1}""",
    )

    why = "first (r:2:5) takes all that it matches, and stops"
    assert found == [f"r:3:5: rule second is never reached: {why}"]


def test_a_severity_behind_a_rule_that_drops_is_said_to_open_nothing() -> None:
    found = warnings(
        """name: drop, match: ['a=~"x|y"'], set: {incident: false}""",
        f"""name: second, match: ['a="x"'], {SEV1}""",
        """name: back, match: ['a="x"'], set: {incident: true, severity: SEV-1}""",
        f"""name: other, match: ['a="z"'], {SEV1}""",
    )

    assert found[0].endswith(
        "second opens no incident: drop (r:2:5) takes all that it matches before"
    )
    assert "rule back changes nothing" in found[1]
    assert len(found) == 2


def test_what_a_rule_expects_counts_behind_a_stop_too() -> None:
    stopping = "name: first, stop: true"
    expecting = """name: dog, match: 'alertname="Watchdog"', expect: {every: 5m}"""

    assert warnings(stopping, expecting) == []


def test_the_same_pattern_twice_is_found_although_it_is_not_plain() -> None:
    found = warnings(
        f"""name: first, match: ['a=~"(?i)x.+"'], {SEV1}""",
        f"""name: second, match: ['a=~"(?i)x.+"', 'b="1"'], {SEV1}""",
    )

    assert len(found) == 1


def test_hours_that_cover_the_week_never_close() -> None:
    assert never_closes(ALWAYS)
    assert not never_closes(NIGHTS)
    assert not never_closes(OFFICE)


def test_an_example_of_a_rule_is_taken_by_its_matchers() -> None:
    given_ = {"a": parse_matchers('a=~"x|y.*", a!="x"'), "b": parse_matchers('b!="1"')}

    assert example_of(given_) == {"a": "y", "b": ""}
    assert example_of({"a": parse_matchers('a=~".+"')}) is None


def test_attributes_are_told_apart_and_labels_each_for_itself() -> None:
    text = compile_template("x")

    found = attributes([SetSeverity(Severity.SEV1), SetLabels((("a", text), ("b", text)))])

    assert found == ["SetSeverity", "label a", "label b"]


NAMES = st.sampled_from(["a", "b"])
VALUES = st.sampled_from(["", "x", "y", "xy", "X", "x\n"])
PATTERNS = st.sampled_from(["x|y", "x.*", "(?i)x", ".+", "", "xy?", ".*", "y|"])
MATCHERS = st.one_of(
    st.builds(Matcher, NAMES, st.sampled_from(["=", "!="]), VALUES),
    st.builds(Matcher, NAMES, st.sampled_from(["=~", "!~"]), PATTERNS),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(SetSeverity, st.sampled_from(list(Severity))),
    st.builds(SetPolicy, st.sampled_from(["one", "two"])),
    st.builds(SetIncident, st.booleans()),
    st.builds(SetLabels, st.sampled_from([((name, compile_template("t")),) for name in "ab"])),
)
RULES = st.lists(
    st.builds(
        CompiledRule,
        st.just("rule"),
        st.lists(MATCHERS, max_size=3).map(tuple),
        st.just(()),
        st.lists(ACTIONS, max_size=2, unique_by=type).map(tuple),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=5,
).map(lambda rules: [replace(rule, name=f"r{n}", where=f"r:{n}") for n, rule in enumerate(rules)])
ALERTS = st.dictionaries(NAMES, VALUES).map(
    lambda labels: Alert("am", "f", firing=True, labels=labels, annotations={})
)


def decided(rules: list[CompiledRule], alert: Alert) -> Outcome:
    """What comes of an alert, whichever rules matched."""
    return replace(RuleSet(rules, "").classify(alert, 0), rules=(), rule=None)


@given(RULES, st.lists(ALERTS, min_size=1, max_size=8))
def test_what_is_said_of_a_rule_holds_for_every_alert(
    rules: list[CompiledRule], alerts: list[Alert]
) -> None:
    for problem in impossible(rules):
        name = problem.message.split()[1]
        others = [rule for rule in rules if rule.name != name]
        for alert in alerts:
            matched = name in RuleSet(rules, "").classify(alert, 0).rules
            if "never matches" in problem.message or "never reached" in problem.message:
                assert not matched
            if "opens no incident" in problem.message:
                assert not (matched and decided(rules, alert).incident)
            else:
                assert decided(rules, alert) == decided(others, alert)


@given(RULES)
def test_what_never_matches_is_told_once(rules: list[CompiledRule]) -> None:
    told = [problem.message.split()[1] for problem in impossible(rules)]

    contradictory = [rule.name for rule in rules if any(map(conflict, _by_label(rule)))]
    assert [name for name in dict.fromkeys(told) if name in contradictory] == contradictory


def _by_label(rule: CompiledRule) -> list[list[Matcher]]:
    return [[m for m in rule.matchers if m.name == name] for name in ("a", "b")]
