"""Which alerts the rules expect: looked at for every alert that fires, repeats included."""

from collections.abc import Sequence

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.records.expectations import RULE, Expectation, with_values
from triaged.core.records.model import Alert
from triaged.rules.conditions import holds
from triaged.rules.evaluate import CompiledRule, RuleSet


class ExpectedAlerts:
    """The rules with `expect`, beside the others: a `core.expectations.Expected`."""

    def __init__(self, rules: RuleSet) -> None:
        self._all = rules
        self._rules = tuple(rule for rule in rules.rules if rule.expects is not None)
        self._index = Index([rule.matchers for rule in self._rules])

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The names of the expectations that `alert` meets."""
        seen = self._all.seen(alert)
        mask = self._index.matching(seen.labels)
        if not mask:
            return ()
        met = self._met(seen, mask)
        by = {rule.name: rule.expects.by for rule in met if rule.expects and rule.expects.by}
        if not by:
            return [RULE + rule.name for rule in met]
        labels = self._all.classify(alert, 0).labels  # at one instant: hours move no alert
        return [
            with_values(RULE + rule.name, [(n, labels.get(n, "")) for n in by.get(rule.name, ())])
            for rule in met
        ]

    def _met(self, alert: Alert, mask: int) -> list[CompiledRule]:
        found = [self._rules[position] for position in bits(mask)]
        return [rule for rule in found if all(holds(each, alert, 0) for each in rule.conditions)]


def expectations_of(rules: Sequence[CompiledRule]) -> dict[str, Expectation]:
    """The expectations of the rules, by name."""
    wanted = [rule.expects for rule in rules if rule.expects is not None]
    return {each.name: each for each in wanted}


def expected_of(rules: RuleSet) -> ExpectedAlerts | None:
    """Which alerts meet that; None when no rule expects any."""
    is_any = any(rule.expects is not None for rule in rules.rules)
    return ExpectedAlerts(rules) if is_any else None
