"""`twilio_sms`: pages by SMS, answered by SMS; https://www.twilio.com/docs/messaging/api.

A page takes one segment. `12a` acknowledges INC-12, `12e` escalates it, `12r` resolves it, `a`
acknowledges what paged the sender last and `aa` all of it. STOP switches the number off.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET

from triaged.channels import HttpRequest, Notice, Reach
from triaged.channels.common.calling_back import callback_url
from triaged.channels.common.chat import destination, one_address
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.telephone import twilio, twiml
from triaged.channels.common.telephone.gsm7 import fitted, plain
from triaged.channels.common.telephone.twilio import (
    NUMBER,
    STOPPED,
    Account,
    error_of,
    posted,
    verified,
)
from triaged.channels.common.two_way import (
    DEFERRED,
    Callback,
    Called,
    HttpReply,
    OptedIn,
    OptedOut,
    Receipt,
    ReceiptState,
    Reply,
    Typed,
)
from triaged.core.text.wording import TITLE_MAX, clean, page_mark, plain_subject
from triaged.core.time.durations import SECOND
from triaged.errors import Malformed

self_test, self_tested, verdict = twilio.self_test, twilio.self_tested, twilio.verdict
"""The same for messages and calls."""

LIMITS = Limits(all=(Rate(10, 10 * SECOND),), bundle=10)
"""A long number sends one segment in a second; what is more waits at Twilio, where nobody sees it:
https://www.twilio.com/docs/messaging/guides/scaling-queueing-latency"""

SEGMENTS_OF_TEXT = 3
"""Segments of a page for several incidents, of an update with a text of its own, of an answer."""

REFUSALS_AN_HOUR = 5
"""Whoever types what is not understood learns it from a few messages, or never."""

REPLY_MAX = 480
"""Characters of a reply that are read: what is longer is a note, and those are short."""

LINK = re.compile(r"(?:[^.!?:]*:)?\s*\S+://\S+")
"""`Or open this: https://…`"""

STOP = frozenset("stop stopall unsubscribe cancel end quit optout revoke".split())
START = frozenset("start yes unstop".split())
"""Whole messages that Twilio acts upon by itself, before it tells us:
https://help.twilio.com/articles/223134027"""

COMMANDS: Mapping[str, str] = {
    "a": "ack",
    "ack": "ack",
    "e": "escalate",
    "esc": "escalate",
    "escalate": "escalate",
    "r": "resolve",
    "resolve": "resolve",
    "t": "take",
    "take": "take",
}
LAST, ALL = "ack last", "ack all"
_SHORT = re.compile(r"(?:inc-?\s*)?(\d{1,9})\s*([a-z]+)|([a-z]+)\s*(?:inc-?\s*)?(\d{1,9})", re.I)

STATES: Mapping[str, ReceiptState] = {
    "sent": ReceiptState.SENT,
    "delivered": ReceiptState.DELIVERED,
    "read": ReceiptState.READ,
    "undelivered": ReceiptState.FAILED,
    "failed": ReceiptState.FAILED,
}
"""Those of https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
that say more than that Twilio is at work."""


class Settings(Account, frozen=True, kw_only=True):
    """Keys of a channel of kind `twilio_sms`."""

    sender: str = msgspec.field(name="from")
    """Number of the account from which messages come, or the SID of a messaging service (`MG…`)."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        super().__post_init__()
        if not NUMBER.fullmatch(self.sender) and not re.fullmatch(
            r"MG[0-9a-fA-F]{32}", self.sender
        ):
            raise ValueError("from must be a number such as +4915112345678, or MG and 32 digits")


def addresses_of(text: str) -> tuple[str, ...]:
    """The number that `text` is."""
    return one_address(text, NUMBER)


def own_address(settings: Settings) -> str:
    """The number of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The message of a notice. Raises `Malformed`."""
    to = destination(notice, settings.to, NUMBER)
    return _message(to, _text(notice), settings, callback_url(notice))


def _message(to: str, text: str, settings: Settings, status_url: str = "") -> HttpRequest:
    kind = "From" if NUMBER.fullmatch(settings.sender) else "MessagingServiceSid"
    form = {"To": to, "Body": text, kind: settings.sender}
    if status_url:
        form["StatusCallback"] = status_url
    return posted(settings, "Messages", form)


def _text(notice: Notice) -> str:
    """`SEV-1 checkout is down INC-12 Reply 12a=ack 12e=escalate`."""
    page, incident = notice.page, notice.incident
    tail = " (possible duplicate)" if page.possible_duplicate else ""
    if notice.plain:
        return f"{plain_subject(page)}{tail}{_also(notice)}{_hint(notice)}"
    mark = page_mark(page)
    title = clean(incident.title.removeprefix(mark), TITLE_MAX)
    news = f"{clean(page.subject, TITLE_MAX)}: " if page.subject else ""
    if page.text is not UNSET:
        head = plain(f"{mark}{incident.severity} {incident.id} {news}")
        return fitted(head, plain(_without_links(page.text)), tail, SEGMENTS_OF_TEXT)
    tail = f" {incident.id}{tail}{_also(notice)}{_hint(notice)}"
    if notice.also:
        return fitted(f"{mark}{incident.severity} ", plain(title), tail, SEGMENTS_OF_TEXT)
    return fitted(f"{mark}{incident.severity} ", plain(f"{news}{title}"), tail)


def _also(notice: Notice) -> str:
    """The incidents of other pages that the message stands for."""
    others = ", ".join(f"{one.severity} {one.id}" for one in notice.also)
    return f" and {others}" if others else ""


def _hint(notice: Notice) -> str:
    """What to reply; at what terminal, where Twilio does not reach us; nothing for an update."""
    if notice.acknowledge_url is None or notice.page.test:
        return ""
    incident = notice.incident
    if not callback_url(notice):
        return f" Ack: triaged incident ack {incident.id}"
    if notice.also:
        return f" Reply aa=ack all {incident.number}a=ack the first"
    return f" Reply {incident.number}a=ack {incident.number}e=escalate"


def _without_links(text: str) -> str:
    """A text of ours, whose links would be longer than the rest, with what leads up to them."""
    words = " ".join(LINK.sub("", text).split())
    return words.replace(" .", ".")


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What became of a message, or what somebody has replied.

    Raises `Unauthorized`, and `Malformed` for what is neither.
    """
    form = verified(callback, settings)
    if "MessageStatus" in form:
        return tuple(_receipts(form))
    if not NUMBER.fullmatch(form.get("From", "")) or "Body" not in form:
        raise Malformed("wrong_shape", "a message from a number, or the state of one, is expected")
    return tuple(
        _incoming(form["From"], clean(form["Body"], REPLY_MAX), form.get("MessageSid", ""))
    )


def _receipts(form: Mapping[str, str]) -> Iterator[Called]:
    state = STATES.get(form["MessageStatus"])
    ref = form.get("MessageSid", "")
    if state is None or not ref:
        return
    if state is not ReceiptState.FAILED:
        yield Receipt(ref, state)
        return
    error, is_permanent = error_of(form)
    yield Receipt(ref, state, error, is_permanent)
    if form.get("ErrorCode") == str(STOPPED) and NUMBER.fullmatch(form.get("To", "")):
        yield OptedOut(form["To"], "it has sent STOP")


def _incoming(account: str, text: str, sid: str) -> Iterator[Called]:
    word = text.lower()
    if word in STOP:
        yield OptedOut(account, f"it has sent {word.upper()}")
    elif word in START:
        yield OptedIn(account)
    elif text:
        yield Typed(account, command_of(text), id=sid)


def command_of(text: str) -> str:
    """The command that a reply stands for; the reply itself where it is no short form."""
    word = text.strip().lower().rstrip(".!")
    if word == "a":
        return LAST
    if word == "aa":
        return ALL
    if short := _SHORT.fullmatch(word):
        number, letters = (short[1], short[2]) if short[1] else (short[4], short[3])
        if (command := COMMANDS.get(letters)) is not None:
            return f"{command} INC-{int(number)}"
    return text


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """The words go back as a message, but not to strangers: each message is paid for."""
    match called:
        case Receipt():
            return HttpReply(204)
        case Typed() if reply.text and not reply.is_stranger:
            text = fitted("", plain(_without_links(reply.text)), "", SEGMENTS_OF_TEXT)
            if DEFERRED in called.back:
                return HttpReply(later=_message(called.account, text, settings))
            body = twiml.response(twiml.message(text))
            return HttpReply(200, body, twiml.CONTENT_TYPE)
        case _:
            return HttpReply(200, twiml.NOTHING, twiml.CONTENT_TYPE)
