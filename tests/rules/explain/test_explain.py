"""What is explained is what was decided."""

import pytest
from hypothesis import given

from tests.core.world import MONDAY
from tests.rules.generated import LABELS, RULES
from triaged.core.muting.matcher_index import bits
from triaged.core.records.model import Alert
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import HOUR, MINUTE
from triaged.rules.evaluate import CompiledRule, RuleSet
from triaged.rules.explain.explain import Attribute, Explanation, explain
from triaged.rules.labelling import AddedLabel
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

OFFICE = Calendar("office", "Europe/Berlin", recurring.parse("mon-fri 13:00-17:30"))
CONTEXT = RuleContext(
    calendars={"office": OFFICE},
    policies=frozenset({"default", "loud"}),
    sources=frozenset({"am", "grafana"}),
)


def explained(rules: str, annotations: dict[str, str] | None = None, **labels: str) -> Explanation:
    """Why these rules make of an alert with these labels what they do, on Monday at noon."""
    rule_set, problems = read_rules([parse("r.yaml", rules.encode())], CONTEXT)
    assert problems == []
    alert = Alert("am", "f00", True, {"alertname": "Down", **labels}, annotations or {})
    return explain(rule_set, alert, MONDAY)


def attribute(explanation: Explanation, name: str) -> Attribute:
    """The attribute of this name."""
    return next(one for one in explanation.attributes if one.name == name)


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        ('service="checkout"', 'service="cart" is not "checkout"'),
        ('service!="cart"', 'service="cart" is "cart", which != excludes'),
        ('service=~"check.*"', 'service="cart" does not match "check.*"'),
        ('service!~"c.*"', 'service="cart" matches "c.*", which !~ excludes'),
        ('env="prod"', 'there is no label env: it is not "prod"'),
    ],
)
def test_the_first_matcher_that_fails_is_shown_with_the_value_it_saw(
    match: str, reason: str
) -> None:
    rules = f"rules: [{{name: a, match: ['{match}', 'x=\"1\"'], set: {{severity: SEV-1}}}}]"

    (verdict,) = explained(rules, service="cart").rules

    assert (verdict.matched, verdict.failed, verdict.near) == (False, reason, False)
    assert verdict.where == "r.yaml:1:9"


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("source: grafana", "the source am is none of grafana"),
        ("during: office", "the calendar office is closed on Mon 2026-03-30 12:00 Europe/Berlin"),
        ("starts_within: 5m", "it began 1h ago, more than 5m"),
    ],
)
def test_a_condition_that_fails_says_what_it_saw(when: str, reason: str) -> None:
    rules = f"rules: [{{name: a, when: {{{when}}}, set: {{severity: SEV-1}}}}]"
    rule_set, _ = read_rules([parse("r.yaml", rules.encode())], CONTEXT)
    alert = Alert("am", "f", True, {}, {}, starts_at=MONDAY - HOUR)

    (verdict,) = explain(rule_set, alert, MONDAY).rules

    assert (verdict.matched, verdict.failed) == (False, reason)


def test_an_open_calendar_fails_a_rule_for_the_other_hours() -> None:
    rules = "rules: [{name: a, when: {outside: office}, set: {severity: SEV-1}}]"
    rule_set, _ = read_rules([parse("r.yaml", rules.encode())], CONTEXT)

    (verdict,) = explain(rule_set, Alert("am", "f", True, {}, {}), MONDAY + 90 * MINUTE).rules

    assert verdict.failed == "the calendar office is open on Mon 2026-03-30 13:30 Europe/Berlin"


def test_a_near_miss_fails_in_one_of_several_conditions() -> None:
    rules = """
rules:
  - {name: near, match: ['alertname="Down"', 'service="checkout"'], set: {severity: SEV-1}}
  - {name: far, match: ['alertname="Up"', 'service="checkout"'], set: {severity: SEV-1}}
  - {name: only, match: ['service="checkout"'], set: {severity: SEV-1}}
"""

    verdicts = explained(rules, service="cart").rules

    assert [verdict.rule for verdict in verdicts if verdict.near] == ["near"]


def test_a_rule_says_why_in_its_author_s_words() -> None:
    rules = "rules: [{name: a, description: it is only a cache, set: {severity: SEV-4}}]"

    assert [verdict.description for verdict in explained(rules).rules] == ["it is only a cache"]


def test_a_rule_about_another_alert_is_no_near_miss_because_both_are_warnings() -> None:
    rules = """
rules:
  - {name: other, match: ['alertname="Up"', 'severity="warning"'], set: {severity: SEV-4}}
  - {name: not-info, match: ['alertname="Up"', 'severity!="info"'], set: {severity: SEV-1}}
"""

    verdicts = explained(rules, severity="warning").rules

    assert [verdict.near for verdict in verdicts] == [False, False]


def test_rules_behind_one_that_stops_are_named_with_it() -> None:
    rules = """
rules:
  - {name: last, stop: true}
  - {name: late, set: {severity: SEV-1}}
"""

    last, late = explained(rules).rules

    assert (last.matched, last.stopped_by) == (True, "")
    assert (late.matched, late.stopped_by) == (True, "last")


def test_each_attribute_names_the_first_rule_that_sets_it() -> None:
    explanation = explained(
        """
rules:
  - {name: a, set: {service: shop, labels: {tier: "1"}}}
  - {name: b, set: {service: other, severity: SEV-2, title: "{{ labels.service }} is down"}}
"""
    )

    assert attribute(explanation, "service") == Attribute(
        "service", "shop", "rule a", "a", "r.yaml:3:5"
    )
    assert attribute(explanation, "title") == Attribute(
        "title", "shop is down", "rule b", "b", "r.yaml:4:5", "{{ labels.service }} is down"
    )
    assert attribute(explanation, "labels.tier").value == "1"
    assert attribute(explanation, "severity").where == "r.yaml:4:5"


def test_an_attribute_that_no_rule_sets_says_where_it_comes_from() -> None:
    explanation = explained("rules: []", {"message": "it broke"}, service="cart")

    assert attribute(explanation, "service").origin == "the label service"
    assert attribute(explanation, "title").origin == "the annotation message"
    assert attribute(explanation, "group_by").origin == "the default"


def test_a_template_that_gives_nothing_leaves_the_word_to_the_label() -> None:
    rules = "rules: [{name: a, set: {service: '{{ labels.app }}'}}]"

    explanation = explained(rules, service="cart")

    assert attribute(explanation, "service").value == "cart"
    assert (
        attribute(explanation, "service").origin
        == "rule a's template gives nothing: the label service"
    )


@given(RULES, LABELS)
def test_the_explanation_is_what_the_classifier_decides(
    rules: list[CompiledRule], labels: dict[str, str]
) -> None:
    rule_set = RuleSet(rules, "d")
    alert = Alert("am", "f", True, labels, {}, starts_at=MONDAY - 10)

    explanation = explain(rule_set, alert, MONDAY)

    matched = [at for at, verdict in enumerate(explanation.rules) if verdict.matched]
    walked = [v.rule for v in explanation.rules if v.matched and not v.stopped_by]
    outcome = rule_set.classify(alert, MONDAY)
    values = {one.name: one for one in explanation.attributes}
    assert explanation.outcome == outcome
    assert matched == bits(rule_set.matching(alert, MONDAY))
    assert tuple(walked) == outcome.rules
    assert [v.rule for v in explanation.rules if not v.matched and not v.failed] == []
    named = values["severity"].rule if "severity" in values else None
    assert named == outcome.rule
    assert {name for name, _ in outcome.key} <= {*explanation.group_by, "fingerprint"}


def test_a_label_out_of_a_text_names_the_entry_that_found_it() -> None:
    rules = """
extract:
  - {name: zone, from: annotations.text, pattern: 'in (?P<zone>.*)'}
rules:
  - {name: a, match: ['zone="eu"'], stop: true}
"""
    found = explained(rules, {"text": "in eu"})

    assert found.rules[0].matched
    assert found.added == (
        AddedLabel("zone", "eu", "extract:zone", "annotations.text", "r.yaml:3:5"),
    )
