"""The message of a page. A page goes out whatever is wrong with its content."""

from collections.abc import Iterable, Mapping

import msgspec
import structlog
from msgspec import UNSET
from msgspec.structs import replace

from triaged.access.action_links import Origin, act_link
from triaged.access.buttons import Act, value_of
from triaged.access.reply_addresses import reply_address
from triaged.channels import Button, Channel, Message, Notice, simplified
from triaged.channels.contract import CHANNELS
from triaged.core.oncall.confirming import CONFIRM
from triaged.core.records.answers import Send
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.model import Incident, Page, PageKind, State
from triaged.core.records.practice.drills import DESK
from triaged.core.records.two_way import Verb
from triaged.core.settings import Contact, Person, Settings
from triaged.core.text.document import incident_document
from triaged.core.text.facts import Evidence, Facts, bare_facts, facts_of
from triaged.core.text.standing import SEE_BELOW, standing
from triaged.core.text.wording import Reading
from triaged.errors import Malformed
from triaged.wire import Secret

BUTTONS: Mapping[State, tuple[Verb, ...]] = {
    State.OPEN: ("acknowledge", "escalate", "resolve"),
    State.ACKNOWLEDGED: ("take_over", "unacknowledge", "resolve"),
}
"""The buttons by state; any other has none."""

LABELS: Mapping[Verb, str] = {
    "acknowledge": "Acknowledge",
    "take_over": "Take over",
    "escalate": "Escalate",
    "resolve": "Resolve",
    "unacknowledge": "Give back",
    "verify": "It reaches me",
}

log = structlog.get_logger()


class Telling(msgspec.Struct, frozen=True):
    """Facts from which a message is made, besides the row of the outbox."""

    settings: Settings
    key: Secret
    """Of the links that act."""
    evidence: Evidence = Evidence()
    also: tuple[Incident, ...] = ()
    """The incidents of other pages that go in the same message."""
    moved: str = ""
    """The address of now, where the destination has moved."""
    plain: bool = False
    """Whether only what cannot be refused for its form is said."""
    thread: str = ""
    """The newest page to the same destination, as its provider calls it: updates go below it."""


def message_for(
    send: Send, channel: Channel, telling: Telling, now: int
) -> Message | Refused | TryAgain:
    """The message of an outbox row as of now, or why there can be none."""
    notice = notice_of(send, telling, now)
    if isinstance(notice, Refused | TryAgain):
        return notice
    return render(simplified(notice) if telling.plain else notice, channel, now)


def notice_of(send: Send, telling: Telling, now: int) -> Notice | Refused | TryAgain:
    """What the channel may say.

    `Refused` when the contact is gone, `TryAgain` when it is on another channel since the core said
    that the page may go: the next attempt goes there.
    """
    if send.refused is not None:
        return send.refused
    page, incident, settings = send.page, send.incident, telling.settings
    reader: Person | None = None
    contact: Contact | None = None
    if page.recipient.person:
        reader = settings.people.get(page.recipient.person)
    if page.recipient.person and page.recipient.contact != DESK:
        contact = reader.contacts.get(page.recipient.contact) if reader else None
        whom = f"{page.recipient.person}/{page.recipient.contact}"
        if contact is None:
            return Refused(f"{whom} is no longer a contact")
        if contact.channel != page.channel:
            return TryAgain(f"{whom} is no longer a contact on channel {page.channel}")
    if telling.moved:
        contact = Contact(page.channel, telling.moved)
    url: str | None = None
    asks = page.kind is PageKind.PAGE and page.wanted is UNSET
    if asks and settings.public_url:
        origin = Origin(settings.public_url, telling.key, settings.act_links)
        url = act_link(incident, page.recipient, origin, now)
    facts = facts_for(incident, telling, now)
    is_update = page.kind is PageKind.UPDATE
    can_reply = asks and not page.test and reader is not None
    return Notice(
        page=page,
        incident=incident,
        facts=facts,
        incident_json=incident_document(incident, settings.public_url, facts=facts),
        reader=reader,
        contact=contact,
        timezone=reader.timezone if reader else settings.timezone,
        acknowledge_url=url,
        public_url=settings.public_url,
        also=telling.also,
        buttons=_buttons_of(page, incident, telling.key),
        thread=telling.thread if is_update else "",
        reply_to=_reply_to(incident, page.recipient.person, telling, now) if can_reply else "",
    )


def _reply_to(incident: Incident, person: str, telling: Telling, now: int) -> str:
    """The address to which a reply by mail acts for a person; empty: replies are not read."""
    mailbox = telling.settings.replies_to
    return reply_address(mailbox, incident, person, telling.key, now) if mailbox else ""


def edited_notice(
    send: Send, telling: Telling, now: int, *, is_last: bool
) -> Notice | Refused | TryAgain:
    """What a message says once the incident has changed; `is_last`: no newer one followed it.

    A page that is still wanted stays one; any other message says what has become of it.
    """
    page, incident, settings = send.page, send.incident, telling.settings
    person = settings.people.get(page.recipient.person)
    reading = Reading(now, person.timezone if person else settings.timezone)
    page = replace(page, subject="", possible_duplicate=False)
    if not is_last:
        page = replace(page, kind=PageKind.UPDATE, subject=SEE_BELOW)
    elif incident.state is not State.OPEN:
        words = standing(incident, settings, reading)
        page = replace(page, kind=PageKind.UPDATE, subject=words)
    notice = notice_of(Send(page, incident), telling, now)
    if isinstance(notice, Notice):
        buttons = buttons_of(incident, telling.key) if is_last and page.wanted is UNSET else ()
        return replace(notice, buttons=buttons, thread="")
    return notice


def _buttons_of(page: Page, incident: Incident, key: Secret) -> tuple[Button, ...]:
    """The buttons of a message: of a page to act, of a test or a code to confirm the contact."""
    if page.test or page.target.startswith(CONFIRM):
        return _made(incident, ("verify",), key)
    asks = page.kind is PageKind.PAGE and page.wanted is UNSET
    return buttons_of(incident, key) if asks else ()


def buttons_of(incident: Incident, key: Secret) -> tuple[Button, ...]:
    """The buttons of the state that an incident has."""
    return _made(incident, BUTTONS.get(incident.state, ()), key)


def _made(incident: Incident, verbs: Iterable[Verb], key: Secret) -> tuple[Button, ...]:
    shown = incident.escalation.step_id
    found: list[Button] = []
    for verb in verbs:
        value = value_of(Act(verb, incident.number, shown), key)
        if value is not None:
            found.append(Button(LABELS[verb], verb, value))
    return tuple(found)


def facts_for(incident: Incident, telling: Telling, now: int) -> Facts:
    """The facts; those of the row alone where the rest trips us: a page goes out whatever it is."""
    try:
        return facts_of(incident, telling.evidence, telling.settings, now)
    except Exception:
        log.exception("page.facts_failed", incident=incident.id)
        return bare_facts(incident)


def render(notice: Notice, channel: Channel, now: int) -> Message | Refused:
    """The message; a plain one when the full one cannot be made."""
    request = CHANNELS.load(channel.kind).request
    try:
        return request(notice, channel.settings, now)
    except Malformed as error:
        return Refused(str(error))
    except Exception:
        log.exception("page.simplified", page=notice.page.id, channel=channel.name)
    try:
        return request(simplified(notice), channel.settings, now)
    except Exception as error:
        log.exception("page.render_failed", page=notice.page.id, channel=channel.name)
        return Refused(f"no message can be made: {type(error).__name__}")
