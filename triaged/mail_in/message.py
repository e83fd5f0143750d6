"""A mail as text: https://www.rfc-editor.org/rfc/rfc5322 and MIME.

The standard library takes a time that grows with the square of a structured field's length. So the
fields that are read are measured before anything is parsed.
"""

import email
import html
import re
from collections.abc import Mapping
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parseaddr
from hashlib import sha256

import msgspec
import nh3

from triaged.errors import Malformed

TEXT_MAX = 64 * 1024
"""Characters of a mail's text that are kept: a letter has some thousand."""

LINE_MAX = 1000
"""Characters of a subject, of an address, of a message's identity."""

FIELD_MAX = 1000
"""Bytes of a structured field: 80 ms where it is made to take long. Real ones have 300."""

FIELDS_MAX = 16 * 1024
"""Bytes of all such fields, those of the parts included."""

UNREADABLE = "unreadable_mail"
"""The reason of a mail whose fields are too long, or which is no mail."""

BULK = frozenset({"bulk", "junk", "list"})

_FIELD = re.compile(
    rb"^(content-[a-z-]+|from|subject|message-id|in-reply-to|auto-submitted|precedence)[ \t]*:"
    rb"([^\n]*\n?(?:[ \t][^\n]*\n?)*)",
    re.IGNORECASE | re.MULTILINE,
)


class Mail(msgspec.Struct, frozen=True):
    """The text of a mail and who wrote it, without attachments."""

    author: str
    """The address in `From`; the envelope's sender where there is none."""
    subject: str
    text: str
    """The plain text; without one that of the HTML."""
    message_id: str
    """The field `Message-ID`; empty: there is none."""
    in_reply_to: str
    digest: str
    """Names the mail: the same if its server delivers it twice."""
    is_automatic: bool
    """No human wrote it: an absence note, a bounce, a list, bulk mail."""


def read_mail(raw: bytes, sender: str) -> Mail:
    """The mail in `raw`, whose envelope names `sender` (empty: it is a bounce).

    Raises `Malformed` where its fields are too long, and whatever the parser raises.
    """
    _measure(raw)
    try:
        return _read(raw, sender)
    except RecursionError:
        raise Malformed(UNREADABLE, "its parts or comments are nested too deeply") from None


def _read(raw: bytes, sender: str) -> Mail:
    message = email.message_from_bytes(raw, policy=default)
    fields = {name.lower(): _line(value) for name, value in reversed([*message.raw_items()])}
    message_id = fields.get("message-id", "")
    named = message_id.encode() if message_id else raw
    return Mail(
        author=parseaddr(fields.get("from", ""))[1] or sender,
        subject=_line(message.get("Subject", "")),
        text=_text(message),
        message_id=message_id,
        in_reply_to=fields.get("in-reply-to", ""),
        digest=sha256(sender.encode("utf-8", "replace") + b"\0" + named).hexdigest(),
        is_automatic=not sender or _is_automatic(fields),
    )


def _measure(raw: bytes) -> None:
    total = 0
    for field in _FIELD.finditer(raw):
        size = len(field[2])
        total += size
        if size > FIELD_MAX or total > FIELDS_MAX:
            name = field[1].decode()
            raise Malformed(UNREADABLE, f"the fields of the mail are too long, at {name}")


def _is_automatic(fields: Mapping[str, str]) -> bool:
    submitted = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    is_bulk = fields.get("precedence", "").lower() in BULK
    is_list = "list-id" in fields or "list-unsubscribe" in fields
    is_answer_of_machine = "x-auto-response-suppress" in fields
    is_report = fields.get("content-type", "").lower().startswith("multipart/report")
    return submitted != "no" or is_bulk or is_list or is_report or is_answer_of_machine


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None or body.is_multipart():
        return ""
    content = _content(body)
    if body.get_content_subtype() == "html":
        content = html.unescape(nh3.clean(content, tags=set()))
    return _readable(content)[:TEXT_MAX].strip()


def _content(part: MIMEPart) -> str:
    """The text of a part; what is in no known encoding is read as UTF-8."""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _line(value: object) -> str:
    return " ".join(_readable(str(value)).split())[:LINE_MAX]


def _readable(text: str) -> str:
    """Without halves of characters: the parser leaves such where bytes are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
