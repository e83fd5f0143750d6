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
from triaged.core.settings import Contact, Person
from triaged.core.text import wording
from triaged.core.text.document import IncidentDocument, incident_document, shortened
from triaged.core.time.durations import SECOND, format_duration, parse_duration
from triaged.wire import Secret

PACKAGE = __name__
ATTEMPT_S = 10.0
"""Limit of an attempt at anything but a mail server, which RFC 5321 allows minutes."""

StartTls = Literal["required", "offered", "never"]


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
    """All that a channel may say."""

    page: Page
    incident: Incident
    incident_json: IncidentDocument
    """The incident as JSON shows it; shortened when `plain`."""
    reader: Person | None
    """None: the page goes straight to a channel."""
    contact: Contact | None
    timezone: str
    """The reader's."""
    acknowledge_url: str | None
    """None for an update."""
    public_url: str
    plain: bool = False
    """True when the full message could not be made: say only what cannot fail."""

    def subject(self) -> str:
        """One line for a person."""
        if self.plain:
            return wording.plain_subject(self.page)
        return wording.subject(self.page, self.incident)

    def text(self, at: int) -> str:
        """The whole message for a person who reads it at `at`."""
        if self.plain:
            return wording.plain_text(self.page, self.acknowledge_url)
        reading = wording.Reading(at, self.timezone, self.acknowledge_url)
        return wording.text(self.page, self.incident, reading)

    @property
    def is_page(self) -> bool:
        """Whether an answer is wanted."""
        return self.page.kind is PageKind.PAGE


def simplified(notice: Notice) -> Notice:
    """The notice without anything that a stranger wrote, for when the full one cannot be made."""
    incident = replace(notice.incident, title="", labels={}, key=(), runbook=None)
    few = shortened(incident_document(incident, notice.public_url), "")
    return replace(notice, incident=incident, incident_json=few, plain=True)


class HttpRequest(msgspec.Struct, frozen=True):
    """A request to make; redirects are never followed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float = ATTEMPT_S
    guarded: bool = False
    """True for an address that came through the API: it must not lead to a private network."""


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
    """Our name in EHLO; empty: the host's, or the address of the connection."""
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


Message = HttpRequest | Mail | Line | Reach


class HttpResponse(msgspec.Struct, frozen=True):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    """Names lower-case."""
    body: bytes
    """Its beginning."""
    at: int = 0
    """When it came (µs UTC): a date in `Retry-After` counts from it."""


class MailStage(StrEnum):
    """How far a conversation with a mail server is."""

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
    """What the mail server said: its last reply, and whom of several it refused."""

    code: int
    text: str
    refused: Mapping[str, tuple[int, str]] = {}
    stage: MailStage = MailStage.MESSAGE
    """What the reply answers."""


class Written(msgspec.Struct, frozen=True):
    """The console has it."""


class Reached(msgspec.Struct, frozen=True):
    """There was a connection."""


class NoAnswer(msgspec.Struct, frozen=True):
    """There was no answer: no connection, a time-out, a cut."""

    error: str
    maybe_accepted: bool = False
    """The message was on its way when it happened."""
    permanent: bool = False
    """Trying again cannot help: a forbidden address, a certificate that does not hold."""
    timed_out: bool = False
    """It took all its time: the next contact must not wait for another attempt."""
    scope: Scope = Scope.PROVIDER
    """Whose failure it is."""


Result = HttpResponse | MailResult | Written | Reached | NoAnswer


def verdict_without_answer(result: NoAnswer) -> Verdict:
    """What no answer means, on every channel."""
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
        """Its key under `channels`."""

    @property
    def kind(self) -> str:
        """The module of this folder that it is of."""

    @property
    def settings(self) -> object:
        """A `Settings` of that module."""
