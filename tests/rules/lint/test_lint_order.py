import pytest

from triaged.core.records.model import Alert
from triaged.rules.lint.lint_order import overruled
from triaged.rules.read import RuleContext, read_rules
from triaged.yamlschema.document import parse

JOB = (
    """name: job, match: ['alertname="JobFailed"', 'severity="warning"'], set: {severity: SEV-4}"""
)
OURS = """name: ours, match: 'alertname="JobFailed"', set: {severity: SEV-3}"""
SAMPLES = [{"alertname": "JobFailed", "severity": "warning"}, {"alertname": "Down"}]


def warnings(*rules: str, samples: list[dict[str, str]] = SAMPLES) -> list[str]:
    text = "rules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
    found, problems = read_rules(
        [parse("r", text.encode())], RuleContext(sources=frozenset({"am"}))
    )
    assert problems == []
    alerts = [Alert("am", "f", firing=True, labels=labels, annotations={}) for labels in samples]
    return [str(problem) for problem in overruled(found.rules, alerts)]


def test_a_rule_behind_one_that_decides_every_sample_is_told() -> None:
    told = "job (r:2:5) sets it before; put the rule before that one if it should"

    assert warnings(JOB, OURS) == [
        f"r:3:5: rule ours decides nothing about any sample, such as JobFailed: {told}"
    ]


@pytest.mark.parametrize(
    "rules",
    [
        (OURS, JOB.replace("set: {severity: SEV-4}", "set: {title: x}")),
        (JOB, OURS.replace("severity: SEV-3", "severity: SEV-3, team: ops")),
        (JOB.replace("match", "when: {source: am}, match"), OURS),
        (JOB, OURS.replace("JobFailed", "Unknown")),
        (JOB, f"{OURS}, stop: true"),
    ],
)
def test_a_rule_that_decides_something_or_matches_no_sample_is_left_alone(
    rules: tuple[str, str],
) -> None:
    assert warnings(*rules) == []


def test_one_sample_that_a_rule_decides_is_enough() -> None:
    critical = {"alertname": "JobFailed", "severity": "critical"}

    assert warnings(JOB, OURS, samples=[*SAMPLES, critical]) == []
