"""What the rules make of an alert: attribute-wise first match, as in ssh_config.

The rules' matchers see the sender's labels. Then the attributes that were set and `set.labels` are
laid over them into one label set, which `group_by` and templates read; the label `severity` is left
as it was sent, for a severity is not a label of the alert. Remembered is which rules match; what
depends on the hour or the sender is looked at again at each episode.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from triaged.core.model import Alert, Key, Outcome, ResolvePolicy, Severity
from triaged.rules.compile import Index, bits
from triaged.rules.conditions import Condition, holds
from triaged.rules.matchers import Matcher
from triaged.rules.templates import Data, Template
from triaged.wire import instant_text

DEFAULT_GROUP_BY = ("alertname", "cluster", "namespace", "service")
TITLE_MAX = 200
PLANS_MAX = 4096
"""Combinations of matching rules that are remembered; real rule sets have dozens."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LINK = re.compile(r"https?://[^\s\"'<>]{1,2000}", re.IGNORECASE)


class CompiledRule(msgspec.Struct, frozen=True):
    """A rule, ready to be asked."""

    name: str
    matchers: tuple[Matcher, ...] = ()
    conditions: tuple[Condition, ...] = ()
    severity: Severity | None = None
    service: Template | None = None
    team: Template | None = None
    policy: str | None = None
    group_by: tuple[str, ...] | None = None
    title: Template | None = None
    runbook: Template | None = None
    labels: tuple[tuple[str, Template], ...] = ()
    resolve: ResolvePolicy | None = None
    incident: bool | None = None
    stop: bool = False


class Plan(msgspec.Struct):
    """What a combination of matching rules gives, before templates are rendered."""

    names: tuple[str, ...]
    incident: bool = True
    severity: Severity | None = None
    severity_rule: str | None = None
    service: Template | None = None
    team: Template | None = None
    policy: str | None = None
    group_by: tuple[str, ...] = DEFAULT_GROUP_BY
    title: Template | None = None
    runbook: Template | None = None
    labels: tuple[tuple[str, Template], ...] = ()
    resolve: ResolvePolicy = ResolvePolicy()


class RuleSet:
    """All rules, compiled; a `core.settings.Classifier`."""

    def __init__(self, rules: Sequence[CompiledRule], digest: str) -> None:
        self.digest = digest
        self.names = tuple(rule.name for rule in rules)
        self._rules = tuple(rules)
        self._index = Index([rule.matchers for rule in rules])
        self._plans: dict[int, Plan] = {}
        self._conditional = 0
        for position, rule in enumerate(rules):
            self._conditional |= bool(rule.conditions) << position

    def matching(self, alert: Alert, now: int) -> int:
        """A mask of the rules that match, conditions included, before any `stop`."""
        mask = self._index.matching(alert.labels)
        for position in bits(mask & self._conditional):
            conditions = self._rules[position].conditions
            if not all(holds(condition, alert, now) for condition in conditions):
                mask &= ~(1 << position)
        return mask

    def classify(self, alert: Alert, now: int) -> Outcome:
        """What the rules make of `alert` when its episode starts at `now`."""
        mask = self.matching(alert, now)
        plan = self._plans.get(mask)
        if plan is None:
            if len(self._plans) >= PLANS_MAX:
                self._plans.clear()
            plan = self._plans[mask] = plan_of([self._rules[at] for at in bits(mask)])
        return outcome_of(plan, alert, self.digest)


def plan_of(matching: Sequence[CompiledRule]) -> Plan:
    """Each attribute from the first rule that sets it; labels of all, the first rule's winning."""
    walked: list[CompiledRule] = []
    for rule in matching:
        walked.append(rule)
        if rule.stop:
            break
    plan = Plan(names=tuple(rule.name for rule in walked))
    labels: dict[str, Template] = {}
    for rule in reversed(walked):  # so that the first match is laid on last
        for name in (
            "service",
            "team",
            "policy",
            "group_by",
            "title",
            "runbook",
            "resolve",
            "incident",
        ):
            value = getattr(rule, name)
            if value is not None:
                setattr(plan, name, value)
        if rule.severity is not None:
            plan.severity, plan.severity_rule = rule.severity, rule.name
        labels |= dict(rule.labels)
    plan.labels = tuple(labels.items())
    plan.group_by = tuple(sorted(set(plan.group_by)))
    return plan


def outcome_of(plan: Plan, alert: Alert, digest: str) -> Outcome:
    """Render what the plan says for `alert`."""
    labels = alert.labels
    service, team = labels.get("service"), labels.get("team")
    if plan.labels or plan.service or plan.team:
        data = _data(alert, labels)
        labels = dict(labels)
        for name, template in plan.labels:
            labels[name] = template.render(data)
        service = plan.service.render(data) if plan.service else labels.get("service")
        team = plan.team.render(data) if plan.team else labels.get("team")
        for name, value in (("service", service), ("team", team)):
            if value:
                labels[name] = value
    return Outcome(
        incident=plan.incident,
        key=_key(plan, labels, alert.fingerprint),
        title=_title(plan, alert, labels),
        severity=plan.severity,
        rule=plan.severity_rule,
        rules=plan.names,
        service=service or None,
        team=team or None,
        policy=plan.policy,
        runbook=_runbook(plan, alert, labels),
        labels=labels,
        resolve=plan.resolve,
        rule_set=digest,
    )


def _data(alert: Alert, labels: dict[str, str]) -> Data:
    starts_at = "" if alert.starts_at is None else instant_text(alert.starts_at)
    fields = {"fingerprint": alert.fingerprint, "url": alert.url, "starts_at": starts_at}
    return Data(labels, alert.annotations, fields, alert.source)


def _key(plan: Plan, labels: dict[str, str], fingerprint: str) -> Key:
    """The `group_by` labels that are present, by name; none: the fingerprint."""
    found = [(name, value) for name in plan.group_by if (value := labels.get(name))]
    return tuple(found) or (("fingerprint", fingerprint),)


def _title(plan: Plan, alert: Alert, labels: dict[str, str]) -> str:
    rendered = plan.title.render(_data(alert, labels)) if plan.title else ""
    annotations = alert.annotations
    text = (
        rendered
        or annotations.get("summary")
        or annotations.get("title")
        or annotations.get("message")
        or annotations.get("description")
        or labels.get("alertname")
        or alert.fingerprint
    )
    if len(text) <= TITLE_MAX and text.isprintable():
        return text.strip() or "an alert"
    return _CONTROL.sub(" ", text.strip()[: 2 * TITLE_MAX])[:TITLE_MAX].strip() or "an alert"


def _runbook(plan: Plan, alert: Alert, labels: dict[str, str]) -> str | None:
    """The rules' runbook, else the alert's `runbook_url` annotation; only a web address."""
    text = plan.runbook.render(_data(alert, labels)) if plan.runbook else ""
    text = text or alert.annotations.get("runbook_url", "")
    return text if text and _is_link(text) else None


@lru_cache(maxsize=1024)  # few runbooks serve many alerts
def _is_link(text: str) -> bool:
    return _LINK.fullmatch(text) is not None
