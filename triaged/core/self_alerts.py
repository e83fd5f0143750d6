"""Trouble of triaged's own: an incident for as long as it lasts."""

from triaged.core.alerts.grouping import reopen, reopens, resolve
from triaged.core.draft import OURSELVES, Draft
from triaged.core.records.effects import Attached, Decision
from triaged.core.records.events import TroubleEnded, TroubleFound
from triaged.core.records.model import Key, Reason, Severity
from triaged.core.response.escalation import Cause, arm
from triaged.core.settings import Settings
from triaged.core.system_incidents import Notice, open_notice
from triaged.core.view import View


def trouble_key(name: str) -> Key:
    """One incident per trouble."""
    return (("triaged", name),)


def trouble_found(view: View, event: TroubleFound, settings: Settings, now: int) -> Decision:
    """Its incident: a new one, or the last one again if that was over only just now.

    It is as bad as can be: what cannot reach triaged reaches nobody.
    """
    key = trouble_key(event.name)
    live = view.live_incident(key)
    if live is not None:
        return Decision((), Attached(live.number))
    latest = view.latest_incident(key)
    if latest is not None and reopens(latest, settings, now):
        draft = Draft(latest)
        reopen(draft, now, Reason.OWN_TROUBLE, OURSELVES)
        arm(draft, settings, now, Cause(Reason.OWN_TROUBLE, event.found_at))
    else:
        cause = Cause(Reason.OWN_TROUBLE, event.found_at)
        notice = Notice(key, event.title, cause, event.text, Severity.SEV1)
        draft = open_notice(view, notice, settings, now)
    return Decision(draft.effects(), Attached(draft.incident.number))


def trouble_ended(view: View, event: TroubleEnded, settings: Settings, now: int) -> Decision:
    """Its incident, if one is open, is over."""
    live = view.live_incident(trouble_key(event.name))
    if live is None:
        return Decision()
    draft = Draft(live)
    resolve(draft, settings, now, OURSELVES, f"resolved: {event.text}")
    return Decision(draft.effects(), Attached(live.number))
