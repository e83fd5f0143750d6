"""Ways to reach people.

A module of this folder is the channel kind of its name; `contract.py` says what it has and may
have. What they share is here: what they may say, the messages they make, the outcomes they read.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from triaged.core.records.events import Refused, Scope, TryAgain, Verdict
from triaged.core.records.model import Incident, Page, PageKind
from triaged.core.records.two_way import Verb as Verb
from triaged.core.settings import Contact, Person
from triaged.core.text import wording
from triaged.core.text.document import IncidentDocument, incident_document, shortened
from triaged.core.text.facts import Facts, bare_facts
from triaged.core.text.letter import Letter, letter, plain
from triaged.core.time.durations import SECOND, format_duration, parse_duration
from triaged.wire import Secret

PACKAGE = __name__
ATTEMPT_S = 10.0
"""Time limit of an attempt in seconds, except for mail: RFC 5321 allows a server minutes."""

ANSWER_MAX = 64 * 1024
"""Bytes of an answer that are read: no verdict on a page needs more."""

StartTls = Literal["required", "offered", "never"]


class Button(msgspec.Struct, frozen=True):
    """A button of a message."""

    label: str
    verb: Verb
    value: str
    """Signed: the verb, the incident and its epoch; at most 48 characters of `A-Za-z0-9._-`."""


def attempt_s(text: str, most_s: float = ATTEMPT_S) -> float:
    """Seconds of a `timeout` setting; ValueError when it is none, or over `most_s`."""
    try:
        seconds = parse_duration(text) / SECOND
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= most_s:
        most = format_duration(int(most_s * SECOND))
        raise ValueError(f"timeout must be a duration of at most {most}, such as 5s")
    return seconds


class Notice(msgspec.Struct, frozen=True):
    """The content of a message: everything that a channel may put into it."""

    page: Page
    incident: Incident
    facts: Facts
    """What there is to say of the incident."""
    incident_json: IncidentDocument
    """The incident as JSON shows it; shortened when `plain`."""
    reader: Person | None
    """The person who reads it; None: the page goes straight to a channel."""
    contact: Contact | None
    timezone: str
    """The reader's time zone."""
    acknowledge_url: str | None
    """The address of the link that acknowledges; None for an update."""
    public_url: str
    buttons: tuple[Button, ...] = ()
    """Those of the state that the incident has, in order; none where nobody has to act."""
    also: tuple[Incident, ...] = ()
    """The incidents of other pages that the message stands for, the worst first; the channel's
    limits say whether there may be any (`bundle`)."""
    thread: str = ""
    """The message at this destination to which an update belongs, as `Delivered.ref` names it: it
    goes out as a reply where the provider has replies. Empty: none, and for every page."""
    reply_to: str = ""
    """The address to which a reply by mail acts for the reader; empty: there is none."""
    plain: bool = False
    """True when the full message could not be made: say only what cannot fail."""

    def subject(self) -> str:
        """One line for a person."""
        if self.plain:
            return wording.plain_subject(self.page)
        return wording.subject(self.page, self.incident)

    def thread_subject(self) -> str:
        """One line that stays the same for the life of the incident."""
        if self.plain:
            return wording.plain_subject(self.page)
        return wording.thread_subject(self.page, self.incident)

    def letter(self, at: int) -> Letter | None:
        """The message in its parts for a person who reads it at `at`; None when `plain`."""
        reading = wording.Reading(at, self.timezone, self.acknowledge_url)
        if self.plain:
            return None
        return replace(letter(self.page, self.facts, reading), also=self.also)

    def text(self, at: int) -> str:
        """The whole message for a person who reads it at `at`."""
        given = self.letter(at)
        if given is None:
            text = wording.plain_text(self.page, self.acknowledge_url)
            others = " ".join(incident.id for incident in self.also)
            return f"{text}It pages for these, too: {others}\n" if others else text
        return plain(given)

    @property
    def is_page(self) -> bool:
        """True for a page, which wants an answer; False for an update."""
        return self.page.kind is PageKind.PAGE


def simplified(notice: Notice) -> Notice:
    """The notice without anything that a stranger wrote, for when the full one cannot be made."""
    incident = replace(notice.incident, title="", text="", labels={}, key=(), runbook=None)
    few = shortened(incident_document(incident, notice.public_url), "")
    facts = bare_facts(incident)
    return replace(notice, incident=incident, facts=facts, incident_json=few, plain=True)


class HttpRequest(msgspec.Struct, frozen=True):
    """A request to make; redirects are never followed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float = ATTEMPT_S
    guarded: bool = False
    """True for an address that came through the API, which must not lead to a private network."""
    answer_max: int = ANSWER_MAX
    """Limit on the bytes of the answer that are read."""


class Mail(msgspec.Struct, frozen=True):
    """A mail to hand to a server."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    message: bytes
    """The whole message, lines ending in CRLF."""
    tls: bool = False
    """TLS from the first byte (smtps)."""
    starttls: StartTls = "offered"
    """`offered`: TLS where the server has it, whatever its certificate; `required`: TLS with a
    certificate that holds, or no mail."""
    ca: str = ""
    """PEM certificates that the server's must descend from; empty: those of the system."""
    hello: str = ""
    """Our name in EHLO; empty: the name of the host, or the address of the connection."""
    username: str = ""
    password: Secret | None = None
    timeout_s: float = ATTEMPT_S
    """Limit of the whole conversation; each of its stages has one of its own."""


class Reach(msgspec.Struct, frozen=True):
    """A connection to make, by which nothing is sent."""

    host: str
    port: int
    tls: bool
    timeout_s: float = ATTEMPT_S


class Line(msgspec.Struct, frozen=True):
    """A block of text for the console."""

    text: str
    severity: str = ""


class Program(msgspec.Struct, frozen=True):
    """A program to run, without a shell."""

    command: tuple[str, ...]
    """The program, an absolute path, and its arguments."""
    environment: Mapping[str, Secret]
    """All that it finds in its environment, besides PATH."""
    text: bytes
    """What it reads from its standard input."""
    timeout_s: float = ATTEMPT_S


class Relayed(msgspec.Struct, frozen=True):
    """A message for a service of which the library `apprise` knows how to reach it."""

    url: Secret
    title: str
    text: str
    is_page: bool
    timeout_s: float = ATTEMPT_S


Message = HttpRequest | Mail | Line | Reach | Program | Relayed


class HttpResponse(msgspec.Struct, frozen=True):
    """The answer of an HTTP server."""

    status: int
    headers: Mapping[str, str]
    """The header fields by name, in lower case."""
    body: bytes
    """The beginning of the body."""
    at: int = 0
    """The instant of the answer (µs UTC), from which a date in `Retry-After` counts."""


class MailStage(StrEnum):
    """The stage that a conversation with a mail server has reached."""

    CONNECTION = "the connection"
    GREETING = "its greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    MESSAGE = "the message"
    """DATA and what follows: the server may have the mail."""


OF_RECIPIENTS = frozenset({MailStage.RCPT, MailStage.MESSAGE})
"""Stages at which a server may be slow or unwilling because of a mailbox."""


class MailResult(msgspec.Struct, frozen=True):
    """The last reply of a mail server, and the recipients that it refused."""

    code: int
    text: str
    refused: Mapping[str, tuple[int, str]] = {}
    stage: MailStage = MailStage.MESSAGE
    """The stage to which the reply belongs."""


class Written(msgspec.Struct, frozen=True):
    """The console has written the text."""


class Reached(msgspec.Struct, frozen=True):
    """A probe made its connection."""


class Ended(msgspec.Struct, frozen=True):
    """A program has ended."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    output: str = ""
    """The beginning of what it wrote, one line without what is secret."""


class Taken(msgspec.Struct, frozen=True):
    """What `apprise` says of a message."""

    ok: bool
    status: int | None = None
    """The HTTP status that the service answered, where one was logged."""


class NoAnswer(msgspec.Struct, frozen=True):
    """There was no answer: no connection, a time-out, a cut."""

    error: str
    maybe_accepted: bool = False
    """True: the message was on its way, so the provider may have it."""
    permanent: bool = False
    """True: another attempt cannot help (forbidden address, invalid certificate)."""
    timed_out: bool = False
    """True: the attempt took all its time, so the next contact starts without another one."""
    scope: Scope = Scope.PROVIDER
    """The party whose failure it is: the provider or the recipient."""


Result = HttpResponse | MailResult | Written | Reached | Ended | Taken | NoAnswer


def verdict_without_answer(result: NoAnswer) -> Verdict:
    """The verdict on an attempt without an answer, on every channel."""
    if result.permanent:
        return Refused(result.error)
    return TryAgain(
        result.error,
        maybe_accepted=result.maybe_accepted,
        timed_out=result.timed_out,
        scope=result.scope,
    )


class Channel(Protocol):
    """A configured channel."""

    @property
    def name(self) -> str:
        """The channel's key under `channels`."""

    @property
    def kind(self) -> str:
        """The channel's kind: the name of a module of this folder."""

    @property
    def settings(self) -> object:
        """The settings: an instance of that module's `Settings`."""
