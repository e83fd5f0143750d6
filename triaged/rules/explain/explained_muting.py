"""Which windows and suppressors would mute an alert, as far as the rule files tell."""

import msgspec

from triaged.core.muting.muters import Muter, Muters, Suppressor, holds
from triaged.core.records.model import Labels
from triaged.wire import instant_text_or_none


class ExplainedMute(msgspec.Struct, frozen=True):
    """Something that would mute the alert, now or at another time."""

    kind: str
    """`maintenance` or `suppress`."""
    name: str
    active: bool | None
    """True if it mutes at the instant; None: that depends on what else fires."""
    until: str | None
    """The end of the window in which the instant lies."""
    because: str
    """In words."""


def explained_muting(muters: Muters, labels: Labels, at: int) -> list[ExplainedMute]:
    """Every window and suppressor that means an alert with these labels, laid over, at `at`."""
    found = []
    for window in muters.maintenance:
        if not holds(window.matchers, labels):
            continue
        ends_at = window.ends_at(at)
        until = instant_text_or_none(ends_at)
        because = "its window is open" if until else "it is meant, outside of the window"
        active = ends_at is not None
        found.append(ExplainedMute(Muter.MAINTENANCE, window.name, active, until, because))
    for suppressor in muters.suppress:
        if holds(suppressor.target, labels):
            because = _while(suppressor, labels)
            found.append(ExplainedMute(Muter.SUPPRESS, suppressor.name, None, None, because))
    return found


def _while(suppressor: Suppressor, labels: Labels) -> str:
    """`while an alert with alertname="NodeDown" fires that has cluster="c1"`, and when not."""
    source = ", ".join(map(str, suppressor.source))
    equal = ", ".join(f'{name}="{labels.get(name, "")}"' for name in suppressor.equal)
    having = f" that has {equal}" if equal else ""
    itself = ""
    if holds(suppressor.source, labels):
        itself = " and is not such a target itself"
    return f"while an alert with {source} fires{having}{itself}"
