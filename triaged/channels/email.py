"""`email`: plain text and HTML by SMTP, all mail of an incident in one thread.

Threading: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4; `Auto-Submitted`:
https://www.rfc-editor.org/rfc/rfc3834#section-5; replies:
https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, parseaddr
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import msgspec
from msgspec.structs import replace

from triaged.channels import (
    OF_RECIPIENTS,
    Mail,
    MailResult,
    MailStage,
    NoAnswer,
    Notice,
    Result,
    StartTls,
    attempt_s,
    verdict_without_answer,
)
from triaged.channels.common.headers import LINE_MAX, address_field, field, mailbox
from triaged.channels.common.mail_html import mail_html
from triaged.core.records.events import Delivered, Refused, Scope, TryAgain, Verdict
from triaged.core.text.letter import plain
from triaged.core.text.wording import clean
from triaged.errors import Malformed
from triaged.wire import Secret

RECIPIENTS_MAX = 20
"""A contact is a person; more than a few addresses belong in a list of the mail server's."""

TIMEOUT_MAX_S = 1800.0
"""RFC 5321 (4.5.3.2) allows ten minutes for the reply to a message alone."""

PROBE_S = 30.0
"""For a test of the server, at whose end somebody waits."""

_HELLO = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[(IPv6:)?[0-9A-Fa-f:.]+\]")

CLOSING = 421
"""The server ends the conversation, and does not say on whose account."""

REPLY = "Or reply with one word: ack, take, escalate or resolve."
ERROR_MAX = 200
PORTS = {"smtp": 25, "smtps": 465}
SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""Not every server on the way has 8BITMIME."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `email`."""

    smtp: str
    """Mail server: `smtp://host[:port]` (port 25 by default) or `smtps://host[:port]` (465)."""
    sender: str = msgspec.field(name="from")
    """Address from which mail comes, and to which replies go."""
    to: str = ""
    """Address, or list with commas, for pages that go straight to the channel and not to a
    person."""
    starttls: StartTls | bool | None = None
    """`offered`: TLS where the server has it, even if its certificate cannot be verified (a warning
    says so once); `required`: TLS with a certificate that holds, or no mail; `never`. Absent:
    `offered`, and `required` with a password for another machine. true and false are older names of
    `required` and `never`."""
    ca: Secret | None = None
    """Certificates (PEM) of the authorities that may have signed the server's, in place of the
    system's."""
    hello: str = ""
    """The name that we give in EHLO. Absent: the host's, if it is a full one, else the address."""
    username: str = ""
    """Name for the log-in at the mail server. Unset: no log-in."""
    password: Secret | None = None
    """Password for the log-in. It is never sent without TLS, except on this machine."""
    timeout: str = "15m"
    """How long an attempt may take in all; at most 30m. A mail that takes longer than 8 s is not
    waited for: the next contact is tried beside it."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        parts = urlsplit(self.smtp)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("smtp must be smtp://host[:port] or smtps://host[:port]")
        if "@" in parts.netloc:
            raise ValueError("smtp must hold no password: use username and password_file")
        if not address_of(self.sender):
            raise ValueError("from must be an address such as triaged@example.org")
        attempt_s(self.timeout, TIMEOUT_MAX_S)
        if self.hello and not _HELLO.fullmatch(self.hello):
            raise ValueError("hello must be a full host name, or an address such as [192.0.2.1]")
        if (self.password is None) != (not self.username):
            raise ValueError("username and password go together")
        if self.password is not None and not self.private and self.encryption != "required":
            raise ValueError("a password needs TLS: leave starttls out, or use smtps://")

    @property
    def encryption(self) -> StartTls:
        """What is asked of STARTTLS."""
        match self.starttls:
            case None:
                secret = self.password is not None and not self.private
                return "required" if secret else "offered"
            case bool(wanted):
                return "required" if wanted else "never"
            case named:
                return named

    @property
    def private(self) -> bool:
        """True if the mail stays on this machine, or the whole connection is TLS."""
        return self.smtp.startswith("smtps:") or is_here(urlsplit(self.smtp).hostname or "")


def is_here(host: str) -> bool:
    """True if `host` is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(text: str) -> str:
    """`a@b` of `Name <a@b>`; empty when there is none or it holds what no header may."""
    address = parseaddr(text)[1]
    return address if text.isprintable() and is_plain(address) else ""


def is_plain(address: str) -> bool:
    """True if every mail server accepts the address (not all know SMTPUTF8)."""
    return "@" in address and address.isascii() and " " not in address


def addresses_of(text: str) -> tuple[str, ...]:
    """Every address of a list with commas; empty when one of them is none."""
    if not text.isprintable():
        return ()
    found = tuple(address for _, address in getaddresses([text]))
    good = all(is_plain(address) for address in found)
    return found if good and len(found) <= RECIPIENTS_MAX else ()


def own_address(settings: Settings) -> str:
    """The `to` of the channel: pages that go straight to it are sent there."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> Mail:
    """The mail of a notice; `Malformed` when there is nobody to send it to."""
    to = notice.contact.to if notice.contact else settings.to
    recipients = addresses_of(to)
    left = tuple(one for one in recipients if one in notice.page.addresses)
    recipients = left or recipients  # a contact that has been changed since gets it whole
    if not recipients:
        whom = notice.page.recipient
        raise Malformed("no_address", f"{whom.person or 'channel'}/{whom.contact} has no address")
    return envelope(settings, recipients, message(notice, settings, at, recipients))


def probe(settings: Settings) -> Mail:
    """A conversation up to the log-in: who is asked to take a mail might take one."""
    return replace(envelope(settings, (), b""), timeout_s=PROBE_S)


def envelope(settings: Settings, recipients: tuple[str, ...], content: bytes) -> Mail:
    """The mail with what the channel says of its server."""
    server = urlsplit(settings.smtp)
    return Mail(
        host=server.hostname or "",
        port=server.port or PORTS[server.scheme],
        sender=address_of(settings.sender),
        recipients=recipients,
        message=content,
        tls=server.scheme == "smtps",
        starttls=settings.encryption,
        ca=settings.ca.reveal() if settings.ca else "",
        hello=settings.hello,
        username=settings.username,
        password=settings.password,
        timeout_s=attempt_s(settings.timeout, TIMEOUT_MAX_S),
    )


def message(notice: Notice, settings: Settings, at: int, recipients: tuple[str, ...]) -> bytes:
    """The mail as bytes: headers first, then plain text and HTML, lines ending in CRLF."""
    domain = address_of(settings.sender).rpartition("@")[2]
    root = f"<{notice.incident.id}.{notice.incident.opened_at}@{domain}>"
    sender = mailbox(parseaddr(settings.sender)[0], address_of(settings.sender))
    fields = [
        address_field("From", sender),
        address_field("To", ", ".join(recipients)),
        field("Subject", notice.thread_subject()),
        field("Date", format_datetime(_EPOCH + timedelta(microseconds=at))),
        field("Message-ID", message_id(notice.page.id, domain)),
        field("In-Reply-To", root),
        field("References", root),
        field("Auto-Submitted", "auto-generated"),
        field("X-Auto-Response-Suppress", "All"),
    ]
    if notice.is_page and notice.page.urgency == "page":
        fields.append(field("Importance", "high"))
    if notice.reply_to:
        fields.append(address_field("Reply-To", notice.reply_to))
    body = EmailMessage(policy=SEVEN_BITS)
    letter = notice.letter(at)
    if letter is not None and notice.reply_to:
        letter = replace(letter, foot=(REPLY, *letter.foot))
    body.set_content(notice.text(at) if letter is None else plain(letter))
    if letter is not None:
        body.add_alternative(mail_html(letter), subtype="html")
        body.set_boundary(f"=_{hashlib.sha256(notice.page.id.encode()).hexdigest()[:32]}")
    return b"".join(fields) + body.as_bytes()


def message_id(page_id: str, domain: str) -> str:
    """The same for each attempt at a page, so that a mail server can drop a second copy.

    It must not need folding, because some servers do not read a folded one: a hash replaces it.
    """
    left = quote(page_id, safe="/", errors="replace").replace(".", "%2E")
    if not left or len(f"Message-ID: <{left}@{domain}>") > LINE_MAX:
        left = hashlib.sha256(left.encode()).hexdigest()[:32]
    return f"<{left}@{domain}>"


def verdict(result: Result) -> Verdict:
    """2xx is delivered, if only to some; 5xx is a refusal; the rest may work later."""
    match result:
        case MailResult():
            return verdict_of_reply(result)
        case NoAnswer():
            return verdict_without_answer(result)
        case _:
            return Refused(f"not an outcome of a mail: {type(result).__name__}")


def verdict_of_reply(result: MailResult) -> Verdict:
    """The verdict on the server's last reply and its replies to each recipient."""
    said = clean(result.text, ERROR_MAX)
    put_off = tuple(to for to, (code, _) in result.refused.items() if not 500 <= code < 600)
    refused = tuple(
        (to, f"SMTP {code} {clean(text, ERROR_MAX)}".rstrip())
        for to, (code, text) in result.refused.items()
        if 500 <= code < 600
    )
    if 200 <= result.code < 300:
        return Delivered(said, put_off, refused)
    error = f"SMTP {result.code} {said}".rstrip()
    if 500 <= result.code < 600:
        return Refused(error)
    if result.stage is MailStage.RCPT:
        return TryAgain(error, scope=scope_of(result), put_off=put_off, refused=refused)
    return TryAgain(error, scope=scope_of(result))


def scope_of(result: MailResult) -> Scope:
    """The party of a temporary refusal: a server that refuses one recipient works."""
    if result.stage not in OF_RECIPIENTS:
        return Scope.PROVIDER
    return Scope.UNCERTAIN if result.code == CLOSING else Scope.RECIPIENT
