"""`twilio_voice`: calls that speak a page and take a key; https://www.twilio.com/docs/voice/api.

4 acknowledges, 5 escalates, 6 resolves, 1 repeats, the star ends the call. A call that was answered
acknowledges nothing, for a mailbox answers as well: only a key does.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from triaged.channels import Button, HttpRequest, Notice, Reach, Verb
from triaged.channels.common.calling_back import callback_url
from triaged.channels.common.chat import destination, one_address
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.telephone import twilio, twiml
from triaged.channels.common.telephone.spoken import SPOKEN_MAX, digits, spoken
from triaged.channels.common.telephone.twilio import NUMBER, Account, error_of, posted, verified
from triaged.channels.common.two_way import (
    Callback,
    Called,
    Handshake,
    HttpReply,
    Press,
    Receipt,
    ReceiptState,
    Reply,
    Typed,
)
from triaged.core.text.wording import TITLE_MAX, clean, page_mark
from triaged.core.time.durations import SECOND
from triaged.errors import Malformed

self_test, self_tested, verdict = twilio.self_test, twilio.self_tested, twilio.verdict
"""The same for messages and calls."""

KEYS: Mapping[str, tuple[tuple[Verb, str], ...]] = {
    "4": (("acknowledge", "acknowledge"), ("take_over", "take it over"), ("verify", "confirm")),
    "5": (("escalate", "escalate"),),
    "6": (("resolve", "resolve"),),
}
"""What each key can do, the first of which there is a button."""

LIMITS = Limits(all=(Rate(10, 10 * SECOND),), each=(Rate(1, 30 * SECOND),), bundle=10)
"""An account begins one call in a second, unless it asks for more
(https://www.twilio.com/docs/voice/api/call-resource); a second call finds the line busy."""

REPEAT, END = "1", "*"
TIMES = 3
"""How often a call says what it has to say before it ends."""

WAIT_S = 10
"""For a key, after the last word."""

TWIML_MAX = 4000
"""Characters that Twilio takes with a call."""

SLOW = "It takes long. Look whether it was done."
LAST_WORDS = "Goodbye. Nothing was changed."

ENDED: Mapping[str, str] = {
    "busy": "the line was busy",
    "no-answer": "nobody answered",
    "failed": "the call failed",
    "canceled": "the call was cancelled",
}
"""Ends of calls that nobody took."""


class Settings(Account, frozen=True, kw_only=True):
    """Keys of a channel of kind `twilio_voice`."""

    sender: str = msgspec.field(name="from")
    """Number of the account from which calls come."""
    language: str = "en-US"
    """Language of the voice. What is said around an alert is English."""
    ring: int = 30
    """Seconds for which a telephone rings: 5 to 60. A mailbox often answers after 25."""

    def __post_init__(self) -> None:
        """Refuse settings with which nobody could be called. Raises ValueError."""
        super().__post_init__()
        if not NUMBER.fullmatch(self.sender):
            raise ValueError("from must be a number such as +4915112345678")
        if not 5 <= self.ring <= 60:
            raise ValueError("ring must be 5 to 60 seconds")
        if not self.language.replace("-", "").isalnum() or not self.language.isascii():
            raise ValueError("language must be a language tag such as en-GB")


def addresses_of(text: str) -> tuple[str, ...]:
    """The number that `text` is."""
    return one_address(text, NUMBER)


def own_address(settings: Settings) -> str:
    """The number of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The call of a notice. Raises `Malformed`."""
    form = {
        "To": destination(notice, settings.to, NUMBER),
        "From": settings.sender,
        "Timeout": str(settings.ring),
        "Twiml": _document(notice, settings),
    }
    if url := callback_url(notice):
        form["StatusCallback"] = url
    return posted(settings, "Calls", form)


def _document(notice: Notice, settings: Settings) -> str:
    keys = _keys(notice)
    text = _text(notice, _menu(notice, keys))
    query = {key: button.value for key, (button, _) in keys.items()}
    if notice.also:
        query["also"] = " ".join(str(each.number) for each in notice.also)
    url = callback_url(notice, query | {"say": text, "time": "1"})
    if not keys or not url:
        return twiml.response(twiml.say(text, settings.language)).decode()
    made = _asking(url, text, settings)
    assert len(made) <= TWIML_MAX, "the text is short, and so are the values of buttons"
    return made.decode()


def _asking(url: str, text: str, settings: Settings) -> bytes:
    said = twiml.say(text, settings.language)
    return twiml.response(twiml.gather(url, WAIT_S, said))


def _keys(notice: Notice) -> dict[str, tuple[Button, str]]:
    """The keys that do something now, with the button that each presses and its word."""
    buttons = {button.verb: button for button in notice.buttons}
    found = {}
    for key, verbs in KEYS.items():
        first = next((each for each in verbs if each[0] in buttons), None)
        if first is not None:
            found[key] = (buttons[first[0]], first[1])
    if notice.also:
        return {key: (found[key][0], "acknowledge all") for key in ("4",) if key in found}
    return found


def _menu(notice: Notice, keys: Mapping[str, tuple[Button, str]]) -> str:
    """What to press; empty for what wants no answer."""
    if keys and callback_url(notice):
        choices = [f"{key} to {word}" for key, (_, word) in keys.items()]
        return f"Press {', '.join([*choices, f'{REPEAT} to repeat'])}."
    asks = notice.acknowledge_url is not None and not notice.page.test
    return "Acknowledge it at your computer." if asks else ""


def _text(notice: Notice, menu: str) -> str:
    """Gives `Severity 1. checkout is down. Incident 1 2. Press 4 to acknowledge, …`."""
    page, incident = notice.page, notice.incident
    mark = page_mark(page)
    head = {"": "", "[TEST] ": "This is a test. "}.get(mark, "This is a drill. ")
    number = f"Incident {digits(incident.number)}."
    number += f" And {len(notice.also)} more." if notice.also else ""
    number += " This is a possible duplicate." if page.possible_duplicate else ""
    title = "" if notice.plain else clean(incident.title.removeprefix(mark), TITLE_MAX)
    news = "" if notice.plain else clean(page.subject, TITLE_MAX)
    what = ". ".join(part for part in (news, title) if part)
    severity = f"Severity {incident.severity.removeprefix('SEV-')}."
    room = SPOKEN_MAX - len(head) - len(severity) - len(number) - len(menu) - 4
    words = spoken(what, room).rstrip(".")
    parts = (f"{head}{severity}", f"{words}." if words else "", number, menu)
    return " ".join(part for part in parts if part)


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """The key that somebody pressed, or how a call has ended.

    Raises `Unauthorized`, and `Malformed` for what is neither.
    """
    form = verified(callback, settings)
    query = dict(parse_qsl(urlsplit(callback.url).query))
    if "CallSid" not in form:
        raise Malformed("wrong_shape", "a call is expected")
    if "time" in query:
        return (_pressed(form, query, callback.url, settings), *_others(form, query))
    return tuple(_ended(form))


def _pressed(
    form: Mapping[str, str], query: Mapping[str, str], url: str, settings: Settings
) -> Called:
    key = form.get("Digits", "")
    if key in KEYS and key in query:
        return Press(form.get("To", ""), query[key], form["CallSid"])
    time = int(query["time"]) if query["time"] in {str(n) for n in range(1, TIMES)} else TIMES
    if key == END or time == TIMES:
        said = twiml.say(LAST_WORDS, settings.language)
        return Handshake(twiml.response(said, twiml.HANG_UP), twiml.CONTENT_TYPE)
    again = urlsplit(url)._replace(query=urlencode({**query, "time": str(time + 1)}))
    text = query.get("say", "")[:SPOKEN_MAX]
    return Handshake(_asking(again.geturl(), text, settings), twiml.CONTENT_TYPE)


def _others(form: Mapping[str, str], query: Mapping[str, str]) -> Iterator[Called]:
    """What the key does to the other incidents of the page."""
    if form.get("Digits") == "4" and "4" in query:
        for number in query.get("also", "").split():
            call = f"{form['CallSid']}/{number}"
            yield Typed(form.get("To", ""), f"ack INC-{number}", id=call)


def _ended(form: Mapping[str, str]) -> Iterator[Called]:
    status = form.get("CallStatus", "")
    if form.get("Direction") == "inbound":
        return  # somebody calls our number: there is nothing to say to them
    if status == "completed":
        yield Receipt(form["CallSid"], ReceiptState.DELIVERED)
    elif status in ENDED:
        error, is_permanent = error_of(form)
        why = f"{ENDED[status]}: {error}" if form.get("ErrorCode") else ENDED[status]
        yield Receipt(form["CallSid"], ReceiptState.FAILED, why, is_permanent)


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:
    """The words are spoken, and the call ends."""
    match called:
        case Handshake():
            return HttpReply(200, called.body, called.content_type)
        case Press():
            said = twiml.say(spoken(reply.text or SLOW), settings.language)
            body = twiml.response(said, twiml.HANG_UP)
            return HttpReply(200, body, twiml.CONTENT_TYPE)
        case Receipt():
            return HttpReply(204)
        case _:
            return HttpReply(200, twiml.NOTHING, twiml.CONTENT_TYPE)
