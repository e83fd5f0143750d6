"""Warnings about rules whose outcome for sample alerts their author can hardly have intended.

The samples are the alerts of the rules' own tests: what a rule says of none of them is not judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import msgspec

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.records.model import Alert, Labels, Severity
from triaged.errors import Problem
from triaged.rules.actions import (
    DEFAULT_GROUP_BY,
    Action,
    SetGroupBy,
    SetLabels,
    SetRaise,
    SetRunbook,
    SetService,
    SetSeverity,
    SetTeam,
    SetTitle,
)
from triaged.rules.evaluate import CompiledRule, RuleSet, is_link
from triaged.rules.templates import Data, Template
from triaged.yamlschema.values import quoted

SAMPLES_MAX = 5_000
"""Alerts that are asked about; tests of a large rule set have hundreds."""

SIMILAR_MIN = 0.8
"""Least similarity of a label's name to an existing one to be called a slip: `namepsace` has
0.9."""


NOBODY = Alert("", "", firing=True, labels={}, annotations={})


class _Sample(msgspec.Struct, frozen=True):
    """An alert, and its labels when the rules have laid theirs over them."""

    alert: Alert
    labels: Labels


def on_samples(rules: RuleSet, samples: Sequence[Alert], at: int) -> list[Problem]:
    """Warnings of templates that give no text, runbooks that are none, labels that nobody has."""
    matched = _matched(rules, samples[:SAMPLES_MAX], at)
    known = _label_names(rules.rules, samples)
    found: list[Problem] = []
    for position, rule in enumerate(rules.rules):
        told = [
            *(t for action in rule.actions for t in _templates(action, matched.get(position, ()))),
            *(t for action in rule.actions for t in _slips(action, known)),
        ]
        for part, message in told:
            where = rule.positions.get(part, rule.where)
            found.append(Problem(where, f"rule {rule.name}: {message}", warning=True))
    return found


def _matched(rules: RuleSet, samples: Sequence[Alert], at: int) -> Mapping[int, list[_Sample]]:
    """By position of a rule the samples that its matchers take, at whatever hour."""
    index = Index([rule.matchers for rule in rules.rules])
    found: dict[int, list[_Sample]] = {}
    for alert in samples:
        sample = _Sample(alert, rules.classify(alert, at).labels)
        for position in bits(index.matching(alert.labels)):
            found.setdefault(position, []).append(sample)
    return found


def _templates(action: Action, samples: Sequence[_Sample]) -> Iterator[tuple[str, str]]:
    """Templates of the action that give no text, or no address, for any of the samples.

    First the part of the rule that is spoken of, then what is said of it.
    """
    if not samples:
        return
    for name, template in _written(action):
        if template.constant is not None:
            continue
        texts = [template.render(_data(name, sample)) for sample in samples]
        shown = samples[0].alert.labels.get("alertname") or samples[0].alert.fingerprint
        if not any(text.strip() for text in texts):
            number = "the sample" if len(samples) == 1 else f"{len(samples)} samples, such as"
            yield name, f"{name}: {quoted(template.text)} gives no text for {number} {shown}"
        elif name == "runbook" and not any(map(is_link, texts)):
            wrong = next(text for text in texts if text.strip())
            yield name, f"runbook: {quoted(wrong)} is no http or https address (sample {shown})"


def _written(action: Action) -> list[tuple[str, Template]]:
    match action:
        case SetTitle(title=template):
            return [("title", template)]
        case SetRunbook(runbook=template):
            return [("runbook", template)]
        case SetService(service=template):
            return [("service", template)]
        case SetTeam(team=template):
            return [("team", template)]
        case SetLabels(labels=labels):
            return [(f"labels.{name}", template) for name, template in labels]
        case _:
            return []


def _data(name: str, sample: _Sample) -> Data:
    """The values that the attribute's template reads: title and runbook see the final labels."""
    late = name in ("title", "runbook")
    return Data(sample.labels if late else sample.alert.labels, sample.alert)


def _label_names(rules: Sequence[CompiledRule], samples: Sequence[Alert]) -> frozenset[str]:
    """Every label that rules or samples speak of."""
    names = {*DEFAULT_GROUP_BY, "team"}
    for alert in samples:
        names.update(alert.labels)
    for rule in rules:
        names.update(matcher.name for matcher in rule.matchers)
        for action in rule.actions:
            if isinstance(action, SetLabels):
                names.update(name for name, _ in action.labels)
    return frozenset(names)


def _slips(action: Action, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Labels to group by or to look up that nobody has, where a similar one exists."""
    spoken = [
        (name, name, label) for name, template in _written(action) for label in asked(template)
    ]
    if isinstance(action, SetGroupBy):
        spoken += [(f"group_by.{label}", "group_by", label) for label in action.names]
    for part, attribute, label in spoken:
        meant = None if label in known else _similar(label, known)
        if meant is not None:
            told = f"no rule and no sample has the label {label} (did you mean {meant}?)"
            yield part, f"{attribute}: {told}"


class _Asked(Mapping[str, str]):
    """Labels of which there are none, and which were asked for."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __getitem__(self, name: str) -> str:
        self.names[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def asked(template: Template) -> list[str]:
    """The labels that the template looks up for an alert that has none."""
    labels = _Asked()
    template.render(Data(labels, NOBODY))
    return list(labels.names)


@lru_cache(maxsize=1024)  # a thousand rules group by few labels
def _similar(name: str, known: frozenset[str]) -> str | None:
    """The known name of nearly the same length and letters."""
    close = [
        (SequenceMatcher(None, name, other).ratio(), other)
        for other in known
        if abs(len(name) - len(other)) <= 1
    ]
    ratio, other = max(close, default=(0.0, ""))
    return other if ratio >= SIMILAR_MIN else None


def severities_given(rules: Sequence[CompiledRule]) -> frozenset[Severity]:
    """The severities that rules give to alerts or to what is missed, or raise incidents to."""
    found: set[Severity] = set()
    for rule in rules:
        if rule.expects is not None and rule.expects.severity is not None:
            found.add(rule.expects.severity)
        for action in rule.actions:
            match action:
                case SetSeverity(severity=severity):
                    found.add(severity)
                case SetRaise(raises=raises):
                    found.update(each.to for each in raises)
                case _:
                    pass
    return frozenset(found)
