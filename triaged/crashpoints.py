"""Named points at which a test's own launcher ends the process, to show that nothing is lost there.

The daemon is given what happens at a crash point, as it is given its clock; in production nothing
does, and no setting of the environment can change that.
"""

from collections.abc import Callable

POINTS = (
    "after_body",
    "before_commit",
    "after_commit",
    "before_keep",
    "after_keep",
    "before_answer",
    "before_timers",
    "after_claim",
    "before_send",
    "after_send",
    "before_verdict",
    "after_verdict",
    "in_migration",
    "in_prune",
    "in_reload",
)
"""Every name that is passed to a `CrashPoint`."""

CrashPoint = Callable[[str], None]
"""Is called with the name of the point that was reached."""


def no_crash(_point: str) -> None:
    """Go on."""
