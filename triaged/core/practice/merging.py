"""Merging: two incidents are one trouble, and one of them, the survivor, goes on for both.

The merged incident keeps its timeline, pages and records. Nothing of it pages any more: its firing
alerts belong to the survivor, and so does what comes later with its key, because the newest
incident of a key points to the one that took it in (docs/decisions/0024).
"""

from typing import get_args

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.alerts.cut_groups import all_groups
from triaged.core.alerts.grouping import count_firing
from triaged.core.alerts.raises import pause
from triaged.core.alerts.severity import Rise, raise_to
from triaged.core.draft import Draft
from triaged.core.lifecycle import Verb, impossible, merged_text, next_state
from triaged.core.muting.mute_hold import check_mutes
from triaged.core.practice.roles import end_roles
from triaged.core.practice.work import holders
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, MoveFiring
from triaged.core.records.model import Entry, Incident, Reason, Recipient, State, incident_id
from triaged.core.records.practice.events import Merged
from triaged.core.records.practice.lineage import LINKED_MAX
from triaged.core.records.timers import ResponseTimer
from triaged.core.response.escalation import disarm
from triaged.core.response.holding import keep_active, tell_holder
from triaged.core.response.paging import News, channel_of, inform, notify_person
from triaged.core.situation import Situation

RESPONSE_TIMERS = get_args(ResponseTimer)


def merge(situation: Situation, event: Merged) -> Decision:
    """Make an incident part of another, unless one of them cannot be merged."""
    old, into = situation.incident(event.incident), situation.incident(event.into)
    for number, found in ((event.incident, old), (event.into, into)):
        if found is None:
            return Decision((), Unknown(f"there is no {incident_id(number)}"))
    assert old is not None
    assert into is not None
    if old.merged_into is not None:
        return _again(situation, old, into)
    refusal = _why_not(situation, old, into)
    if refusal is not None:
        return Decision((), Conflict(f"{old.id}: {refusal}"))
    ended, survivor = Draft(old), Draft(into)
    _take_in(situation, survivor, event, old)
    _end(situation, ended, event, survivor.incident)
    moved = MoveFiring(old.number, into.number, situation.now)
    return Decision((*ended.effects(), moved, *survivor.effects()), Acted(old.number))


def _again(situation: Situation, old: Incident, into: Incident) -> Decision:
    """The answer about an incident that was merged before: fine, if it is the same survivor."""
    if old.merged_into == into.number or situation.survivor(old) == situation.survivor(into):
        return Decision((), Acted(old.number))
    return Decision((), Conflict(f"{old.id}: {merged_text(situation, old)}"))


def _why_not(situation: Situation, old: Incident, into: Incident) -> str | None:
    """Why they cannot be merged, and what is possible."""
    if old.number == into.number:
        return "cannot be merged into itself"
    if next_state(old.state, Verb.MERGE) is None:
        return impossible(old.state, Verb.MERGE)
    if into.merged_into is not None:
        return f"{into.id} {merged_text(situation, into)}"
    if not into.live:
        return f"{into.id} is {into.state}; merge into one that is open, or reopen that"
    if old.kind != into.kind:
        return f"{old.id} is of kind {old.kind}, {into.id} of kind {into.kind}: they stay apart"
    for one in (old, into):
        if one.bundle is not UNSET:
            return f"{one.id} is the umbrella of a storm; merge the incidents under it"
        if one.key and not one.source:
            return f"{one.id} was opened by triaged itself and ends by itself: it stays apart"
    if len(into.lineage.merged) >= LINKED_MAX:
        return f"{into.id} has taken in {LINKED_MAX} incidents: merge into another"
    return None


def _take_in(situation: Situation, draft: Draft, event: Merged, old: Incident) -> None:
    """Let the survivor go on for both: alerts, severity, and everybody who was paged."""
    before, count = draft.incident, sum(old.firing.values())
    text = f"{old.id} {old.title} was merged into this incident"
    fires = f"{count} alerts fire" if count > 1 else "1 alert fires"
    said = text + (f"; {fires}" if count else "")
    said += f": {event.note}" if event.note else ""
    data: dict[str, object] = {"merged": old.id, "severity": old.severity, "alerts": count}
    data |= {"reason": Reason.MERGED, "note": event.note}
    draft.say(Entry(situation.now, "incident.merged", event.by, said, data))
    lineage = replace(before.lineage, merged=(*before.lineage.merged, old.number))
    told = dict.fromkeys((*before.told, *_informed(situation, old)))
    draft.change(kin=lineage, told=tuple(told))
    if count:
        count_firing(situation, draft, old)
    if old.cut_groups:
        groups = all_groups(before.cut_groups, old.cut_groups)
        draft.change(cut_groups=groups, truncated=max(before.truncated, old.truncated))
    if old.severity < before.severity:
        rise = Rise(old.severity, old.severity_by, f"{old.id} was merged into it")
        raise_to(situation, draft, rise, situation.now, event.by)
    tell_holder(situation, draft, draft.incident.holder, News(text, f"merged-{old.id}"), event.by)
    keep_active(situation, draft)
    check_mutes(situation, draft)


def _informed(situation: Situation, old: Incident) -> tuple[Recipient, ...]:
    """Everybody who hears of the merged incident: who was paged, its holder, and who has a role."""
    known = {recipient.person for recipient in old.told}
    names = [old.holder or "", *(held.person for held in holders(old))]
    people = [situation.settings.people.get(name) for name in dict.fromkeys(names)]
    ways = (
        Recipient(person.id, way.contact)
        for person in people
        if person is not None and person.id not in known
        for way in person.notify
    )
    return (*old.told, *(one for one in ways if channel_of(situation.settings, one)))


def _end(situation: Situation, draft: Draft, event: Merged, survivor: Incident) -> None:
    """End everything that runs for the merged incident, and tell everybody where it went."""
    by, old = event.by, draft.incident
    end_roles(situation, draft, by)
    disarm(draft)
    pause(draft)
    draft.drop(*RESPONSE_TIMERS)
    draft.change(
        state=State.MERGED,
        kin=replace(old.lineage, merged_into=survivor.number),
        firing={},
        resolving_at=None,
        held_by=(),
        cut_groups=(),
        flapping=UNSET,
        joins=UNSET,
    )
    has = f", which {survivor.holder} has" if survivor.holder else ""
    text = f"merged into {survivor.id} {survivor.title}"
    said = text + (f": {event.note}" if event.note else "")
    data: dict[str, object] = {"into": survivor.id, "alerts": sum(old.firing.values())}
    data |= {"reason": Reason.MERGED, "note": event.note}
    draft.say(Entry(situation.now, "incident.merged", by, said, data))
    news = News(f"{text}{has}", "merged")
    inform(situation, draft, news, by)
    known = {by, old.acknowledged_by, *(recipient.person for recipient in old.told)}
    for person in dict.fromkeys(held.person for held in holders(old)):
        if person not in known:
            notify_person(situation, draft, person, news)
