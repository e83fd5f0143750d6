"""Mails to subscribers: one for each of them, with the headers that let a mail client leave.

One-click unsubscribe: https://www.rfc-editor.org/rfc/rfc8058; List-Id:
https://www.rfc-editor.org/rfc/rfc2919; Auto-Submitted: https://www.rfc-editor.org/rfc/rfc3834
"""

import hashlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

import msgspec

from triaged.channels import Mail
from triaged.channels.common.headers import address_field, field, mailbox
from triaged.channels.email import SEVEN_BITS, Settings, address_of, envelope, message_id

ATTEMPT_S = 60.0
"""Time limit of a mail to a subscriber, who does not wait for it as somebody who is paged does."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SubscriberMail(msgspec.Struct, frozen=True):
    """A mail to one subscriber."""

    id: str
    """Identity of the request: the Message-ID is the same for each attempt."""
    to: str
    subject: str
    text: str
    sender: str
    """Address, perhaps with a name; empty: that of the channel."""
    page_name: str
    page_url: str
    unsubscribe: str = ""
    """The link of the subscriber; empty: a transactional mail, such as the one to confirm."""
    subscriber: str = ""
    thread: str = ""
    """What mails of one incident have in common; empty: it stands alone."""


def subscriber_mail(mail: SubscriberMail, settings: Settings, at: int) -> Mail:
    """The mail with what the channel says of its server."""
    written = mail.sender or settings.sender
    sender = address_of(written)
    content = b"".join(_fields(mail, written, at)) + _body(mail.text)
    made = envelope(settings, (mail.to,), content)
    return msgspec.structs.replace(made, sender=sender, timeout_s=ATTEMPT_S)


def _body(text: str) -> bytes:
    body = EmailMessage(policy=SEVEN_BITS)
    body.set_content(text)
    return body.as_bytes()


def _fields(mail: SubscriberMail, written: str, at: int) -> list[bytes]:
    sender = address_of(written)
    domain = sender.rpartition("@")[2]
    fields = [
        address_field("From", mailbox(parseaddr(written)[0] or mail.page_name, sender)),
        address_field("To", mail.to),
        field("Subject", mail.subject),
        field("Date", format_datetime(_EPOCH + timedelta(microseconds=at))),
        address_field("Message-ID", message_id(short(mail.id), domain)),
        field("Auto-Submitted", "auto-generated"),
        field("X-Auto-Response-Suppress", "All"),
    ]
    if mail.thread:
        root = f"<{mail.thread}@{domain}>"
        fields += [address_field("In-Reply-To", root), address_field("References", root)]
    if mail.unsubscribe:
        subject = quote(f"unsubscribe {mail.subscriber}")
        leave = f"<{mail.unsubscribe}>, <mailto:{sender}?subject={subject}>"
        list_id = urlsplit(mail.page_url).hostname or domain
        fields += [
            address_field("List-Unsubscribe", leave),
            address_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            address_field("List-Id", f"<status.{list_id}>"),
            address_field("Precedence", "bulk"),
        ]
    return fields


def short(identity: str) -> str:
    """An identity that fits a Message-ID without folding."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
