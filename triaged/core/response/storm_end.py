"""How a storm ends: nobody under its umbrella is forgotten, and its end is no storm itself.

The umbrella ends when no new incident was over the limit for `within` and no more incidents wait
under it than make a storm. What still waits then belongs to whoever has acknowledged the umbrella
since it came there; everything else is armed. If a person resolves the umbrella while more than
that wait, another one takes them over and pages (docs/decisions/0014).
"""

from msgspec import UNSET

from triaged.core.acting import acknowledge
from triaged.core.alerts.grouping import resolve
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.model import Entry, Incident, Reason, Severity, State
from triaged.core.records.timers import StormDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.storms import LOOK_US, blows, covers, owner_of, shelter
from triaged.core.settings import StormLimit
from triaged.core.situation import Situation


def waits(incident: Incident, timer: StormDue) -> bool:
    """True if the incident is the live umbrella of the timer, or waits under it."""
    if timer.incident == timer.umbrella:
        return incident.live and incident.bundle is not UNSET
    is_bundled = incident.bundled_at is not None and incident.storm == timer.umbrella
    return is_bundled and incident.state is State.OPEN


def look(situation: Situation, draft: Draft, timer: StormDue) -> None:
    """Check whether the storm is over, for its umbrella or for an incident under it."""
    if timer.incident == timer.umbrella:
        _look_at_umbrella(situation, draft)
        return
    umbrella = situation.incident(timer.umbrella)
    if umbrella is not None and umbrella.live:
        draft.arm(StormDue(timer.incident, situation.now + LOOK_US, timer.umbrella))
    else:
        _leave(situation, draft, umbrella)


def _look_at_umbrella(situation: Situation, draft: Draft) -> None:
    incident, limit = draft.incident, situation.settings.storm
    if limit is not None:
        storm = situation.storm_of(owner_of(incident, limit).group)
        if blows(storm, limit, situation.now) and storm.over_at is not None:
            due_at = storm.over_at + limit.within_us
            draft.arm(StormDue(incident.number, due_at, incident.number))
            return
        if situation.waiting_under(incident.number) > limit.incidents:
            _keep(situation, draft, limit)
            return
    left = situation.waiting_under(incident.number)
    resolve(situation, draft, TRIAGED, f"the storm is over; {left} incidents are still open")


def _keep(situation: Situation, draft: Draft, limit: StormLimit) -> None:
    """Keep the umbrella, for too many wait to page one by one; page again if some came since."""
    incident = draft.incident
    draft.arm(StormDue(incident.number, situation.now + limit.within_us, incident.number))
    if incident.bundle is UNSET or incident.acknowledged_at is None:
        return
    if incident.bundle.last_at > incident.acknowledged_at:
        text = f"{incident.bundle.count} incidents by now, some since it was acknowledged"
        data: dict[str, object] = {"reason": Reason.STORM}
        draft.say(Entry(situation.now, "incident.unacknowledged", TRIAGED, text, data))
        arm(situation, draft, Cause(Reason.STORM, situation.now))


def _leave(situation: Situation, draft: Draft, umbrella: Incident | None) -> None:
    """The umbrella is gone: the incident goes to its holder, to the next umbrella, or is armed."""
    incident, limit = draft.incident, situation.settings.storm
    if umbrella is not None and _is_held(incident, umbrella):
        acknowledge(situation, draft, umbrella.acknowledged_by or TRIAGED)
    elif (
        limit is not None
        and incident.severity is not Severity.SEV1
        and covers(situation, incident, limit)
        and _still_storms(situation, incident, umbrella, limit)
    ):
        shelter(situation, draft, limit)
    else:
        arm(situation, draft, Cause(Reason.STORM_ENDED, situation.now))


def _is_held(incident: Incident, umbrella: Incident) -> bool:
    """True if the storm ended while somebody had its umbrella who had it with this incident."""
    taken_at, bundled_at = umbrella.acknowledged_at, incident.bundled_at
    ended = umbrella.resolved_by == TRIAGED
    return ended and taken_at is not None and bundled_at is not None and bundled_at <= taken_at


def _still_storms(
    situation: Situation, incident: Incident, umbrella: Incident | None, limit: StormLimit
) -> bool:
    owner = owner_of(incident, limit)
    if blows(situation.storm_of(owner.group), limit, situation.now):
        return True
    if situation.live_incident(owner.key) is not None:
        return True
    return umbrella is not None and situation.waiting_under(umbrella.number) > limit.incidents
