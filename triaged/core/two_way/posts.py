"""Messages that providers keep: which of them is edited, and when.

An edit notifies nobody, and nothing waits for one: it is a request below all pages, of which only
the newest for an incident and a channel goes.
"""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.model import Incident, Page, PageKind, Recipient, State
from triaged.core.records.practice.requests import CONFIRM, EDIT, Request
from triaged.core.records.two_way import MessagesEdited, PostedMessage
from triaged.core.response.paging import channel_of
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, MINUTE, SECOND

LANE = "message/"

CONFIRM_AFTER_US, CONFIRM_LIFE_US = 5 * SECOND, MINUTE
"""A provider that queues a message has done with it in seconds, or there is trouble."""

EDIT_LIFE_US = 7 * DAY
"""An edit that could not be made for so long is of no use to anybody."""


def posted(situation: Situation, draft: Draft, page: Page, ref: str) -> None:
    """Keep what a provider calls a message, where the message can be edited or answered."""
    settings = situation.settings
    if not ref or page.test or page.channel not in settings.edited | settings.heard:
        return
    if page.channel in settings.confirmed:
        draft.add(_question(situation, page, ref))
    is_edited = page.kind is PageKind.PAGE and page.channel in settings.edited
    row = PostedMessage(
        id=page.id,
        incident=page.incident,
        channel=page.channel,
        destination=destination_of(settings, page.recipient),
        ref=ref,
        posted_at=situation.now,
        edited=is_edited,
    )
    draft.add(SaveRow(row))
    if is_edited and _is_out_of_date(situation, draft.incident, page.channel):
        draft.add(_edit(situation, draft.incident, page.channel))


def _question(situation: Situation, page: Page, ref: str) -> Effect:
    """The request that asks what became of a page or update."""
    now = situation.now
    request = Request(
        id=f"{page.id}/confirm/{page.attempts}",
        incident=page.incident,
        kind=CONFIRM,
        lane=f"{LANE}{page.channel}",
        created_at=now,
        due_at=now + CONFIRM_AFTER_US,
        gives_up_at=now + CONFIRM_LIFE_US,
        body={"page": page.id, "ref": ref},
    )
    return SaveRow(request)


def destination_of(settings: Settings, recipient: Recipient) -> str:
    """The address of a recipient; empty: that of the channel."""
    person = settings.people.get(recipient.person)
    contact = None if person is None else person.contacts.get(recipient.contact)
    return "" if contact is None else contact.to


def _is_out_of_date(situation: Situation, incident: Incident, channel: str) -> bool:
    """True if a message of the channel may say now what does not hold: this one, or one before."""
    settings = situation.settings
    before = any(channel_of(settings, each) == channel for each in incident.told)
    return before or incident.state is not State.OPEN


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Have the messages about an incident say what it is now."""
    after = draft.incident
    if before is None or not situation.settings.edited or not shows(before, after):
        return
    channels = {channel_of(situation.settings, each) for each in after.told}
    for channel in sorted(situation.settings.edited & channels):
        draft.add(_edit(situation, after, channel))


def shows(before: Incident, after: Incident) -> bool:
    """True if a message shows the change."""
    return (
        before.state is not after.state
        or before.severity is not after.severity
        or before.acknowledged_by != after.acknowledged_by
        or before.merged_into != after.merged_into
        or before.escalation.step_id != after.escalation.step_id
    )


def _edit(situation: Situation, incident: Incident, channel: str) -> Effect:
    """The request to edit the messages of an incident on a channel; of several the newest goes."""
    now, topic = situation.now, f"{incident.id}/message/{channel}"
    request = Request(
        id=f"{topic}/{now}.{incident.entries}",
        incident=incident.number,
        kind=EDIT,
        lane=f"{LANE}{channel}",
        created_at=now,
        due_at=now,
        gives_up_at=now + EDIT_LIFE_US,
        topic=topic,
    )
    return SaveRow(request)


def edited(situation: Situation, event: MessagesEdited) -> Decision:
    """Keep what messages say now."""
    rows: list[Effect] = []
    for edit in event.edits:
        known = situation.view.row(PostedMessage, edit.id)
        if known is not None:
            rows.append(SaveRow(replace(known, ref=edit.ref, rendered=edit.rendered)))
    return Decision(tuple(rows))
