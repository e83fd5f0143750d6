"""Ways to reach people. A module in this folder *is* the channel kind of its name.

A module gives `Settings` (the keys of `channels.<name>` beyond `kind`), `request(notice, settings,
at)`, the message as a value, and `verdict(result)`, what its outcome means. It does not send:
`delivery/` does, so that time-outs, TLS, redaction and the guard are in one place.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec
from msgspec.structs import replace

from triaged.core.records.events import Refused, TryAgain, Verdict
from triaged.core.records.model import Incident, Page, PageKind
from triaged.core.settings import Contact, Person
from triaged.core.text import wording
from triaged.core.text.document import IncidentDocument, incident_document, shortened
from triaged.core.time.durations import SECOND, parse_duration
from triaged.wire import Secret

PACKAGE = __name__
ATTEMPT_S = 10.0
"""No attempt takes longer: the lease of a page is 15 s, so a verdict comes before its end."""


def attempt_s(text: str) -> float:
    """Seconds of a `timeout` setting; ValueError when it is none, or longer than an attempt."""
    try:
        seconds = parse_duration(text) / SECOND
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= ATTEMPT_S:
        raise ValueError(f"timeout must be a duration of at most {ATTEMPT_S:.0f}s, such as 5s")
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
    starttls: bool | None = None
    """True: required; False: never; None: when the server offers it."""
    username: str = ""
    password: Secret | None = None
    timeout_s: float = ATTEMPT_S


class Line(msgspec.Struct, frozen=True):
    """A block of text for the console."""

    text: str
    severity: str = ""


Message = HttpRequest | Mail | Line


class HttpResponse(msgspec.Struct, frozen=True):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    """Names lower-case."""
    body: bytes
    """Its beginning."""
    at: int = 0
    """When it came (µs UTC): a date in `Retry-After` counts from it."""


class MailResult(msgspec.Struct, frozen=True):
    """What the mail server said: its last reply, and whom of several it refused."""

    code: int
    text: str
    refused: Mapping[str, tuple[int, str]] = {}


class Written(msgspec.Struct, frozen=True):
    """The console has it."""


class NoAnswer(msgspec.Struct, frozen=True):
    """There was no answer: no connection, a time-out, a cut."""

    error: str
    maybe_accepted: bool = False
    """The message was on its way when it happened."""
    permanent: bool = False
    """Trying again cannot help: a forbidden address, a certificate that does not hold."""


Result = HttpResponse | MailResult | Written | NoAnswer


def verdict_without_answer(result: NoAnswer) -> Verdict:
    """What no answer means, on every channel."""
    if result.permanent:
        return Refused(result.error)
    return TryAgain(result.error, maybe_accepted=result.maybe_accepted)


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
