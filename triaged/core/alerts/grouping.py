"""Grouping: the incident that an alert joins, and the changes when alerts join and leave."""

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts import late_joins, source_shares
from triaged.core.alerts.arrival import Arrival
from triaged.core.alerts.flapping import hold_us, returned, settle
from triaged.core.alerts.raises import count_in, pause, start
from triaged.core.alerts.reopening import come_back, reopens
from triaged.core.alerts.severity import Rise, raise_to, rise_of, severity_of, worst_of
from triaged.core.draft import Draft
from triaged.core.lifecycle import Verb, next_state, set_phase
from triaged.core.muting.mute_hold import check_mutes, joined
from triaged.core.records.actors import ALERTS, TRIAGED
from triaged.core.records.effects import Count, JoinAlert, WakeBundled
from triaged.core.records.model import (
    AlertState,
    Entry,
    Incident,
    Labels,
    Outcome,
    Phase,
    Plan,
    Reason,
    ResolveWhen,
    State,
)
from triaged.core.records.timers import CutGroupDue, ReopenWindowDue, ResolveDue
from triaged.core.response.entries import when
from triaged.core.response.escalation import Cause, disarm, settle_response
from triaged.core.response.paging import News, inform
from triaged.core.response.storms import begin
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.labels import place
from triaged.core.time.durations import HOUR, MINUTE

CUT_GROUP_US = 25 * HOUR
"""How long alerts that were left out are waited for, of a source whose alerts never lapse."""


def home_of(situation: Situation, arrival: Arrival) -> Incident | None:
    """The incident that the alert joins, re-opened where it is over; None: it opens a new one."""
    left = arrival.left
    if left is not None and left.live:
        return left  # an attached alert never moves by itself
    home = _split_home(situation, arrival) or situation.live_incident(arrival.outcome.key)
    if home is None:
        home = situation.latest_incident(arrival.outcome.key)
        if home is None or not reopens(situation, home):
            return None
    if not home.live and situation.live_incident(home.key) is not None:
        return None  # it was merged into what is over, and whose key is open again
    return left if left is not None and left.number == home.number else home


def _split_home(situation: Situation, arrival: Arrival) -> Incident | None:
    """The incident that somebody split off for this alert, while it is open or may re-open."""
    before = arrival.before
    last = None if before is None else situation.incident(before.incident)
    if last is None or last.lineage.split_from is None:
        return None
    home = situation.survivor(last)
    return home if home.live or reopens(situation, home) else None


def plan_for(settings: Settings, policy: str | None, team: str | None, service: str | None) -> Plan:
    """The policy: the rule's, else its team's, else its service's team's, else `default`."""
    return policy_of(settings, policy, team, service)[0]


def policy_of(
    settings: Settings, policy: str | None, team: str | None, service: str | None
) -> tuple[Plan, str]:
    """The policy as by `plan_for`, and the reason in words."""
    known_service = settings.services.get(service or "")
    owner = known_service.team if known_service else None
    ways = [(policy or "", "a rule names it")]
    for team_name, why in (
        (team, f"team {team} names it"),
        (owner, f"team {owner}, which owns service {service}, names it"),
    ):
        known_team = settings.teams.get(team_name or "")
        ways.append(((known_team.policy if known_team else None) or "", why))
    for name, why in ways:
        if name in settings.policies:
            return settings.policies[name], why
    return settings.policies["default"], "no rule and no team names one"


def team_of(outcome: Outcome, settings: Settings) -> str | None:
    """The team that owns a new incident: the rules' team or label, else its service's."""
    service = settings.services.get(outcome.service or "")
    return outcome.team or (service.team if service else None)


def open_incident(situation: Situation, arrival: Arrival) -> Draft:
    """Open a new incident for an alert that joins none."""
    settings = situation.settings
    outcome, now = arrival.outcome, situation.now
    severity, by = severity_of(outcome, settings)
    service = settings.services.get(outcome.service or "")
    previous = situation.latest_incident(outcome.key)
    incident = Incident(
        number=situation.next_number(),
        key=outcome.key,
        title=outcome.title,
        severity=severity,
        severity_by=by,
        opened_at=now,
        plan=plan_for(settings, outcome.policy, outcome.team, outcome.service),
        service=outcome.service,
        team=team_of(outcome, settings),
        runbook=outcome.runbook or (service.runbook if service else None),
        labels=outcome.labels,
        resolve=outcome.resolve,
        source=arrival.alert.source,
        across_sources=outcome.across_sources,
        shares=source_shares.first_shares(outcome),
        previous=previous.number if previous else None,
    )
    draft = Draft(incident, opened=True)
    data: dict[str, object] = {"severity": severity, "rules": outcome.rules}
    data |= {"policy": incident.plan.policy, "key": dict(outcome.key)}
    data |= {"reason": Reason.NEW_KEY, "source": arrival.alert.source}
    details = _details(situation, arrival)
    text = f"{severity} {outcome.title}"
    if details:
        text = f"{text.rstrip('.')}: {details}"
    draft.say(Entry(now, "incident.opened", by, text, data))
    if outcome.severity is None:
        draft.add(Count("unclassified"))
    attach(draft, arrival)
    count_in(situation, draft, arrival.alert, outcome)
    begin(situation, draft, Cause(Reason.NEW_KEY, arrival.received_at))
    return draft


def _details(situation: Situation, arrival: Arrival) -> str:
    """Where it is wrong, and since when if that is not now, as far as the title does not say."""
    now = situation.now
    labels, said = arrival.outcome.labels, set(arrival.outcome.title.split())
    in_title = {name: value for name, value in labels.items() if value.strip() in said}
    words = [place(labels, situation.settings.exporters, in_title)]
    starts_at = arrival.alert.starts_at
    if starts_at is not None and now - starts_at >= MINUTE:
        words.append(f"fires since {when(situation, starts_at)}")
    return ", ".join(word for word in words if word)


def join(situation: Situation, incident: Incident, arrival: Arrival) -> Draft:
    """Let the alert join an open incident: a rise pages, else only the holder is informed."""
    draft = Draft(incident)
    comes_back = incident.resolving_at is not None and incident.flaps
    if comes_back:
        returned(situation, draft, arrival.alert.source)
    labels = arrival.outcome.labels
    new = late_joins.remember(draft, labels)
    attach(draft, arrival)
    rise = _rise(situation, draft, arrival)
    if rise is not None:
        raise_to(situation, draft, rise, arrival.received_at)
    elif draft.incident.holder is not None and not comes_back:  # that would be no news
        late_joins.tell(situation, draft, arrival.alert, labels, new)
    if draft.incident.held_by:
        joined(situation, draft, arrival.identity, labels)
    return draft


def reopen_with(situation: Situation, incident: Incident, arrival: Arrival) -> Draft:
    """Re-open the incident for an alert that is back, and arm it unless it is still held."""
    draft = Draft(incident)
    goes_on = arrival.is_same_episode(incident)
    is_held = come_back(situation, draft, Reason.REOPEN_WINDOW, same_episode=goes_on)
    draft.change(source=arrival.alert.source)
    returned(situation, draft, arrival.alert.source)
    late_joins.remember(draft, arrival.outcome.labels)
    attach(draft, arrival)
    rise = _rise(situation, draft, arrival)
    if rise is not None:
        raise_to(situation, draft, rise, arrival.received_at)
    elif not is_held:
        cause = Cause(Reason.REOPEN_WINDOW, arrival.received_at)
        begin(situation, draft, cause)
    return draft


def _rise(situation: Situation, draft: Draft, arrival: Arrival) -> Rise | None:
    """The worst severity that the alert calls for by itself or through the raises that count it.

    What was attached when a human chose the severity calls for nothing.
    """
    incident, outcome, settings = draft.incident, arrival.outcome, situation.settings
    if arrival.covered_by_choice(incident):
        return None
    raised = count_in(situation, draft, arrival.alert, outcome)
    own = outcome.severity or settings.unclassified
    if own < incident.severity and (raised is None or own <= raised.severity):
        return rise_of(outcome, settings)
    return raised if raised is not None and raised.severity < incident.severity else None


def attach(draft: Draft, arrival: Arrival) -> None:
    """Count the alert in, and keep only the labels that all share."""
    incident, alert, outcome = draft.incident, arrival.alert, arrival.outcome
    firing, rules = dict(incident.firing), incident.severity_rules
    name = outcome.severity or ""
    firing[name] = firing.get(name, 0) + 1
    if outcome.rule is not None and rules.get(name) != outcome.rule:
        rules = {**rules, name: outcome.rule}
    draft.incident = replace(  # each new alert comes here: half of the time of `draft.change`
        incident,
        firing=firing,
        severity_rules=rules,
        labels=_shared(incident.labels, outcome.labels),
        last_joined=arrival.identity,
    )
    if incident.shares is not UNSET:
        when, came_back = incident.resolve.when, arrival.comes_back(incident)
        shares = source_shares.joined(incident.shares, arrival.identity, when, came_back=came_back)
        draft.change(shares=shares)
    if incident.resolving_at is not None:
        _end_hold(draft, came_back=arrival.comes_back(incident))
    draft.add(JoinAlert(incident.number, alert))


def _shared(labels: dict[str, str], theirs: Labels) -> dict[str, str]:
    """The labels that both have, with equal values."""
    if labels.items() <= theirs.items():
        return labels
    return {name: value for name, value in labels.items() if theirs.get(name) == value}


def _end_hold(draft: Draft, *, came_back: bool) -> None:
    """Stop the wait to resolve, for an alert fires again, unless one ended alert is enough."""
    incident = draft.incident
    enough = incident.resolve.when is ResolveWhen.FIRST and not incident.flaps
    if incident.shares is not UNSET and not source_shares.all_over(incident.shares):
        enough = False
    if came_back or not enough:
        draft.change(resolving_at=None)
        draft.drop(ResolveDue)


def count_firing(situation: Situation, draft: Draft, old: Incident) -> None:
    """Count in the firing alerts of `old`, and keep only the labels that all share."""
    late_joins.remember_objects(draft, old)
    incident = draft.incident
    names = incident.firing | old.firing
    draft.change(
        firing={name: incident.firing.get(name, 0) + old.firing.get(name, 0) for name in names},
        severity_rules=old.severity_rules | incident.severity_rules,
        labels=_shared(incident.labels, old.labels),
    )
    if incident.shares is not UNSET and old.shares is not UNSET:
        draft.change(shares=source_shares.moved(incident.shares, old.shares))
    if incident.resolving_at is not None:
        _end_hold(draft, came_back=False)
    start(situation, draft)


def take_in(situation: Situation, incident: Incident, old: Incident) -> Draft:
    """Let the firing alerts of `old` join the incident that is open for its key."""
    draft = Draft(incident)
    count_firing(situation, draft, old)
    count = sum(old.firing.values())
    data: dict[str, object] = {"count": count, "alerts": [], "reason": Reason.STILL_FIRING}
    data["previous"] = old.id
    text = f"joined: {count} still firing after {old.id} was resolved"
    draft.say(Entry(situation.now, "alerts.joined", TRIAGED, text, data))
    rise = worst_of(old, situation.settings)
    if rise.severity < incident.severity:
        raise_to(situation, draft, rise, situation.now)
    else:
        late_joins.add(situation, draft, f"{count} still firing after {old.id} was resolved")
    check_mutes(situation, draft)
    return draft


def detach(incident: Incident, state: AlertState, *, ended: bool) -> Incident:
    """The incident with one firing alert less; `ended` counts it as resolved."""
    firing = dict(incident.firing)
    name = state.severity or ""
    firing[name] = firing.get(name, 0) - 1
    firing = {name: n for name, n in firing.items() if n > 0}
    shares = incident.shares
    if shares is not UNSET:
        shares = source_shares.left(shares, state, incident.resolve.when, ended=ended)
    resolved = incident.resolved + ended
    return replace(incident, firing=firing, shares=shares, resolved=resolved)


def leave(situation: Situation, draft: Draft, state: AlertState) -> None:
    """An alert of the incident has ended; perhaps that resolves it, now or after the hold."""
    draft.incident = detach(draft.incident, state, ended=True)
    if not draft.incident.firing:
        pause(draft)
    if draft.incident.live and draft.incident.resolving_at is None:
        resolve_or_hold(situation, draft, state)
    check_mutes(situation, draft)


def resolve_or_hold(situation: Situation, draft: Draft, ended: AlertState | None) -> None:
    """Resolve the incident if its alerts say that it is over: now, or after its hold.

    `ended`: the alert that has just ended. While alerts are left out that nobody sees, nothing is
    over: then this is looked at again when their sender has been silent about them for long enough.
    """
    incident = draft.incident
    if not _may_resolve(incident, ended):
        return
    if incident.cut_groups:
        source = incident.cut_groups[0].partition("/")[0]
        stale_us = situation.settings.stale_after.get(source) or CUT_GROUP_US
        draft.arm(CutGroupDue(incident.number, situation.now + stale_us))
        text = "not resolved: the sender has left out alerts of the group, which may still fire"
        draft.say(Entry(situation.now, "incident.waits", TRIAGED, text, {"reason": Reason.CUT}))
        return
    hold = hold_us(situation, draft)
    if hold == 0:
        lapsed_since = ended.seen_at if ended is not None and ended.has_lapsed else None
        resolve(situation, draft, ALERTS, _lapsed_text(situation, lapsed_since))
    else:
        draft.change(resolving_at=situation.now + hold)
        draft.arm(ResolveDue(incident.number, situation.now + hold))


def _lapsed_text(situation: Situation, seen_at: int | None) -> str | None:
    """Sentence for an incident whose last alert lapsed; None: the alert was reported as ended."""
    if seen_at is None:
        return None
    return f"resolved: its last alert lapsed, not repeated since {when(situation, seen_at)}"


def _may_resolve(incident: Incident, ended: AlertState | None) -> bool:
    shares = incident.shares
    if shares is not UNSET:
        return not incident.firing or (ended is not None and source_shares.all_over(shares))
    match incident.resolve.when:
        case ResolveWhen.ALL:
            return not incident.firing
        case ResolveWhen.FIRST:
            return ended is not None or not incident.firing
        case ResolveWhen.LAST:
            last = ended and incident.last_joined == (ended.source, ended.fingerprint)
            return bool(last) or not incident.firing  # the last may have ended before it was open
        case ResolveWhen.NEVER:
            return False


def _why_over(incident: Incident) -> str:
    """The reason why the incident resolved by itself, in words."""
    if not incident.firing:
        return "no alert fires"
    if incident.resolve.when is ResolveWhen.LAST:
        return "the alert that joined last has ended"
    return "one of its alerts has ended"


def resolve(situation: Situation, draft: Draft, by: str, text: str | None = None) -> None:
    """Resolve the incident: nothing pages any more, and everybody who was paged is informed."""
    settle_response(situation, draft)
    state = next_state(draft.incident.state, Verb.RESOLVE)
    assert state is State.RESOLVED, "callers have looked at the table"
    draft.change(
        state=state,
        resolved_at=situation.now,
        resolved_by=by,
        resolving_at=None,
    )
    disarm(draft)
    draft.drop(ResolveDue)
    pause(draft)
    settle(situation, draft)
    if draft.incident.bundle is not UNSET:
        draft.add(WakeBundled(draft.incident.number))
    if text is None:
        text = f"resolved: {_why_over(draft.incident)}" if by == ALERTS else f"resolved by {by}"
    reason = Reason.ALERTS_RESOLVED if by == ALERTS else Reason.RESOLVED
    draft.say(Entry(situation.now, "incident.resolved", by, text, {"reason": reason}))
    set_phase(situation, draft, Phase.RESOLUTION, by)
    inform(situation, draft, News(text, "resolved"), by)
    if draft.incident.drill is not UNSET:
        draft.change(firing={})  # or an incident that is no drill would take over what fires on
    if draft.incident.firing:
        reopens = draft.incident.reopens
        due_at = situation.now + situation.settings.reopen_within
        draft.arm(ReopenWindowDue(draft.incident.number, due_at, reopens))
