"""Splitting: some alerts of an incident are another trouble, with an incident of their own.

The new incident has no key. Its alerts stay with it, also when they fire anew while it is open or
may re-open; whatever else comes with the key of the old incident joins that (docs/decisions/0024).
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts import source_shares
from triaged.core.alerts.grouping import detach, resolve_or_hold
from triaged.core.alerts.raises import pause, resume
from triaged.core.alerts.severity import worst_of
from triaged.core.draft import Draft
from triaged.core.muting.mute_hold import check_mutes
from triaged.core.muting.muters import AlertId
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, MoveAlert
from triaged.core.records.model import (
    AlertState,
    Entry,
    Incident,
    Labels,
    Reason,
    ResolvePolicy,
    incident_id,
)
from triaged.core.records.practice.events import SplitOff
from triaged.core.records.practice.lineage import LINKED_MAX, Lineage
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.holding import keep_active, tell_holder
from triaged.core.response.paging import News, paged_people
from triaged.core.situation import Situation

SHOWN_MAX = 20
"""Alerts that an entry names; the count tells how many there were."""

NAMED_MAX = 5
"""Alerts that a refusal names; of more there is the number."""


def split_off(situation: Situation, event: SplitOff) -> Decision:
    """Open an incident for some alerts of another; the answer is the new one."""
    old = situation.incident(event.incident)
    if old is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    named = list(dict.fromkeys(event.alerts))
    states = [state for one in named if (state := situation.alert(one)) is not None]
    before = _split_before(situation, old, states) if len(states) == len(named) else None
    if before is not None:
        return Decision((), Acted(before))
    unknown = [one for one in named if situation.alert(one) is None]
    if unknown:
        return Decision((), Unknown(f"{old.id}: there is no alert {_names(unknown)}"))
    refusal = _why_not(old, states)
    if refusal is not None:
        return Decision((), Conflict(f"{old.id}: {refusal}"))
    return _split(situation, event, old, states)


def _split_before(situation: Situation, old: Incident, states: Sequence[AlertState]) -> int | None:
    """The incident that was split off for these alerts before, if one has them all."""
    homes = {state.incident for state in states if state.firing}
    home = situation.incident(next(iter(homes))) if len(homes) == 1 else None
    if home is None or home.lineage.split_from != old.number:
        return None
    return home.number if all(state.firing for state in states) else None


def _why_not(old: Incident, states: Sequence[AlertState]) -> str | None:
    """Why these alerts cannot be split off, and what is possible."""
    if not old.live:
        return f"cannot split an incident that is {old.state}"
    if not states:
        return "name the alerts that are another trouble"
    strangers = [state for state in states if state.incident != old.number or not state.firing]
    if strangers:
        where = "; ".join(_where(old, state) for state in strangers[:NAMED_MAX])
        more = f"; and {len(strangers) - NAMED_MAX} more" if len(strangers) > NAMED_MAX else ""
        return f"only alerts that fire in it can be split off: {where}{more}"
    leaves_none = len(states) == sum(old.firing.values()) and not old.resolved
    if leaves_none and old.key:
        return "these are all of its alerts: nothing would be left; name some of them"
    if len(old.lineage.split_off) >= LINKED_MAX:
        return f"{LINKED_MAX} incidents were split off it: declare another one instead"
    return None


def _names(alerts: Sequence[AlertId]) -> str:
    named = ", ".join(f"{source}/{fingerprint}"[:200] for source, fingerprint in alerts[:NAMED_MAX])
    return named + (f" and {len(alerts) - NAMED_MAX} more" if len(alerts) > NAMED_MAX else "")


def _where(old: Incident, state: AlertState) -> str:
    name = _names([(state.source, state.fingerprint)])
    if state.incident == old.number:
        return f"{name} does not fire"
    return f"{name} is in {incident_id(state.incident) if state.incident else 'no incident'}"


def _split(
    situation: Situation, event: SplitOff, old: Incident, states: Sequence[AlertState]
) -> Decision:
    number = situation.next_number()
    left = Draft(old)
    _let_go(situation, left, states, number)
    new = Draft(_new(situation, event, old, states, number), opened=True)
    news = _say_split(situation, event, left, new, states)
    resume(situation, new)
    arm(situation, new, Cause(Reason.SPLIT, situation.now))
    check_mutes(situation, new)
    tell_holder(situation, left, old.holder, news, event.by)
    _settle(situation, left)
    moved = (
        MoveAlert(replace(state, incident=number, attached_at=situation.now)) for state in states
    )
    effects = (*new.effects(), *moved, *left.effects())
    return Decision(effects, Acted(number, paged_people(new)))


def _say_split(
    situation: Situation,
    event: SplitOff,
    left: Draft,
    new: Draft,
    states: Sequence[AlertState],
) -> News:
    """Put the split on both timelines; what the old incident's holder hears."""
    old, incident, count = left.incident, new.incident, len(states)
    alerts = f"{count} alerts were" if count > 1 else "1 alert was"
    note = f": {event.note}" if event.note else ""
    data: dict[str, object] = {"count": count, "note": event.note, "reason": Reason.SPLIT}
    named = [{"source": s.source, "fingerprint": s.fingerprint} for s in states[:SHOWN_MAX]]
    data |= {"alerts": named, "from": old.id, "into": incident.id}
    text = f"{alerts} split off into {incident.id} {incident.title}"
    left.say(Entry(situation.now, "incident.split", event.by, text + note, data))
    opened: dict[str, object] = {"severity": incident.severity, "policy": incident.plan.policy}
    opened["reason"] = Reason.SPLIT
    what = f"{incident.severity} {incident.title}"
    new.say(Entry(situation.now, "incident.opened", event.by, what, opened))
    off = f"{alerts} split off {old.id} {old.title}{note}"
    new.say(Entry(situation.now, "incident.split", event.by, off, data))
    return News(text, f"split-{incident.number}")


def _let_go(situation: Situation, draft: Draft, states: Sequence[AlertState], number: int) -> None:
    """Take the alerts out of the old incident, and link it to the new one."""
    for state in states:
        draft.incident = detach(draft.incident, state, ended=False)
    lineage = draft.incident.lineage
    draft.change(kin=replace(lineage, split_off=(*lineage.split_off, number)))
    keep_active(situation, draft)


def _settle(situation: Situation, draft: Draft) -> None:
    """What is left may resolve by its policy."""
    if not draft.incident.firing:
        pause(draft)
    if draft.incident.resolving_at is None:
        resolve_or_hold(situation, draft, None)
    check_mutes(situation, draft)


def _new(
    situation: Situation,
    event: SplitOff,
    old: Incident,
    states: Sequence[AlertState],
    number: int,
) -> Incident:
    """The incident of the alerts that are split off, as bad as they are."""
    settings = situation.settings
    first, last = states[0], max(states, key=lambda state: state.attached_at or 0)
    rules = {state.severity or "": state.rule for state in states if state.rule is not None}
    new = Incident(
        number=number,
        key=(),
        title=event.title or old.title,
        severity=old.severity,
        severity_by=old.severity_by,
        opened_at=situation.now,
        plan=settings.policies.get(old.plan.policy, settings.policies["default"]),
        kind=old.kind,
        service=old.service,
        team=old.team,
        runbook=old.runbook,
        labels=_shared(situation, old, states),
        resolve=old.resolve if old.key else ResolvePolicy(),
        source=first.source,
        across_sources=old.across_sources,
        shares=UNSET if old.shares is UNSET else source_shares.of_alerts(states),
        raising=UNSET if old.raising is UNSET else replace(old.raising, seen=()),
        firing=dict(Counter(state.severity or "" for state in states)),
        severity_rules=rules,
        last_joined=(last.source, last.fingerprint),
        kin=Lineage(split_from=old.number),
    )
    rise = worst_of(new, settings)
    return replace(new, severity=rise.severity, severity_by=rise.by)


def _shared(situation: Situation, old: Incident, states: Sequence[AlertState]) -> dict[str, str]:
    """The labels that the alerts share, where they are known; else those of the old incident."""
    known = situation.view.last_labels
    found: list[Labels | None] = [known.get((state.source, state.fingerprint)) for state in states]
    first = found[0]
    if first is None or None in found:
        return dict(old.labels)
    return {
        name: value
        for name, value in first.items()
        if all(labels is not None and labels.get(name) == value for labels in found)
    }
