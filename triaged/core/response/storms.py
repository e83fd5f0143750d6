"""Storms: one umbrella pages for the new incidents of a team and policy.

It does so when there are more than a set number of them within a set time. They open,
join and resolve singly, but none of them is armed: the umbrella is an incident like any other,
whose steps reach people and whose acknowledgement stands for what is under it. SEV-1 always pages
by itself, and so does what gets worse. How it ends: `storm_end.py`.
"""

from bisect import bisect_right

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts.severity import Rise, raise_to
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import SaveStorm
from triaged.core.records.model import (
    Entry,
    Incident,
    Key,
    Reason,
    ResolvePolicy,
    ResolveWhen,
    Severity,
)
from triaged.core.records.storms import DEFAULT, Bundle, Bundled, Storm, storm_group
from triaged.core.records.timers import StormDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import StormLimit
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE, format_duration

SHOWN = 20
"""Incidents that an umbrella's page names; how many there are it says, too."""

TITLE_SHOWN = 100
LOOK_US = 5 * MINUTE
"""How often what waits looks at its umbrella by itself; when that ends, it is told."""

NEWS_EVERY_US = MINUTE
"""The holder hears of further incidents at most this often."""


def group_of(incident: Incident) -> str:
    """The incidents with which it is counted: of the same team, and paging the same people."""
    return storm_group(incident.team, incident.plan.policy)


def storm_key(team: str | None, policy: str = DEFAULT) -> Key:
    """The key of the umbrella of a team and policy."""
    storm = ("storm", team or "")
    return (storm,) if policy == DEFAULT else (("policy", policy), storm)


def umbrella_key(incident: Incident) -> Key:
    """The key of the umbrella that an incident comes under, or that it is."""
    return storm_key(incident.team, incident.plan.policy)


def begin(situation: Situation, draft: Draft, cause: Cause) -> None:
    """Page for an incident that has opened or re-opened, or let the umbrella of a storm do it."""
    limit = situation.settings.storm
    if limit is None:
        arm(situation, draft, cause)
        return
    incident = draft.incident
    storm = situation.storm_of(group_of(incident))
    if not incident.reopens:
        storm = counted(storm, limit, situation.now)
        draft.add(SaveStorm(storm))
    by_itself = incident.severity is Severity.SEV1 or not blows(storm, limit, situation.now)
    if by_itself or _is_muted(situation, incident):
        arm(situation, draft, cause)
    else:
        shelter(situation, draft, limit)


def _is_muted(situation: Situation, incident: Incident) -> bool:
    """Whether its pages are held anyway: nobody is paged for it under an umbrella, either."""
    first = incident.last_joined
    return first is not None and bool(situation.mutes().causes(first, incident.labels))


def counted(storm: Storm, limit: StormLimit, now: int) -> Storm:
    """The storm with one more new incident."""
    first = bisect_right(storm.opened, now - limit.within_us)
    opened = (*storm.opened[first:], now)[-limit.incidents - 1 :]
    over_at = now if len(opened) > limit.incidents else storm.over_at
    return replace(storm, opened=opened, over_at=over_at)


def blows(storm: Storm, limit: StormLimit, now: int) -> bool:
    """Whether there is a storm; it ends when no incident has been over the limit for a while."""
    return storm.over_at is not None and now < storm.over_at + limit.within_us


def shelter(situation: Situation, draft: Draft, limit: StormLimit) -> None:
    """Put an incident under the umbrella of its group, and see to it that this one pages."""
    now = situation.now
    incident = draft.incident
    live = situation.live_incident(umbrella_key(incident))
    umbrella = _opened(situation, draft, limit) if live is None else Draft(live)
    _gather(situation, umbrella, incident)
    number = umbrella.incident.number
    umbrella.arm(StormDue(number, now + limit.within_us, number))
    if live is None:
        arm(situation, umbrella, Cause(Reason.STORM, now))
    elif incident.severity < live.severity:
        rise = Rise(incident.severity, incident.severity_by, f"{incident.id} is worse")
        raise_to(situation, umbrella, rise, now)
    elif live.holder is not None:
        count = now // NEWS_EVERY_US
        news = News("another incident of the storm", f"bundled-{count}")
        notify_person(situation, umbrella, live.holder, news)
    draft.change(storm=number, bundled_at=now)
    draft.arm(StormDue(incident.number, now + LOOK_US, number))
    text = f"a storm: {umbrella.incident.id} pages for it"
    data: dict[str, object] = {"storm": umbrella.incident.id, "reason": Reason.STORM}
    draft.say(Entry(now, "incident.bundled", TRIAGED, text, data))
    for effect in umbrella.effects():
        draft.add(effect)


def _gather(situation: Situation, umbrella: Draft, incident: Incident) -> None:
    bundle = umbrella.incident.bundle
    if bundle is UNSET:
        bundle = Bundle(0, (), situation.now)
    first = bundle.first
    if len(first) < SHOWN:
        shown = Bundled(incident.number, incident.severity, incident.title[:TITLE_SHOWN])
        first = (*first, shown)
    umbrella.change(bundle=Bundle(bundle.count + 1, first, situation.now))


def _opened(situation: Situation, draft: Draft, limit: StormLimit) -> Draft:
    """The umbrella of a new storm, as bad as the first incident under it."""
    incident = draft.incident
    key = umbrella_key(incident)
    latest = situation.latest_incident(key)
    policy = incident.plan.policy
    whose = (incident.team or "no team") + ("" if policy == DEFAULT else f" (policy {policy})")
    within = format_duration(limit.within_us)
    umbrella = Incident(
        number=situation.next_number(),
        key=key,
        title=f"Storm: over {limit.incidents} new incidents of {whose} within {within}",
        severity=incident.severity,
        severity_by=incident.severity_by,
        opened_at=situation.now,
        plan=incident.plan,
        team=incident.team,
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        previous=latest.number if latest else None,
    )
    opened = Draft(umbrella, opened=True)
    data: dict[str, object] = {"severity": umbrella.severity, "reason": Reason.STORM}
    data |= {"policy": umbrella.plan.policy}
    text = f"{umbrella.severity} {umbrella.title}"
    opened.say(Entry(situation.now, "incident.opened", TRIAGED, text, data))
    return opened
