"""Replies to pages: the first line is one word, and does what it says for whoever was paged."""

from collections.abc import Callable, Mapping

from triaged.access.reply_addresses import replied
from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.two_way import Pressed, Verb
from triaged.engine.engine import Engine
from triaged.mail_in.contract import Accepted, Outcome, Rejected
from triaged.mail_in.message import Mail
from triaged.wire import Secret

WORDS: Mapping[str, Verb] = {
    "ack": "acknowledge",
    "acknowledge": "acknowledge",
    "acknowledged": "acknowledge",
    "take": "take_over",
    "escalate": "escalate",
    "resolve": "resolve",
    "resolved": "resolve",
}
WRONG_WORD = "the first line has to be one word: ack, take, escalate or resolve"
UNKNOWN = "this address is that of no page, or of one that is too old"


def verb_of(text: str) -> Verb | None:
    """The verb that the first line of a reply is, if it is one word."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return WORDS.get(line.strip().rstrip(".!,").lower())


class ReplyMail:
    """Acts for people who reply to their pages."""

    def __init__(
        self, engine: Engine, clock: Clock, key: Secret, current: Callable[[], Configuration]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._key = key
        self._current = current

    async def take(self, mail: Mail, tag: str) -> Outcome:
        """Do what the reply says. One that can do nothing goes back to its sender, with the reason.

        The same reply may come again: what it did is done, and the answer is the same.
        """
        people = self._current().settings.people
        allowed = replied(tag, people, self._key, self._clock.now())
        if allowed is None:
            return Rejected(UNKNOWN)
        verb = verb_of(mail.text)
        if verb is None:
            return Rejected(WRONG_WORD)
        event = Pressed(allowed.incident, allowed.person, verb, allowed.shown)
        (answer,) = await self._engine.submit([event], urgent=True)
        match answer:
            case Acted():
                return Accepted()
            case Conflict(detail=detail, holder=holder):
                told = f"{detail}; {holder} has it" if holder and holder not in detail else detail
                return Rejected(told.encode("ascii", "replace").decode())
            case Unknown(detail=detail):
                return Rejected(detail)
            case _:
                return Rejected("nothing was done")
