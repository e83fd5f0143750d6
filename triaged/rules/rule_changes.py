"""Changes of the rules by a reload, in few words."""

from collections.abc import Sequence

import msgspec

from triaged.rules.evaluate import CompiledRule, RuleSet

NAMES_MAX = 20
"""Most names of a kind in a line of the log: who wants more compares the files."""


class RuleChanges(msgspec.Struct, frozen=True):
    """Between two sets of rules, by name and in order."""

    before: str
    """The digest of the rule files."""
    after: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Written otherwise, under the same name."""
    reordered: bool = False
    """The rules that are in both stand in another order: other ones may come first."""

    def words(self) -> dict[str, str]:
        """The fields of the log event; empty if the files say the same as before."""
        if self.before == self.after:
            return {}
        found = {"rules": f"{self.before} -> {self.after}"}
        for key in ("added", "removed", "changed"):
            names: tuple[str, ...] = getattr(self, key)
            if names:
                found[key] = _listed(names)
        if self.reordered:
            found["order"] = "changed"
        return found


def changes_between(before: RuleSet, after: RuleSet) -> RuleChanges:
    """The rules that differ between `before` and `after`."""
    old, new = _by_name(before.loaded), _by_name(after.loaded)
    return RuleChanges(
        before=before.digest,
        after=after.digest,
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and new[name] != old[name]),
        reordered=[name for name in old if name in new] != [name for name in new if name in old],
    )


def _by_name(rules: Sequence[CompiledRule]) -> dict[str, str]:
    return {rule.name: rule.digest for rule in rules}


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMES_MAX])
    return shown if len(names) <= NAMES_MAX else f"{shown} and {len(names) - NAMES_MAX} more"
