"""`email`: plain text by SMTP, all mail of an incident in one thread.

Threading: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4; `Auto-Submitted`:
https://www.rfc-editor.org/rfc/rfc3834#section-5; replies:
https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1
"""

import hashlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, parseaddr
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import msgspec

from triaged.channels import (
    Mail,
    MailResult,
    NoAnswer,
    Notice,
    Result,
    attempt_s,
    verdict_without_answer,
)
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.text.wording import clean
from triaged.errors import Malformed
from triaged.wire import Secret

RECIPIENTS_MAX = 20
"""A contact is a person; more than a few addresses belong in a list of the mail server's."""

LINE_MAX = 78
"""Characters of a header line (RFC 5322, 2.1.1). A Message-ID must not need folding: some servers
do not read a folded one. A longer one is replaced by a hash."""

ERROR_MAX = 200
PORTS = {"smtp": 25, "smtps": 465}
SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""Not every server on the way has 8BITMIME."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of an email channel."""

    smtp: str
    """`smtp://host[:port]` (25) or `smtps://host[:port]` (465)."""
    sender: str = msgspec.field(name="from")
    """The address that mail comes from; replies go there."""
    to: str = ""
    """Who gets pages that go straight to the channel, not to a person."""
    starttls: bool | None = None
    """true: required; false: never. Absent: when offered, and never on this machine."""
    username: str = ""
    password: Secret | None = None
    """Never sent without TLS, except on this machine."""
    timeout: str = "10s"
    """How long an attempt may take; at most 10s."""

    def __post_init__(self) -> None:
        """Refuse at load what could never be sent."""
        parts = urlsplit(self.smtp)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("smtp must be smtp://host[:port] or smtps://host[:port]")
        if "@" in parts.netloc:
            raise ValueError("smtp must hold no password: use username and password_file")
        if not address_of(self.sender):
            raise ValueError("from must be an address such as triaged@example.org")
        attempt_s(self.timeout)
        if (self.password is None) != (not self.username):
            raise ValueError("username and password go together")
        if self.password is not None and self.starttls is False and not self.private:
            raise ValueError("a password needs TLS: leave starttls out, or use smtps://")

    @property
    def private(self) -> bool:
        """Whether nothing leaves this machine, or all of it is TLS."""
        return self.smtp.startswith("smtps:") or is_here(urlsplit(self.smtp).hostname or "")


def is_here(host: str) -> bool:
    """Whether `host` is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(text: str) -> str:
    """`a@b` of `Name <a@b>`; empty when there is none or it holds what no header may."""
    address = parseaddr(text)[1]
    return address if text.isprintable() and is_plain(address) else ""


def is_plain(address: str) -> bool:
    """Whether it is an address that every mail server takes (not all know SMTPUTF8)."""
    return "@" in address and address.isascii() and " " not in address


def addresses_of(text: str) -> tuple[str, ...]:
    """Every address of a list with commas; empty when one of them is none."""
    if not text.isprintable():
        return ()
    found = tuple(address for _, address in getaddresses([text]))
    good = all(is_plain(address) for address in found)
    return found if good and len(found) <= RECIPIENTS_MAX else ()


def request(notice: Notice, settings: Settings, at: int) -> Mail:
    """The mail of a notice; `Malformed` when there is nobody to send it to."""
    to = notice.contact.to if notice.contact else settings.to
    recipients = addresses_of(to)
    if not recipients:
        whom = notice.page.recipient
        raise Malformed("no_address", f"{whom.person or 'channel'}/{whom.contact} has no address")
    server = urlsplit(settings.smtp)
    host = server.hostname or ""
    starttls = settings.starttls
    if starttls is None and settings.private:
        starttls = False  # a mail server on this machine rarely has a certificate that holds
    elif starttls is None and settings.password is not None:
        starttls = True
    return Mail(
        host=host,
        port=server.port or PORTS[server.scheme],
        sender=address_of(settings.sender),
        recipients=recipients,
        message=message(notice, settings, at, recipients),
        tls=server.scheme == "smtps",
        starttls=starttls,
        username=settings.username,
        password=settings.password,
        timeout_s=attempt_s(settings.timeout),
    )


def message(notice: Notice, settings: Settings, at: int, recipients: tuple[str, ...]) -> bytes:
    """The mail as bytes: headers first, then plain text, lines ending in CRLF."""
    domain = address_of(settings.sender).rpartition("@")[2]
    root = f"<{notice.incident.id}.{notice.incident.opened_at}@{domain}>"
    mail = EmailMessage(policy=SEVEN_BITS)
    mail["From"] = settings.sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = notice.subject()
    mail["Date"] = format_datetime(_EPOCH + timedelta(microseconds=at))
    mail["Message-ID"] = message_id(notice.page.id, domain)
    mail["In-Reply-To"] = root
    mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if notice.is_page and notice.page.urgency == "page":
        mail["Importance"] = "high"
    mail.set_content(notice.text(at))
    return mail.as_bytes()


def message_id(page_id: str, domain: str) -> str:
    """The same for each attempt at a page, so that a mail server can drop a second copy."""
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
    """What the server's last reply means."""
    said = clean(result.text, ERROR_MAX)
    if 200 <= result.code < 300:
        missed = ", ".join(f"{address}: {code}" for address, (code, _) in result.refused.items())
        return Delivered(f"{said} (not to {clean(missed, ERROR_MAX)})" if missed else said)
    error = f"SMTP {result.code} {said}".rstrip()
    return Refused(error) if 500 <= result.code < 600 else TryAgain(error)
