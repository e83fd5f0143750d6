"""Named points at which a test ends the process, to show that nothing is lost there.

`TRIAGED_CRASH_AT=after_commit:3` kills it at the third time it comes by `after_commit`.
"""

import os
import signal
from collections import Counter

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
"""Every name that is passed to `crash_point`."""

_name, _, _number = os.environ.get("TRIAGED_CRASH_AT", "").partition(":")
_seen: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Come by the point `name`."""
    if name != _name:
        return
    _seen[name] += 1
    if _seen[name] == int(_number or 1):
        os.kill(os.getpid(), signal.SIGKILL)
