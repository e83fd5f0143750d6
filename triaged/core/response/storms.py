"""Storms: one umbrella pages for the new incidents of a team, policy and source.

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
    Plan,
    Reason,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    Target,
)
from triaged.core.records.storms import DEFAULT, Bundle, Bundled, Storm, StormOwner
from triaged.core.records.timers import StormDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.holding import tell_holder
from triaged.core.response.paging import News, last_resort, notify_person
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


def owner_of(incident: Incident, limit: StormLimit | None) -> StormOwner:
    """The owner with whose storm an incident is counted, or whose umbrella it is."""
    source = "" if limit is None or limit.across_sources else incident.source
    return StormOwner(incident.team or "", incident.plan.policy, source)


def begin(situation: Situation, draft: Draft, cause: Cause) -> None:
    """Page for an incident that has opened or re-opened, or let the umbrella of a storm do it.

    A drill is no part of a storm, and no cause of one.
    """
    limit = situation.settings.storm
    if limit is None or draft.incident.drill is not UNSET:
        arm(situation, draft, cause)
        return
    incident = draft.incident
    storm = situation.storm_of(owner_of(incident, limit).group)
    if not incident.reopens:
        storm = with_opening(storm, limit, situation.now)
        draft.add(SaveStorm(storm))
    by_itself = incident.severity is Severity.SEV1 or not blows(storm, limit, situation.now)
    if by_itself or _is_muted(situation, incident) or not covers(situation, incident, limit):
        arm(situation, draft, cause)
    else:
        shelter(situation, draft, limit)


def _is_muted(situation: Situation, incident: Incident) -> bool:
    """True if its pages are held anyway: nobody is paged for it under an umbrella, either."""
    first = incident.last_joined
    return first is not None and bool(situation.mutes().causes(first, incident.labels))


def covers(situation: Situation, incident: Incident, limit: StormLimit) -> bool:
    """True if the umbrella pages whom the incident would page by itself.

    A reload may have changed the steps of the policy since the umbrella opened. It takes over the
    steps of today, so only an incident that was opened by older ones may page somebody else.
    """
    umbrella = situation.live_incident(owner_of(incident, limit).key)
    if umbrella is None or _whom(incident.plan) == _whom(umbrella.plan):
        return True
    return incident.plan == situation.settings.policies.get(incident.plan.policy)


def _whom(plan: Plan) -> tuple[tuple[Target, ...], ...]:
    """Whom the policy pages, step by step, and whom in the end."""
    return (*(step.notify for step in plan.steps), last_resort(plan))


def with_opening(storm: Storm, limit: StormLimit, now: int) -> Storm:
    """The storm with one more new incident."""
    first = bisect_right(storm.opened, now - limit.within_us)
    opened = (*storm.opened[first:], now)[-limit.incidents - 1 :]
    over_at = now if len(opened) > limit.incidents else storm.over_at
    return replace(storm, opened=opened, over_at=over_at)


def blows(storm: Storm, limit: StormLimit, now: int) -> bool:
    """True if there is a storm; it ends when no incident has been over the limit for a while."""
    return storm.over_at is not None and now < storm.over_at + limit.within_us


def shelter(situation: Situation, draft: Draft, limit: StormLimit) -> None:
    """Put an incident under the umbrella of its group, and see to it that this one pages."""
    now = situation.now
    incident = draft.incident
    live = situation.live_incident(owner_of(incident, limit).key)
    umbrella = _opened(situation, draft, limit) if live is None else Draft(live)
    _gather(situation, umbrella, incident)
    number = umbrella.incident.number
    umbrella.arm(StormDue(number, now + limit.within_us, number))
    if live is None:
        arm(situation, umbrella, Cause(Reason.STORM, now))
    elif _whom(incident.plan) != _whom(live.plan):
        _replan(situation, umbrella, incident.plan)
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


def _replan(situation: Situation, umbrella: Draft, plan: Plan) -> None:
    """Let the umbrella page by the steps of today: whoever they name has not heard of the storm."""
    data: dict[str, object] = {"policy": plan.policy, "reason": Reason.STORM}
    text = f"pages by the steps that policy {plan.policy} has now"
    holder, ended = umbrella.incident.holder, f"un-acknowledged: it {text}"
    if holder is not None:
        umbrella.say(Entry(situation.now, "incident.unacknowledged", TRIAGED, ended, data))
    umbrella.say(Entry(situation.now, "incident.replanned", TRIAGED, text, data))
    umbrella.change(plan=plan)
    arm(situation, umbrella, Cause(Reason.STORM, situation.now))
    tell_holder(situation, umbrella, holder, News(ended, "unacknowledged"), TRIAGED)


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
    owner = owner_of(incident, limit)
    latest = situation.latest_incident(owner.key)
    policy = incident.plan.policy
    whose = (incident.team or "no team") + ("" if policy == DEFAULT else f" (policy {policy})")
    within = format_duration(limit.within_us)
    umbrella = Incident(
        number=situation.next_number(),
        key=owner.key,
        title=f"Storm: over {limit.incidents} new incidents of {whose} within {within}",
        severity=incident.severity,
        severity_by=incident.severity_by,
        opened_at=situation.now,
        plan=incident.plan,
        team=incident.team,
        source=owner.source,
        text=f"All of them are of the source {owner.source}." if owner.source else "",
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        previous=latest.number if latest else None,
    )
    opened = Draft(umbrella, opened=True)
    data: dict[str, object] = {"severity": umbrella.severity, "reason": Reason.STORM}
    data |= {"policy": umbrella.plan.policy}
    text = f"{umbrella.severity} {umbrella.title}"
    opened.say(Entry(situation.now, "incident.opened", TRIAGED, text, data))
    return opened
