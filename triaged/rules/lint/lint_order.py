"""Rules that decide nothing about any sample they match: earlier ones always do.

Unlike what `analyse` says this is no proof: an alert that no sample shows may be decided by the
rule. It finds the usual slip, a rule of one's own that stands behind a shipped one.
"""

from collections.abc import Sequence

from triaged.core.muting.matcher_index import Index, bits
from triaged.core.records.model import Alert
from triaged.errors import Problem
from triaged.rules.evaluate import CompiledRule
from triaged.rules.lint.analyse import attributes, is_plain
from triaged.rules.lint.lint_samples import SAMPLES_MAX


def overruled(rules: Sequence[CompiledRule], samples: Sequence[Alert]) -> list[Problem]:
    """Warnings of such rules. Those that ask for hours or sources decide nothing here."""
    able = [rule for rule in rules if is_plain(rule) and not rule.conditions]
    index = Index([rule.matchers for rule in able])
    before: dict[int, tuple[str, CompiledRule]] = {}
    deciding: set[int] = set()
    for alert in samples[:SAMPLES_MAX]:
        shown = alert.labels.get("alertname") or alert.fingerprint
        owners: dict[str, CompiledRule] = {}
        for position in bits(index.matching(alert.labels)):
            rule = able[position]
            wanted = attributes(rule.actions)
            mine = [attribute for attribute in wanted if attribute not in owners]
            if mine or rule.stop or not wanted:
                deciding.add(position)
            else:
                before.setdefault(position, (shown, owners[wanted[0]]))
            owners.update(dict.fromkeys(mine, rule))
            if rule.stop:
                break
    return [
        _warning(able[position], *before[position]) for position in sorted(before.keys() - deciding)
    ]


def _warning(rule: CompiledRule, shown: str, owner: CompiledRule) -> Problem:
    told = f"{owner.name} ({owner.where}) sets it before; put the rule before that one if it should"
    message = f"rule {rule.name} decides nothing about any sample, such as {shown}: {told}"
    return Problem(rule.where, message, warning=True)
