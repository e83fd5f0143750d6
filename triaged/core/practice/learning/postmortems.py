"""Postmortems: draft → in review → published, or waived; without one a SEV-1/2 stays open.

What is missing in a text the shell finds, because the text is in its revisions; who may do what in
which state, and what is due when, is decided here.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.learning.postmortem_export import text_hash
from triaged.core.practice.work import change_work, work_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Outdated, Unknown
from triaged.core.records.effects import Count, Decision, SaveRow
from triaged.core.records.model import Entry, Incident, incident_id
from triaged.core.records.practice.learning_events import (
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.postmortems import (
    REVISIONS_MAX,
    Postmortem,
    PostmortemRevision,
    PostmortemState,
    postmortem_id,
    revision_id,
    unmerged_id,
)
from triaged.core.records.timers import PostmortemDue
from triaged.core.settings import Settings
from triaged.core.situation import Situation

HOW_FAR: Mapping[PostmortemState | None, str] = {
    PostmortemState.DRAFT: "it is a draft",
    PostmortemState.IN_REVIEW: "it is in review",
}
REASON_MIN = 20
"""Characters of the reason of a waiver: `no time` is none."""


def is_required(settings: Settings, incident: Incident) -> bool:
    """Whether the incident needs a postmortem, by its severity; a drill has a report instead."""
    return (
        incident.kind == "incident"
        and settings.severities[incident.severity].postmortem == "required"
    )


def is_settled(incident: Incident) -> bool:
    """Whether the incident's postmortem is published or waived."""
    state = work_of(incident).postmortem
    return state in (PostmortemState.PUBLISHED, PostmortemState.WAIVED)


def why_not_closed(settings: Settings, incident: Incident) -> str | None:
    """What is missing before the incident may be closed, and how to get it; None: nothing is."""
    if not is_required(settings, incident) or is_settled(incident):
        return None
    number = incident.id
    state = work_of(incident).postmortem
    how_far = HOW_FAR.get(state, "nobody has begun it")
    return (
        f"{number}: a {incident.severity} is closed when its postmortem is published, and"
        f" {how_far}: `triaged postmortem edit {number}`, then `triaged postmortem publish"
        f" {number}`; an admin may waive it: `triaged postmortem waive {number} --reason …`"
    )


def save_text(situation: Situation, event: PostmortemSaved) -> Decision:
    """Save a text, unless somebody else has saved since its author began; then it is kept."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    row = postmortem_of(situation, incident)
    digest = text_hash(event.text)
    if row.revision and digest == row.hash:
        return Decision((), Acted(incident.number))
    if row.revisions >= REVISIONS_MAX:
        text = f"{incident.id}: a postmortem has at most {REVISIONS_MAX} revisions"
        return Decision((), Conflict(text))
    if event.base != row.revision:
        return _keep(situation, incident, row, event)
    if row.state is PostmortemState.PUBLISHED and event.missing:
        return Decision((), Conflict(f"{incident.id}: is published; {_lacks(event.missing)}"))
    draft = Draft(incident)
    number = row.revision + 1
    if row.revision == 0:
        _revise(situation, draft, replace(event, text=event.facts, by=TRIAGED), 0)
    _revise(situation, draft, event, number)
    change_postmortem(
        draft,
        row,
        revision=number,
        revisions=row.revisions + 1,
        hash=digest,
        updated_at=situation.now,
        by=event.by,
    )
    data: dict[str, object] = {"revision": number, "hash": digest, "state": row.state}
    text = f"postmortem: revision {number} by {event.by}"
    draft.say(Entry(situation.now, "postmortem.saved", event.by, text, data))
    return Decision(draft.effects(), Acted(incident.number))


def postmortem_of(situation: Situation, incident: Incident) -> Postmortem:
    """The incident's postmortem; a new one where nobody has begun it."""
    identity = postmortem_id(incident.id)
    found = situation.view.row(Postmortem, identity)
    return found or Postmortem(identity, incident.number, situation.now)


def _revise(situation: Situation, draft: Draft, event: PostmortemSaved, number: int) -> None:
    incident = draft.incident
    row = PostmortemRevision(
        id=revision_id(incident.id, number),
        incident=incident.number,
        number=number,
        at=situation.now,
        by=event.by,
        text=event.text,
        hash=text_hash(event.text),
        base=event.base,
    )
    draft.add(SaveRow(row))


def _keep(
    situation: Situation, incident: Incident, row: Postmortem, event: PostmortemSaved
) -> Decision:
    """Keep the text of somebody whom another was ahead of, and say what holds now."""
    digest = text_hash(event.text)
    identity = unmerged_id(incident.id, digest)
    answer = Outdated(incident.number, row.revision, identity)
    if situation.view.row(PostmortemRevision, identity) is not None:
        return Decision((), answer)
    draft = Draft(incident)
    kept = PostmortemRevision(
        id=identity,
        incident=incident.number,
        number=row.revisions + 1,
        at=situation.now,
        by=event.by,
        text=event.text,
        hash=digest,
        base=event.base,
        status="unmerged",
    )
    draft.add(SaveRow(kept))
    change_postmortem(draft, row, revisions=row.revisions + 1)
    text = f"postmortem: a text by {event.by} is kept, because revision {row.revision} was faster"
    data: dict[str, object] = {"id": identity, "hash": digest, "base": event.base}
    draft.say(Entry(situation.now, "postmortem.kept", event.by, text, data))
    return Decision(draft.effects(), answer)


def change_postmortem(draft: Draft, row: Postmortem, **fields: object) -> Postmortem:
    """The postmortem with new values; the incident tells its state."""
    changed = replace(row, **fields)
    draft.add(SaveRow(changed))
    if work_of(draft.incident).postmortem is not changed.state:
        change_work(draft, postmortem=changed.state)
    return changed


def _lacks(missing: tuple[str, ...]) -> str:
    return f"its text lacks: {'; '.join(missing)}"


def review(situation: Situation, event: PostmortemReviewed) -> Decision:
    """Ask others to read the text; it is complete but for the action items."""
    found = _ready(situation, event)
    if isinstance(found, Decision):
        return found
    draft, row = found
    if row.state is not PostmortemState.DRAFT:
        return Decision((), Acted(draft.incident.number))
    change_postmortem(draft, row, state=PostmortemState.IN_REVIEW)
    data: dict[str, object] = {"revision": row.revision, "hash": row.hash}
    text = f"postmortem: in review, asked for by {event.by}"
    draft.say(Entry(situation.now, "postmortem.in_review", event.by, text, data))
    return Decision(draft.effects(), Acted(draft.incident.number))


def publish(situation: Situation, event: PostmortemPublished) -> Decision:
    """Publish the text that the caller has examined: from now on the incident may be closed."""
    found = _ready(situation, event)
    if isinstance(found, Decision):
        return found
    draft, row = found
    if row.state is PostmortemState.PUBLISHED:
        return Decision((), Acted(draft.incident.number))
    change_postmortem(
        draft,
        row,
        state=PostmortemState.PUBLISHED,
        published_at=situation.now,
        published_by=event.by,
        due_at=None,
    )
    draft.drop(PostmortemDue)
    incident = draft.incident
    reviewed = row.state is PostmortemState.IN_REVIEW
    data: dict[str, object] = {"revision": row.revision, "hash": row.hash, "reviewed": reviewed}
    data |= {"timeline_head": incident.chain, "timeline_entries": incident.entries}
    text = f"postmortem: published by {event.by}" + ("" if reviewed else ", without a review")
    draft.say(Entry(situation.now, "postmortem.published", event.by, text, data))
    return Decision(draft.effects(), Acted(incident.number))


def _ready(
    situation: Situation, event: PostmortemReviewed | PostmortemPublished
) -> tuple[Draft, Postmortem] | Decision:
    """The incident and its postmortem, if the text that the caller has examined is complete."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    row = postmortem_of(situation, incident)
    if row.revision == 0:
        text = (
            f"{incident.id}: nobody has written its postmortem yet:"
            f" `triaged postmortem edit {incident.id}`"
        )
        return Decision((), Conflict(text))
    if event.revision != row.revision:
        text = f"{incident.id}: its postmortem was changed to revision {row.revision} meanwhile"
        return Decision((), Conflict(text))
    if event.missing:
        return Decision(
            (), Conflict(f"{incident.id}: its postmortem is not ready: {_lacks(event.missing)}")
        )
    return Draft(incident), row


def waive(situation: Situation, event: PostmortemWaived) -> Decision:
    """Decide that the incident needs no postmortem; the reason is on the timeline and counted."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    reason = " ".join(event.reason.split())
    if len(reason) < REASON_MIN:
        text = f"{incident.id}: to waive a postmortem takes a reason of {REASON_MIN} characters"
        return Decision((), Conflict(f"{text} or more"))
    row = postmortem_of(situation, incident)
    if row.is_settled:
        if row.state is PostmortemState.WAIVED:
            return Decision((), Acted(incident.number))
        return Decision((), Conflict(f"{incident.id}: its postmortem is published already"))
    draft = Draft(incident)
    change_postmortem(
        draft,
        row,
        state=PostmortemState.WAIVED,
        waived_by=event.by,
        reason=reason,
        updated_at=situation.now,
        due_at=None,
    )
    draft.drop(PostmortemDue)
    draft.add(Count("postmortem_waived", incident.severity))
    text = f"postmortem: waived by {event.by}: {reason}"
    data: dict[str, object] = {"reason": reason}
    draft.say(Entry(situation.now, "postmortem.waived", event.by, text, data))
    return Decision(draft.effects(), Acted(incident.number))
