"""What the rules that come with triaged make of alerts: docs/reference/shipped-rules.md."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from triaged.core.records.model import Alert, Severity
from triaged.rules.evaluate import RuleSet
from triaged.rules.matchers import Matchers
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.schema import Rule, Suppress
from triaged.yamlschema.document import Document, parse
from triaged.yamlschema.schema import shape

ROOT = Path(__file__).parents[1]
MEANING = {
    Severity.SEV1: "full outage, data loss, a security breach: an answer within 5 minutes",
    Severity.SEV2: "something important is degraded, many users notice: within 15 minutes",
    Severity.SEV3: "something minor is degraded, or there is a workaround: within the hour",
    Severity.SEV4: "no user notices: the next business day",
}
"""The founding document's levels, in a line each."""

ABOUT = """\
# Shipped rules

Generated from `rules/` and `rules/tests/` by `tools/reference.py`.

The rules below classify alerts of widespread public rule files. Where a rule says nothing, the
label `severity` decides (`90-by-severity-label.yaml`). A rule that lowers a severity asks for the
label that its alert is shipped with: if you changed it, yours counts. A rule that raises one steps
aside only for `info`. To decide otherwise, put a rule of your own into a file before it, such as
`rules/15-ours.yaml`.
"""


class Told(msgspec.Struct, frozen=True):
    """An alert of a test, and what becomes of it."""

    alertname: str
    label: str
    severity: Severity | None
    rule: str


def markdown() -> str:
    """The page."""
    documents = [_read(path) for path in sorted((ROOT / "rules").glob("*.yaml"))]
    levels = "".join(f"| {level.value} | {text} |\n" for level, text in MEANING.items())
    files = "".join(map(_file, documents))
    rules, _ = read_rules(documents, RuleContext())
    return (
        f"{ABOUT}\n| severity | means |\n| --- | --- |\n{levels}\n{files}\n"
        f"## What becomes of which alert\n\n{_outcomes(rules)}"
    )


def _read(path: Path) -> Document:
    return parse(path.name, path.read_bytes())


def rules_of(document: Document) -> Iterator[Rule]:
    """The rules that stand in a file."""
    listed = document.at(("rules",))
    for index in range(len(listed) if isinstance(listed, list) else 0):
        rule, _ = shape(document, Rule, ("rules", index))
        if rule is not None:
            yield rule


def _file(document: Document) -> str:
    head = "| rule | alerts | gives | why |\n| --- | --- | --- | --- |\n"
    rows = "".join(
        f"| `{rule.name}` | {_texts(rule.match)} | {_given(rule)} | {rule.description} |\n"
        for rule in rules_of(document)
    )
    return f"## {document.name}\n\n{head}{rows}\n{_suppressors(document)}"


def _suppressors(document: Document) -> str:
    listed = document.at(("suppress",))
    given = [
        shape(document, Suppress, ("suppress", index))[0]
        for index in range(len(listed) if isinstance(listed, list) else 0)
    ]
    rows = "".join(
        f"| `{each.name}` | {_texts(each.source)} | {_texts(each.target)} | "
        f"{', '.join(each.equal)} |\n"
        for each in given
        if each is not None
    )
    head = "| suppressor | while it fires | is muted | with the same |\n| --- | --- | --- | --- |\n"
    return f"{head}{rows}\n" if rows else ""


def _texts(given: tuple[Matchers, ...] | Matchers) -> str:
    texts = (given,) if isinstance(given, Matchers) else given
    return "<br>".join(f"`{matchers}`" for matchers in texts).replace("|", "\\|")


def _given(rule: Rule) -> str:
    parts = []
    if rule.set.severity is not None:
        parts.append(rule.set.severity.value)
    if rule.set.incident is False:
        parts.append("no incident")
    if rule.set.group_by is not None:
        parts.append(f"one incident for each {', '.join(rule.set.group_by)}")
    if rule.set.title is not None:
        parts.append("a title")
    return "; ".join(parts)


def _outcomes(rules: RuleSet) -> str:
    found: dict[tuple[str, str, str], list[str]] = {}
    for told in sorted(alerts(rules), key=lambda told: (told.severity or "", told.rule)):
        label = f"`{told.label}`" if told.label else "none"
        key = (told.severity or "no incident", label, told.rule)
        found.setdefault(key, []).append(f"`{told.alertname}`")
    rows = "".join(
        f"| {severity} | {label} | `{rule}` | {', '.join(names)} |\n"
        for (severity, label, rule), names in found.items()
    )
    return f"| becomes | label `severity` | by rule | alerts |\n| --- | --- | --- | --- |\n{rows}"


def alerts(rules: RuleSet) -> list[Told]:
    """Each alert of the rules' tests once for each label `severity`, by name."""
    found: dict[tuple[str, str], Told] = {}
    for path in sorted((ROOT / "rules/tests").glob("*.yaml")):
        if path.stem != "shipped":  # that one invents its alerts
            for labels in inputs(_read(path)):
                told = told_of(rules, labels)
                found.setdefault((told.alertname, told.label), told)
    return [told for _, told in sorted(found.items())]


def inputs(document: Document) -> Iterator[dict[str, str]]:
    """The labels of every alert of a file of tests."""
    tests = document.at(("tests",))
    for test in tests if isinstance(tests, list) else ():
        for alert in test["input"]:
            yield {name: text for name, text in alert.items() if not name.startswith("_")}


def told_of(rules: RuleSet, labels: dict[str, str]) -> Told:
    """What the rules make of an alert with these labels."""
    outcome = rules.classify(
        Alert("alertmanager", "f", firing=True, labels=labels, annotations={}), 0
    )
    severity = outcome.severity if outcome.incident else None
    rule = outcome.rule or next(iter(outcome.rules), "")
    return Told(labels["alertname"], labels.get("severity", ""), severity, rule)
