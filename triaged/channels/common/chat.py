"""What messengers have in common: where a message goes, its parts, and cutting it to size."""

import re
from urllib.parse import urlsplit

from triaged.channels import Notice
from triaged.errors import Malformed
from triaged.wire import MISSING_SECRET, Secret

ELLIPSIS = "…"


def destination(notice: Notice, own: str, pattern: re.Pattern[str]) -> str:
    """The contact's address, or the channel's own.

    Raises `Malformed` where there is none, or where it is not as the pattern says.
    """
    to = notice.contact.to if notice.contact is not None and notice.contact.to else own
    if not pattern.fullmatch(to):
        whom = notice.page.recipient
        lacks = "cannot be reached at what its `to` says" if to else "has no address"
        raise Malformed("no_address", f"{whom.person or 'channel'}/{whom.contact} {lacks}")
    return to


def one_address(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The address that `text` is, as the pattern says; none otherwise."""
    return (text,) if pattern.fullmatch(text) else ()


def head_of(notice: Notice, at: int) -> str:
    """`SEV-1 checkout is down (INC-12)`, what a phone shows first."""
    letter = notice.letter(at)
    return notice.subject() if letter is None else letter.head


def check_url(url: str) -> None:
    """Refuse what is no address of a server. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("url must be http://… or https://… with a host")


def check_secret(secret: Secret | None, pattern: str, wanted: str) -> None:
    """Refuse a secret that cannot be right. Raises ValueError.

    Nothing is said of one whose file is not there: that is told by itself.
    """
    is_there = secret is not None and secret is not MISSING_SECRET
    if secret is not None and is_there and not re.match(pattern, secret.reveal()):
        raise ValueError(wanted)


HTTP_URL = r"https?://[^/\s]"
"""The beginning of an address of a server."""


def cut_bytes(text: str, most: int) -> str:
    """`text` in at most `most` bytes of UTF-8, no character cut in two."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    kept = raw[: most - len(ELLIPSIS.encode())].decode(errors="ignore")
    return kept + ELLIPSIS


def cut_utf16(text: str, most: int) -> str:
    """`text` in at most `most` units of UTF-16, no character cut in two."""
    raw = text.encode("utf-16-le")
    if len(raw) <= 2 * most:
        return text
    return raw[: 2 * (most - 1)].decode("utf-16-le", errors="ignore") + ELLIPSIS


def cut_counted(text: str, most: int) -> str:
    """`text` in at most `most` characters; of a longer one it says how much is left out."""
    if len(text) <= most:
        return text
    kept = most - len(f"{ELLIPSIS} {len(text)} more")
    return f"{text[:kept]}{ELLIPSIS} {len(text) - kept} more"


def cut(text: str, most: int) -> str:
    """`text` in at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS
