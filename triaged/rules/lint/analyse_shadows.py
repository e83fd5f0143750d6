"""Shadow rules that are overdue, never match or would change nothing: `check` warns of them."""

from collections.abc import Sequence

from triaged.errors import Problem
from triaged.rules.evaluate import CompiledRule, RuleSet, ShadowRule
from triaged.rules.lint.analyse import by_label, impossible, is_about
from triaged.rules.lint.pattern_sets import implies


def overdue(shadows: Sequence[ShadowRule], now: int) -> list[Problem]:
    """Warnings of rules that are not even watched any more at the instant `now`."""
    return [
        Problem(
            shadow.rule.where,
            f"rule {shadow.rule.name}: its time in the shadow is over since {shadow.until}: "
            "make it active or remove it",
            warning=True,
        )
        for shadow in shadows
        if shadow.until_at is not None and shadow.until_at <= now
    ]


def in_vain(rules: RuleSet) -> list[Problem]:
    """Warnings of shadow rules that never match or would change nothing, each looked at alone."""
    return [
        problem
        for shadow in rules.shadows
        for problem in impossible([*_wider(rules, shadow), shadow.rule])
        if is_about(problem, shadow.rule)
    ]


def _wider(rules: RuleSet, shadow: ShadowRule) -> list[CompiledRule]:
    """Earlier rules that take whatever the shadow rule does: only such can leave it nothing."""
    labels = by_label(shadow.rule.matchers)
    return [
        rule
        for rule in rules.rules[: shadow.before]
        if all(implies(labels.get(matcher.name, ()), matcher) for matcher in rule.matchers)
    ]
