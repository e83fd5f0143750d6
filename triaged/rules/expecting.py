"""Which alerts the rules expect: looked at for every alert that fires, repeats included."""

from collections.abc import Sequence

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.records.expectations import RULE, Expectation
from triaged.core.records.model import Alert
from triaged.rules.conditions import holds
from triaged.rules.evaluate import CompiledRule
from triaged.rules.labelling import NO_LABELLING, Labelling


class ExpectedAlerts:
    """The rules with `expect`, beside the others: a `core.expectations.Expected`."""

    def __init__(self, rules: Sequence[CompiledRule], labelling: Labelling = NO_LABELLING) -> None:
        self._labelling = labelling
        self._rules = tuple(rules)
        self._index = Index([rule.matchers for rule in rules])

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The names of the expectations that `alert` meets."""
        alert = self._labelling.seen(alert)
        mask = self._index.matching(alert.labels)
        return [RULE + rule.name for rule in self._met(alert, mask)] if mask else ()

    def _met(self, alert: Alert, mask: int) -> list[CompiledRule]:
        found = [self._rules[position] for position in bits(mask)]
        return [rule for rule in found if all(holds(each, alert, 0) for each in rule.conditions)]


def expectations_of(rules: Sequence[CompiledRule]) -> dict[str, Expectation]:
    """The expectations of the rules, by name."""
    wanted = [rule.expects for rule in rules if rule.expects is not None]
    return {each.name: each for each in wanted}


def expected_of(
    rules: Sequence[CompiledRule], labelling: Labelling = NO_LABELLING
) -> ExpectedAlerts | None:
    """Which alerts meet that; None when no rule expects any."""
    expecting = [rule for rule in rules if rule.expects is not None]
    return ExpectedAlerts(expecting, labelling) if expecting else None
