"""Rules whose time in the shadow is over: `triaged check` warns of them."""

from collections.abc import Sequence

from triaged.errors import Problem
from triaged.rules.evaluate import ShadowRule


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
