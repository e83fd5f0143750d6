"""Evaluation of the rules for an alert: for each attribute the first match, as in ssh_config.

The rules' matchers see the sender's labels and those that `extract` and `mappings` added. Then the
attributes that were set and `set.labels` are laid over them into one label set, which `group_by`
and templates read; the label `severity` is left as it was sent, for a severity is not a label of
the alert. Which rules match is remembered; what depends on the hour or the
sender is looked at again at each episode.

`service`, `team` and `labels` are rendered from the sender's labels, title and runbook from what
came of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.muting.muters import Muters
from triaged.core.records.expectations import Expectation
from triaged.core.records.labels import STATE_REASON, TEST, Exporters
from triaged.core.records.model import Alert, Key, Labels, Outcome, Shadowed
from triaged.rules.actions import DEFAULT_GROUP_BY, Action, Plan, apply
from triaged.rules.conditions import Condition, holds
from triaged.rules.labelling import NO_LABELLING, USUAL_EXPORTERS, Labelling
from triaged.rules.matchers import Matcher
from triaged.rules.recognising import distinguishing, subject, titled
from triaged.rules.templates import Data

TITLE_MAX = 200
PLANS_MAX = 4096
"""Combinations of matching rules that are remembered; real rule sets have dozens."""

COMPARED = ("severity", "incident", "policy", "service", "team")
"""Attributes of which is recorded what a shadow rule would have made of them."""

FINGERPRINT = "fingerprint"
"""The name in the key of an alert that has none of the labels to group by."""

NO_MUTERS = Muters()
TELLING = (
    *("service", "cluster", "namespace", "instance", "host", "node", "pod", "deployment"),
    *("device", "job", "container", "severity"),
)
"""Labels that tell what an alert is about, the most telling first."""

TOLD_MAX = 4
"""Labels in a title: a phone shows some sixty characters of it."""

_UNTOLD = frozenset({"alertname", FINGERPRINT})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""Characters that end lines, move cursors or turn the direction of the text that follows."""

_LINK = re.compile(r"https?://[^\s\"'<>]{1,2000}", re.IGNORECASE)


class CompiledRule(msgspec.Struct, frozen=True):
    """A rule, ready to be asked."""

    name: str
    matchers: tuple[Matcher, ...] = ()
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    expects: Expectation | None = None
    """The expectation that is missed when no alert matches for long."""
    stop: bool = False
    where: str = ""
    """FILE:LINE:COL, for explanations."""
    positions: Mapping[str, str] = {}
    """FILE:LINE:COL of its parts, by the names of `positions.positions_of`, for warnings."""
    description: str = ""
    """Why, in its author's words."""
    digest: str = ""
    """Hash of the text of the rule: it tells whether a reload changed the rule."""


class ShadowRule(msgspec.Struct, frozen=True):
    """A rule that is only watched."""

    rule: CompiledRule
    before: int
    """Its place: how many active rules stand before it."""
    until: date | None = None
    """The day, where the operator is, from which it is not asked any more."""
    until_at: int | None = None
    """The instant at which that day begins."""

    def asked(self, alert: Alert, now: int) -> bool:
        """True if its time is not over and its conditions hold; its matchers are not looked at."""
        if self.until_at is not None and now >= self.until_at:
            return False
        return all(holds(condition, alert, now) for condition in self.rule.conditions)


class RuleSet:
    """All rules, compiled; a `core.settings.Classifier`."""

    def __init__(
        self,
        rules: Sequence[CompiledRule],
        digest: str,
        muters: Muters = NO_MUTERS,
        labelling: Labelling = NO_LABELLING,
        shadows: Sequence[ShadowRule] = (),
    ) -> None:
        self.digest = digest
        self.names = tuple(rule.name for rule in rules)
        self._rules = tuple(rules)
        self._index = Index([rule.matchers for rule in rules])
        self.muters = muters
        self.labelling = labelling
        self.shadows = tuple(shadows)
        self._exporters = labelling.exporters
        self._shadow_index = Index([shadow.rule.matchers for shadow in shadows])
        self._sources = Index([each.source for each in muters.suppress])
        self._plans: dict[int, Plan] = {}
        self._shadow_plans: dict[tuple[int, int], Plan | None] = {}
        self._conditional = 0
        for position, rule in enumerate(rules):
            self._conditional |= bool(rule.conditions) << position

    @property
    def loaded(self) -> tuple[CompiledRule, ...]:
        """All rules in order, shadow rules among them."""
        found = list(self._rules)
        for shadow in reversed(self.shadows):
            found.insert(shadow.before, shadow.rule)
        return tuple(found)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules that are asked, in order."""
        return self._rules

    def seen(self, alert: Alert) -> Alert:
        """The alert as matchers and templates see it: with the labels of texts and tables."""
        return self.labelling.seen(alert)

    def matching(self, alert: Alert, now: int) -> int:
        """The mask of the rules that match an alert as `seen`, before any `stop`."""
        mask = self._index.matching(alert.labels)
        conditional = mask & self._conditional
        for position in bits(conditional) if conditional else ():
            conditions = self._rules[position].conditions
            if not all(holds(condition, alert, now) for condition in conditions):
                mask &= ~(1 << position)
        return mask

    def classify(self, alert: Alert, now: int) -> Outcome:
        """The outcome of the rules for `alert` whose episode starts at `now`."""
        alert = self.labelling.seen(alert)
        mask = self.matching(alert, now)
        plan = self._plans.get(mask)
        if plan is None:
            if len(self._plans) >= PLANS_MAX:
                self._plans.clear()
            plan = self._plans[mask] = plan_of([self._rules[at] for at in bits(mask)])
        outcome = outcome_of(plan, alert, self.digest, self._exporters)
        if self.muters.suppress and self.inhibits(outcome.labels):
            outcome = replace(outcome, inhibits=True)
        if self.shadows:
            shadow = tuple(self._shadowed(alert, now, mask, outcome))
            outcome = replace(outcome, shadow=shadow) if shadow else outcome
        return outcome

    def _shadowed(self, alert: Alert, now: int, mask: int, outcome: Outcome) -> Iterator[Shadowed]:
        """Shadow rules that match an alert of which the active rules of `mask` made `outcome`."""
        for position in bits(self._shadow_index.matching(alert.labels)):
            shadow = self.shadows[position]
            if not shadow.asked(alert, now):
                continue
            plan = self._shadow_plan(mask, position)
            if plan is None:
                return
            would = outcome_of(plan, alert, self.digest, self._exporters)
            yield Shadowed(shadow.rule.name, differences(outcome, would))

    def _shadow_plan(self, mask: int, position: int) -> Plan | None:
        """The active rules of `mask` with a shadow rule in its place; None: behind a `stop`."""
        key = (mask, position)
        if key not in self._shadow_plans:
            shadow = self.shadows[position]
            before = [self._rules[at] for at in bits(mask & ((1 << shadow.before) - 1))]
            after = [self._rules[at] for at in bits(mask) if at >= shadow.before]
            is_behind = any(rule.stop for rule in before)
            if len(self._shadow_plans) >= PLANS_MAX:
                self._shadow_plans.clear()
            self._shadow_plans[key] = None if is_behind else plan_of([*before, shadow.rule, *after])
        return self._shadow_plans[key]

    def inhibits(self, labels: Labels) -> bool:
        """True if a suppressor's `source` matches an alert with these labels, laid over."""
        return bool(self._sources.matching(labels))


def differences(outcome: Outcome, would: Outcome) -> tuple[tuple[str, str], ...]:
    """The attributes in which `would` differs, with its values; empty: none."""
    pairs = zip(COMPARED, _compared(outcome), _compared(would), strict=True)
    return tuple((name, new) for name, old, new in pairs if old != new)


def _compared(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.severity or "",
        str(outcome.incident).lower(),
        outcome.policy or "",
        outcome.service or "",
        outcome.team or "",
    )


def plan_of(matching: Sequence[CompiledRule]) -> Plan:
    """Each attribute from the first rule that sets it; labels of all, the first rule's winning."""
    walked: list[CompiledRule] = []
    for rule in matching:
        walked.append(rule)
        if rule.stop:
            break
    plan = Plan(names=tuple(rule.name for rule in walked))
    for rule in reversed(walked):  # so that the first match is laid on last
        for action in rule.actions:
            apply(action, plan, rule.name)
    return plan


def outcome_of(
    plan: Plan, alert: Alert, digest: str, exporters: Exporters = USUAL_EXPORTERS
) -> Outcome:
    """Render what the plan says for `alert`. An exporter is not the service that is broken."""
    labels = alert.labels
    if plan.labels or plan.service or plan.team:
        labels = _laid_over(plan, alert)
    key = _key(group_names(plan.group_by, alert), labels, alert.fingerprint)
    service = labels.get("service") or None
    if service is not None and plan.service is None and exporters.named_by(service):
        is_sent = service == alert.labels.get("service")
        service = None if is_sent else service
    return Outcome(  # positional: a third of the time of keywords
        TEST not in labels if plan.incident is None else plan.incident,
        key,
        _title(plan, alert, labels, key),
        plan.severity,
        plan.severity_rule,
        plan.names,
        service,
        labels.get("team") or None,
        plan.policy,
        _runbook(plan, alert, labels),
        labels,
        plan.resolve,
        plan.raising,
        plan.across_sources,
        digest,
    )


def _laid_over(plan: Plan, alert: Alert) -> dict[str, str]:
    """The alert's labels and over them what the rules say, which was read from the alert's.

    An empty label is no label, as in Prometheus; an empty service or team says nothing.
    """
    data = Data(alert.labels, alert)
    labels = dict(alert.labels)
    for name, template in plan.labels:
        text = template.render(data)
        if text:
            labels[name] = text
        else:
            labels.pop(name, None)
    for name, attribute in (("service", plan.service), ("team", plan.team)):
        text = attribute.render(data) if attribute else ""
        if text:
            labels[name] = text
    return labels


def group_names(group_by: tuple[str, ...] | None, alert: Alert) -> tuple[str, ...]:
    """The labels that make the key, by name: the rules', else the usual ones."""
    if group_by is not None:
        return group_by
    more = distinguishing(alert)
    return tuple(sorted((*DEFAULT_GROUP_BY, *more))) if more else DEFAULT_GROUP_BY


def _key(names: tuple[str, ...], labels: dict[str, str], fingerprint: str) -> Key:
    """The `group_by` labels that are present, by name; none: the fingerprint."""
    found = [(name, value) for name in names if (value := labels.get(name))]
    return tuple(found) or ((FINGERPRINT, fingerprint),)


def _title(plan: Plan, alert: Alert, labels: dict[str, str], key: Key) -> str:
    annotations = alert.annotations
    text = (
        (plan.title.render(Data(labels, alert)) if plan.title else "")
        or subject(alert)
        or annotations.get("summary")
        or annotations.get("title")
        or annotations.get("message")
        or annotations.get("description", "").strip().partition("\n")[0]
    )
    if STATE_REASON in alert.labels:
        text = titled(alert, text or _described(alert, labels, key))
    if text and len(text) <= TITLE_MAX and text.isprintable() and (shown := text.strip()):
        return shown
    return (text and _cut(text)) or _cut(_described(alert, labels, key)) or "an alert"


def _cut(text: str) -> str:
    return _CONTROL.sub(" ", text.strip()[: 2 * TITLE_MAX])[:TITLE_MAX].strip()


def _described(alert: Alert, labels: dict[str, str], key: Key) -> str:
    """`Down (cluster=c1, service=shop)`: an alert that comes without words."""
    name = labels.get("alertname", "")
    where = ", ".join(f"{label}={text}" for label, text in key if label not in _UNTOLD)
    if name and where:
        return f"{name} ({where})"
    return name or where or _by_labels(labels) or alert.fingerprint


def _by_labels(labels: dict[str, str]) -> str:
    """`instance=a, job=node`: the most telling of the labels, for an alert without a name."""
    first = [name for name in TELLING if labels.get(name)]
    rest = sorted(name for name in labels if name not in TELLING and not name.startswith("__"))
    return ", ".join(f"{name}={labels[name]}" for name in (*first, *rest)[:TOLD_MAX])


def _runbook(plan: Plan, alert: Alert, labels: dict[str, str]) -> str | None:
    """The rules' runbook, else the alert's `runbook_url` annotation; only a web address."""
    text = plan.runbook.render(Data(labels, alert)) if plan.runbook else ""
    text = text or alert.annotations.get("runbook_url", "")
    return text if text and is_link(text) else None


@lru_cache(maxsize=1024)  # few runbooks serve many alerts
def is_link(text: str) -> bool:
    """True if it is an address that a browser may be sent to."""
    return _LINK.fullmatch(text) is not None
