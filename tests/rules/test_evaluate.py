from triaged.core.model import Alert, Outcome, ResolvePolicy, ResolveWhen, Severity
from triaged.documents import parse
from triaged.rules.read import RuleContext, read_rules


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
