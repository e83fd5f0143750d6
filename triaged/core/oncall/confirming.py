"""The owner of a contact confirms that messages to it are read: by a code, a link, an answer.

That is no condition of being paged. A page that may reach nobody is better than none, so what is
not confirmed is paged as the configuration says, and is only named where somebody can act on it
(docs/decisions/0026).
"""

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.oncall.contact_states import (
    address_digest,
    contact_key,
    contact_of,
    new_state,
    state_of,
    why_off,
)
from triaged.core.records.answers import Acted, Conflict, RateLimited, RowSaved
from triaged.core.records.duty.contacts import (
    Confirmation,
    ContactCheck,
    ContactCheckWanted,
    ContactCodeGiven,
    ContactConfirmed,
    ContactState,
    contact_id,
)
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.model import Entry, Recipient
from triaged.core.response.duty_notices import notice
from triaged.core.response.paging import News, channel_of, update_row
from triaged.core.situation import Situation
from triaged.core.time.durations import HOUR, MINUTE

CODE_LIFE_US = 10 * MINUTE
"""Long enough for a mail that is held up, too short for a phone that was left somewhere."""

CONFIRM = "confirm-"
"""The kind of news that a code is; in a chat a button of the message confirms, too."""

TRIES_MAX = 5
"""Of a million codes: whoever guesses has one in 200,000."""

CODES_AN_HOUR = 3
"""A stranger whose number somebody has typed gets no more than these."""


def ask_for_code(situation: Situation, event: ContactCheckWanted) -> Decision:
    """Send a code to the contact; an older one is void."""
    settings, now = situation.settings, situation.now
    recipient = Recipient(event.person, event.contact)
    contact = contact_of(settings, event.person, event.contact)
    known = state_of(situation.view, settings, event.person, event.contact)
    identity = contact_id(event.person, event.contact)
    if contact is None or channel_of(settings, recipient) is None:
        return Decision((), Conflict(f"the channel of {identity} is not in the configuration"))
    if known is not None and known.verified_at is not None:
        return Decision((), Conflict(f"{identity} is confirmed already"))
    reason = why_off(situation.view, settings, recipient)
    if reason is not None:
        test = f"triaged oncall test {event.person} --contact {event.contact}"
        return Decision((), Conflict(f"{identity} is off: {reason}. A test switches it on: {test}"))
    row = known or new_state(event.person, event.contact, contact)
    sent_at = tuple(at for at in row.check.sent_at if now - at < HOUR)
    if len(sent_at) >= CODES_AN_HOUR:
        return Decision((), RateLimited(sent_at[0] + HOUR - now))
    check = ContactCheck(event.digest, now + CODE_LIFE_US, 0, (*sent_at, now))
    title = f"contact {event.contact} of {event.person} is to be confirmed"
    draft = Draft(notice(situation, contact_key(event.person, event.contact), title), opened=True)
    more = event.more or UNSET
    news = News(event.text, f"{CONFIRM}{len(sent_at)}", more, private=True)
    draft.send(update_row(situation, draft.incident, recipient, news))
    text = f"a code is sent to {identity}, so that its owner confirms it"
    draft.say(Entry(now, "contact.asked", event.by, text, _data(row)))
    effects = (SaveRow(replace(row, check=check)), *draft.effects())
    return Decision(effects, Acted(draft.incident.number))


def try_code(situation: Situation, event: ContactCodeGiven) -> Decision:
    """Confirm the contact if this is the code that was sent to it."""
    identity = contact_id(event.person, event.contact)
    row = state_of(situation.view, situation.settings, event.person, event.contact)
    check = None if row is None else row.check
    if row is None or check is None or not check.digest or situation.now >= check.ends_at:
        again = f"triaged oncall verify {event.person} --contact {event.contact}"
        text = f"no code for {identity} is valid; have one sent: {again}"
        return Decision((), Conflict(text))
    if event.digest == check.digest:
        return _confirmed(situation, row, "code", event.by)
    left = TRIES_MAX - check.failures - 1
    failed = replace(check, failures=check.failures + 1, digest=check.digest if left else "")
    more = f"{left} tries are left" if left else "have another one sent"
    refusal = Conflict(f"this is not the code that was sent to {identity}; {more}")
    return Decision((SaveRow(replace(row, check=failed)),), refusal)


def confirm(situation: Situation, event: ContactConfirmed) -> Decision:
    """Confirm the contact: its owner has answered from it."""
    settings = situation.settings
    contact = contact_of(settings, event.person, event.contact)
    identity = contact_id(event.person, event.contact)
    if contact is None or event.address not in ("", address_digest(contact)):
        return Decision((), Conflict(f"{identity} has another address now"))
    known = state_of(situation.view, settings, event.person, event.contact)
    if known is not None and known.verified_at is not None:
        return Decision((), RowSaved(identity))
    row = known or new_state(event.person, event.contact, contact)
    return _confirmed(situation, row, event.how, event.by)


def _confirmed(situation: Situation, row: ContactState, how: Confirmation, by: str) -> Decision:
    now = situation.now
    check = replace(row.check, digest="", ends_at=0, failures=0)
    done = replace(row, verified_at=now, verified_by=how, check=check)
    text = f"{row.id} is confirmed by {how}"
    draft = Draft(notice(situation, contact_key(row.person, row.contact), text), opened=True)
    draft.say(Entry(now, "contact.confirmed", by, text, _data(row) | {"how": how}))
    return Decision((SaveRow(done), *draft.effects()), RowSaved(row.id))


def _data(row: ContactState) -> dict[str, object]:
    return {"person": row.person, "contact": row.contact}
