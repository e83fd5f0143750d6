"""How a storm ends: nobody under its umbrella is forgotten, and its end is no storm itself.

The umbrella ends when no new incident was over the limit for `within` and no more incidents wait
under it than make a storm. What still waits then belongs to whoever has acknowledged the umbrella
since it came there; everything else is armed. If a person resolves the umbrella while more than
that wait, another one takes them over and pages (docs/decisions/0014).
"""

from msgspec import UNSET

from triaged.core.acting import acknowledge
from triaged.core.alerts.grouping import resolve
from triaged.core.draft import OURSELVES, Draft
from triaged.core.records.model import Entry, Incident, Reason, Severity, State
from triaged.core.records.storms import Storm
from triaged.core.records.timers import StormDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.storms import LOOK_US, blows, shelter, storm_key
from triaged.core.settings import Settings, StormLimit
from triaged.core.view import View


def waits(incident: Incident, timer: StormDue) -> bool:
    """Whether the incident is what the timer is about: an umbrella, or one that waits under it."""
    if timer.incident == timer.umbrella:
        return incident.live and incident.bundle is not UNSET
    is_bundled = incident.bundled_at is not None and incident.storm == timer.umbrella
    return is_bundled and incident.state is State.OPEN


def look(view: View, draft: Draft, settings: Settings, timer: StormDue, now: int) -> None:
    """See whether the storm is over, for its umbrella or for what waits under it."""
    if timer.incident == timer.umbrella:
        _look_at_umbrella(view, draft, settings, now)
        return
    umbrella = view.incidents.get(timer.umbrella)
    if umbrella is not None and umbrella.live:
        draft.arm(StormDue(timer.incident, now + LOOK_US, timer.umbrella))
    else:
        _leave(view, draft, settings, umbrella, now)


def _look_at_umbrella(view: View, draft: Draft, settings: Settings, now: int) -> None:
    incident, limit = draft.incident, settings.storm
    if limit is not None:
        storm = _storm(view, incident)
        if blows(storm, limit, now) and storm.over_at is not None:
            due_at = storm.over_at + limit.within_us
            draft.arm(StormDue(incident.number, due_at, incident.number))
            return
        if view.waiting.get(incident.number, 0) > limit.incidents:
            _keep(draft, settings, limit, now)
            return
    left = view.waiting.get(incident.number, 0)
    resolve(draft, settings, now, OURSELVES, f"the storm is over; {left} incidents are still open")


def _keep(draft: Draft, settings: Settings, limit: StormLimit, now: int) -> None:
    """Too many wait to let each page. Who has it hears once more, if some came since."""
    incident = draft.incident
    draft.arm(StormDue(incident.number, now + limit.within_us, incident.number))
    if incident.bundle is UNSET or incident.acknowledged_at is None:
        return
    if incident.bundle.last_at > incident.acknowledged_at:
        text = f"{incident.bundle.count} incidents by now, some since it was acknowledged"
        data: dict[str, object] = {"reason": Reason.STORM}
        draft.say(Entry(now, "incident.unacknowledged", OURSELVES, text, data))
        arm(draft, settings, now, Cause(Reason.STORM, now))


def _leave(
    view: View, draft: Draft, settings: Settings, umbrella: Incident | None, now: int
) -> None:
    """The umbrella is gone: the incident goes to its holder, to the next umbrella, or is armed."""
    incident, limit = draft.incident, settings.storm
    if umbrella is not None and _is_held(incident, umbrella):
        acknowledge(draft, settings, now, umbrella.acknowledged_by or OURSELVES)
    elif (
        limit is not None
        and incident.severity is not Severity.SEV1
        and _still_storms(view, incident, umbrella, limit, now)
    ):
        shelter(view, draft, settings, limit, now)
    else:
        arm(draft, settings, now, Cause(Reason.STORM_ENDED, now))


def _is_held(incident: Incident, umbrella: Incident) -> bool:
    """Whether the storm ended while somebody had its umbrella who had it with this incident."""
    taken_at, bundled_at = umbrella.acknowledged_at, incident.bundled_at
    ended = umbrella.resolved_by == OURSELVES
    return ended and taken_at is not None and bundled_at is not None and bundled_at <= taken_at


def _still_storms(
    view: View, incident: Incident, umbrella: Incident | None, limit: StormLimit, now: int
) -> bool:
    if blows(_storm(view, incident), limit, now):
        return True
    if view.live_incident(storm_key(incident.team or "")) is not None:
        return True
    return umbrella is not None and view.waiting.get(umbrella.number, 0) > limit.incidents


def _storm(view: View, incident: Incident) -> Storm:
    team = incident.team or ""
    return view.storms.get(team) or Storm(team)
