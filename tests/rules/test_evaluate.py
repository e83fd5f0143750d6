from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.core.records.model import Alert, Outcome, ResolvePolicy, ResolveWhen, Severity
from triaged.rules.actions import (
    DEFAULT_GROUP_BY,
    Action,
    SetGroupBy,
    SetIncident,
    SetPolicy,
    SetService,
    SetSeverity,
)
from triaged.rules.conditions import FromSource
from triaged.rules.evaluate import CompiledRule, RuleSet
from triaged.rules.matchers import Matcher
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.templates import compile_template
from triaged.yamlschema.document import parse

A = TypeVar("A", bound=Action)


def classify(rules: str, annotations: dict[str, str] | None = None, **labels: str) -> Outcome:
    """What these rules make of an alert with these labels."""
    context = RuleContext(policies=frozenset({"default", "loud"}))
    rule_set, problems = read_rules([parse("r.yaml", rules.encode())], context)
    assert problems == []
    labels = {"alertname": "Down", **labels}
    return rule_set.classify(Alert("am", "f00", True, labels, annotations or {}), 0)


def test_each_attribute_takes_the_first_matching_rules_value() -> None:
    outcome = classify(
        """
rules:
  - {name: a, match: ['x="1"'], set: {service: first}}
  - {name: b, match: ['x="2"'], set: {severity: SEV-1}}
  - {name: c, set: {service: second, severity: SEV-3, policy: loud}}
""",
        x="1",
    )

    assert (outcome.service, outcome.severity, outcome.policy) == ("first", "SEV-3", "loud")
    assert (outcome.rule, outcome.rules) == ("c", ("a", "c"))


def test_labels_of_all_matching_rules_merge_and_the_first_wins() -> None:
    outcome = classify(
        """
rules:
  - {name: a, set: {labels: {tier: "1", where: "{{ labels.alertname }}"}}}
  - {name: b, set: {labels: {tier: "2", more: x}}}
"""
    )

    assert outcome.labels == {"alertname": "Down", "tier": "1", "where": "Down", "more": "x"}


def test_stop_ends_the_walk() -> None:
    outcome = classify(
        "rules: [{name: a, set: {severity: SEV-4}, stop: true}, {name: b, set: {service: s}}]"
    )

    assert (outcome.rules, outcome.service) == (("a",), None)


def test_matchers_see_what_the_sender_sent() -> None:
    outcome = classify(
        """
rules:
  - {name: a, set: {labels: {x: "1"}, service: s}}
  - {name: b, match: ['x="1"'], set: {severity: SEV-1}}
  - {name: c, match: ['service="s"'], set: {severity: SEV-2}}
"""
    )

    assert outcome.severity is None


def test_service_and_team_default_to_the_labels_of_those_names() -> None:
    outcome = classify("rules: []", service="shop", team="web")

    assert (outcome.service, outcome.team) == ("shop", "web")


def test_attributes_and_labels_are_laid_over_for_grouping_and_titles() -> None:
    outcome = classify(
        """
rules:
  - name: a
    set: {service: "{{ labels.app }}", group_by: [service, tier], labels: {tier: gold},
          title: "{{ labels.service }} ({{ labels.tier }})"}
""",
        app="shop",
    )

    assert outcome.key == (("service", "shop"), ("tier", "gold"))
    assert outcome.title == "shop (gold)"


def test_the_key_is_of_the_labels_that_are_present() -> None:
    outcome = classify("rules: []", cluster="c1", namespace="", pod="p")

    assert outcome.key == (("alertname", "Down"), ("cluster", "c1"))


def test_without_any_of_the_labels_the_key_is_the_fingerprint() -> None:
    outcome = classify("rules: [{name: a, set: {group_by: [nothing]}}]")

    assert outcome.key == (("fingerprint", "f00"),)


def test_the_title_is_the_summary_unless_set() -> None:
    assert classify("rules: []", {"summary": "Disk\nfull\x1b[2J"}).title == "Disk full [2J"
    assert classify("rules: []", {"description": "d"}).title == "d"
    assert classify("rules: []").title == "Down"
    assert len(classify("rules: []", {"summary": "x" * 999}).title) == 200


@pytest.mark.parametrize(
    ("annotations", "title"),
    [
        ({"summary": "s", "message": "m", "description": "d"}, "s"),
        ({"summary": "  ", "description": "d"}, "Down (cluster=c1)"),
        ({"message": "m", "description": "d"}, "m"),
        ({"description": "\nfirst\nsecond"}, "first"),
        ({}, "Down (cluster=c1)"),
        ({"summary": "\u202eevil\u2028line"}, "evil line"),
    ],
)
def test_the_title_is_the_first_of_what_the_alert_says(
    annotations: dict[str, str], title: str
) -> None:
    assert classify("rules: []", annotations, cluster="c1").title == title


def test_a_title_that_renders_to_nothing_is_as_good_as_none() -> None:
    rules = "rules: [{name: a, set: {title: '{{ labels.nothing }}'}}]"

    assert classify(rules, {"summary": "s"}).title == "s"


def test_an_empty_label_is_taken_away() -> None:
    rules = "rules: [{name: a, set: {labels: {x: '', cluster: '{{ labels.cluster | lower }}'}}}]"

    assert classify(rules, x="1").labels == {"alertname": "Down"}
    assert classify(rules, x="1", cluster="C").labels == {"alertname": "Down", "cluster": "c"}


def test_a_service_that_renders_to_nothing_leaves_the_label() -> None:
    outcome = classify("rules: [{name: a, set: {service: '{{ labels.app }}'}}]", service="shop")

    assert (outcome.service, outcome.labels["service"]) == ("shop", "shop")


def test_the_label_severity_stays_as_it_was_sent() -> None:
    rules = "rules: [{name: a, set: {severity: SEV-1, title: '{{ labels.severity }}'}}]"

    outcome = classify(rules, severity="critical")

    assert (outcome.severity, outcome.title) == ("SEV-1", "critical")
    assert outcome.labels["severity"] == "critical"


def test_what_depends_on_the_sender_is_not_remembered() -> None:
    text = b"rules: [{name: a, when: {source: am}, set: {severity: SEV-1}}]"
    rules, _ = read_rules([parse("r", text)], RuleContext(sources=frozenset({"am"})))

    found = [
        rules.classify(Alert(source, "f", True, {"alertname": "Down"}, {}), 0).severity
        for source in ("am", "other", "am")
    ]

    assert found == ["SEV-1", None, "SEV-1"]


VALUES = st.sampled_from(["", "x", "y", "xy"])
MATCHERS = st.builds(
    Matcher, st.sampled_from("ab"), st.sampled_from(["=", "!=", "=~", "!~"]), VALUES
)
ACTIONS = st.one_of(
    st.builds(SetSeverity, st.sampled_from(Severity)),
    st.builds(SetPolicy, VALUES),
    st.builds(SetService, VALUES.map(compile_template)),
    st.builds(SetIncident, st.booleans()),
    st.builds(SetGroupBy, st.lists(st.sampled_from("abc"), min_size=1).map(tuple)),
)
RULES = st.lists(
    st.builds(
        CompiledRule,
        name=VALUES,
        matchers=st.lists(MATCHERS, max_size=2).map(tuple),
        conditions=st.sampled_from([(), (FromSource(frozenset({"am"})),)]),
        actions=st.lists(ACTIONS, max_size=3, unique_by=type).map(tuple),
        stop=st.booleans(),
    ),
    max_size=8,
)


def first(rules: list[CompiledRule], kind: type[A]) -> A | None:
    """What the first rule that sets it says."""
    actions = (action for rule in rules for action in rule.actions)
    return next((action for action in actions if isinstance(action, kind)), None)


@given(RULES, st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), max_size=4))
def test_rules_decide_as_a_plain_walk_does(
    rules: list[CompiledRule], label_sets: list[dict[str, str]]
) -> None:
    rule_set = RuleSet(rules, "d")

    for labels in label_sets:
        alert = Alert("am", "f", True, labels, {})
        walked: list[CompiledRule] = []
        for rule in rules:
            if all(matcher.matches(labels) for matcher in rule.matchers):
                walked.append(rule)
                if rule.stop:
                    break
        outcome = rule_set.classify(alert, 0)
        severity, policy = first(walked, SetSeverity), first(walked, SetPolicy)
        service, incident = first(walked, SetService), first(walked, SetIncident)
        group_by = first(walked, SetGroupBy)
        names = DEFAULT_GROUP_BY if group_by is None else group_by.names
        key = tuple(
            (name, outcome.labels[name]) for name in sorted({*names}) if outcome.labels.get(name)
        )
        assert outcome.rules == tuple(rule.name for rule in walked)
        assert outcome.severity == (severity and severity.severity)
        assert outcome.policy == (policy and policy.policy)
        assert outcome.service == ((service and service.service.text) or None)
        assert outcome.incident is (incident is None or incident.incident)
        assert outcome.key == (key or (("fingerprint", "f"),))


def test_a_runbook_is_a_web_address_or_nothing() -> None:
    assert classify("rules: []", {"runbook_url": "https://r/x"}).runbook == "https://r/x"
    assert classify("rules: []", {"runbook_url": "javascript:alert(1)"}).runbook is None
    set_by_rule = classify(
        "rules: [{name: a, set: {runbook: 'https://own/{{ labels.alertname }}'}}]"
    )
    assert set_by_rule.runbook == "https://own/Down"


def test_a_disabled_rule_is_as_if_it_were_not_there() -> None:
    assert classify("rules: [{name: a, mode: disabled, set: {severity: SEV-1}}]").rules == ()


def test_resolve_and_incident_are_attributes_too() -> None:
    outcome = classify(
        "rules: [{name: a, set: {resolve: {when: never, hold: 2m}, incident: false}}]"
    )

    assert outcome.resolve == ResolvePolicy(ResolveWhen.NEVER, 120_000_000)
    assert not outcome.incident


def test_the_same_rules_have_the_same_digest() -> None:
    one, other = (classify(f"rules: [{{name: a, set: {{severity: SEV-{n}}}}}]") for n in (1, 2))

    assert one.rule_set != other.rule_set
    assert one.severity is Severity.SEV1


def test_an_exporter_is_not_the_service_unless_a_rule_says_so() -> None:
    said = 'rules: [{name: own, set: {service: "{{ labels.service }}"}}]'

    sent = classify("rules: [{name: none, stop: true}]", service="stack-kube-state-metrics")
    by_rule = classify(said, service="stack-kube-state-metrics")

    assert (sent.service, by_rule.service) == (None, "stack-kube-state-metrics")
    assert dict(sent.key)["service"] == "stack-kube-state-metrics", "keys stay as they were"
