import pytest

from triaged.core.records.model import Alert, Severity
from triaged.rules.evaluate import RuleSet
from triaged.rules.lint.lint_samples import on_samples, severities_given
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse


def ruled(*rules: str) -> RuleSet:
    text = "rules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
    found, problems = read_rules([parse("r", text.encode())], RuleContext())
    assert problems == []
    return found


def alert(**labels: str) -> Alert:
    return Alert("am", "f", firing=True, labels={"alertname": "Down"} | labels, annotations={})


def warnings(rule: str, *samples: Alert) -> list[str]:
    return [str(problem) for problem in on_samples(ruled(rule), samples, 0)]


def test_a_title_that_no_sample_fills_is_named_with_one() -> None:
    found = warnings("name: a, set: {title: '{{ labels.servcie }}'}", alert(service="shop"))

    told = "title: '{{ labels.servcie }}' gives no text for the sample Down"
    assert found[0] == f"r:2:28: rule a: {told}"
    assert len(found) == 2


def test_a_slip_in_a_template_names_the_label_that_is_meant() -> None:
    found = warnings("name: a, set: {title: '{{ labels.servcie }} is down'}", alert())

    told = "no rule and no sample has the label servcie (did you mean service?)"
    assert found == [f"r:2:28: rule a: title: {told}"]
    assert warnings("name: a, set: {title: '{{ labels.shard }} is down'}", alert()) == []


def test_a_title_that_one_sample_fills_is_left_alone() -> None:
    rule = "name: a, set: {title: '{{ labels.service }}'}"

    assert warnings(rule, alert(service="shop"), alert()) == []
    assert warnings(rule) == []


def test_a_rule_that_no_sample_matches_is_not_judged() -> None:
    rule = """name: a, match: 'team="x"', set: {title: '{{ labels.shard }}'}"""

    assert warnings(rule, alert()) == []
    assert len(warnings(rule, alert(team="x"))) == 1


def test_a_title_reads_the_labels_that_rules_lay_over() -> None:
    rule = "name: a, set: {title: '{{ labels.tier }}', labels: {tier: '1'}}"

    assert warnings(rule, alert()) == []


@pytest.mark.parametrize("attribute", ["service", "team", "labels"])
def test_other_attributes_read_the_labels_as_sent(attribute: str) -> None:
    value = "'{{ labels.tier }}'"
    value = f"{{other: {value}}}" if attribute == "labels" else value
    rule = f"name: a, set: {{{attribute}: {value}}}"

    assert len(warnings(rule, alert())) == 1
    assert warnings(rule, alert(tier="1")) == []


def test_a_runbook_that_is_no_address_is_named() -> None:
    rule = "name: a, set: {runbook: 'runbooks/{{ labels.alertname }}'}"
    good = "name: a, set: {runbook: 'https://example.org/{{ labels.alertname }}'}"

    told = "runbook: 'runbooks/Down' is no http or https address (sample Down)"
    assert warnings(rule, alert()) == [f"r:2:30: rule a: {told}"]
    assert warnings(good, alert()) == []


def test_a_slip_in_group_by_names_the_label_that_is_meant() -> None:
    found = warnings("name: a, set: {group_by: [alertname, namepsace]}", alert())

    told = "no rule and no sample has the label namepsace (did you mean namespace?)"
    assert found == [f"r:2:43: rule a: group_by: {told}"]


@pytest.mark.parametrize("name", ["persistentvolumeclaim", "cluster_id", "name", "pod", "instance"])
def test_a_label_that_nobody_mentions_may_exist_all_the_same(name: str) -> None:
    rule = f"name: a, set: {{group_by: [alertname, {name}]}}"

    assert warnings(rule, alert(instance="db1")) == []


def test_severities_given_are_those_of_rules_of_raises_and_of_what_is_missed() -> None:
    rules = ruled(
        "name: c, expect: {every: 5m, severity: SEV-2}",
        "name: a, set: {severity: SEV-3, raise: [{to: SEV-1, when: {firing_for: 1h}}]}",
        "name: b, set: {severity: SEV-4}, mode: disabled",
    ).rules

    assert severities_given(rules) == {Severity.SEV1, Severity.SEV2, Severity.SEV3}
