"""Groups of which a sender has left out alerts (`truncatedAlerts`): these may still fire unseen.

An incident with such a group is not resolved by its alerts alone. It is over when the group comes
whole, when nothing has been heard of the group for as long as an alert takes to lapse, or when a
person says so.
"""

from triaged.core.alerts.grouping import resolve_or_hold
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.model import Alert, Entry, Reason
from triaged.core.records.timers import CutGroupDue
from triaged.core.situation import Situation

CUT_GROUPS_MAX = 16
"""Cut groups that an incident remembers by name; the last place stands for all that follow."""

REST = "…"
"""The name of the last place."""


def cut(situation: Situation, draft: Draft, alert: Alert) -> None:
    """The sender has left out alerts of the group in which `alert` came."""
    incident = draft.incident
    name = group_name(alert)
    groups = incident.cut_groups
    if name not in groups and REST not in groups:
        groups = (*groups, name if len(groups) < CUT_GROUPS_MAX - 1 else REST)
        text = (
            f"{alert.source} left out {alert.truncated} alerts of a group: they are not seen here"
        )
        data: dict[str, object] = {"source": alert.source, "left_out": alert.truncated}
        draft.say(Entry(situation.now, "alerts.left_out", TRIAGED, text, data))
    draft.change(cut_groups=groups, truncated=max(incident.truncated, alert.truncated))


def all_groups(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """The cut groups of two incidents that become one."""
    groups = tuple(dict.fromkeys((*ours, *theirs)))
    return groups if len(groups) <= CUT_GROUPS_MAX else (*groups[: CUT_GROUPS_MAX - 1], REST)


def made_whole(situation: Situation, draft: Draft, alert: Alert) -> None:
    """The group came without anything left out: its alerts alone count again."""
    incident = draft.incident
    name = group_name(alert)
    left = tuple(group for group in incident.cut_groups if group not in {name, REST})
    if left == incident.cut_groups:
        return
    draft.change(cut_groups=left)
    text = f"{alert.source} reports the group whole again"
    draft.say(Entry(situation.now, "alerts.whole", TRIAGED, text, {"source": alert.source}))
    if not left:
        draft.drop(CutGroupDue)


def group_name(alert: Alert) -> str:
    """The group's name within its incident: the source's, and the sender's own for it."""
    return f"{alert.source}/{alert.group}"[:200]


def cut_group_due(situation: Situation, draft: Draft) -> None:
    """Nothing was heard of the cut groups for long enough: they have lapsed."""
    if not draft.incident.cut_groups or draft.incident.firing or not draft.incident.live:
        return
    draft.change(cut_groups=())
    text = "the alerts that were left out were not reported again"
    data: dict[str, object] = {"reason": Reason.LAPSED}
    draft.say(Entry(situation.now, "alerts.whole", TRIAGED, text, data))
    resolve_or_hold(situation, draft, None)
