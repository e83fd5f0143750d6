"""Trouble of triaged's own: an incident for as long as it lasts."""

from triaged.core.alerts.grouping import reopen, reopens, resolve
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Attached, Decision
from triaged.core.records.events import TroubleEnded, TroubleFound
from triaged.core.records.model import Key, Reason, Severity
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation
from triaged.core.system_incidents import Notice, open_notice


def trouble_key(name: str) -> Key:
    """One incident per trouble."""
    return (("triaged", name),)


def trouble_found(situation: Situation, event: TroubleFound) -> Decision:
    """Its incident: a new one, or the last one again if that was over only just now.

    It is as bad as can be: what cannot reach triaged reaches nobody.
    """
    key = trouble_key(event.name)
    live = situation.live_incident(key)
    if live is not None:
        return Decision((), Attached(live.number))
    latest = situation.latest_incident(key)
    if latest is not None and reopens(situation, latest):
        draft = Draft(latest)
        reopen(situation, draft, Reason.OWN_TROUBLE, TRIAGED)
        arm(situation, draft, Cause(Reason.OWN_TROUBLE, event.found_at))
    else:
        cause = Cause(Reason.OWN_TROUBLE, event.found_at)
        notice = Notice(key, event.title, cause, event.text, Severity.SEV1)
        draft = open_notice(situation, notice)
    return Decision(draft.effects(), Attached(draft.incident.number))


def trouble_ended(situation: Situation, event: TroubleEnded) -> Decision:
    """Its incident, if one is open, is over."""
    live = situation.live_incident(trouble_key(event.name))
    if live is None:
        return Decision()
    draft = Draft(live)
    resolve(situation, draft, TRIAGED, f"resolved: {event.text}")
    return Decision(draft.effects(), Attached(live.number))
