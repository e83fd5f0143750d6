"""The public form of a post, as the founding document prints it, and the clock of the page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from triaged.core.records.practice.status import Post, PostStatus
from triaged.core.text.wording import zone_of

AMBIGUOUS = frozenset({"BST", "CDT", "CST", "IST", "PST"})
"""Abbreviations that several zones have, each with another offset: Britain and Bangladesh, the
central United States with China and Cuba, India with Ireland and Israel, the Pacific coast and the
Philippines. The offset stands beside them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTES = timedelta(minutes=1)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")
_LINES = re.compile(r"[ \t]*\n(?!\s*(?:[-*•]|\d+[.)]) )[ \t]*")


class PageClock(msgspec.Struct, frozen=True):
    """How the page tells the time."""

    timezone: str = "UTC"
    form: Literal["12h", "24h"] = "12h"

    def local(self, at: int) -> datetime:
        """The instant in the zone of the page."""
        return (_EPOCH + timedelta(microseconds=at)).astimezone(zone_of(self.timezone))

    def time(self, at: int) -> str:
        """`3:45 PM EDT`, or `15:45 EDT`; `3:45 PM IST (UTC+05:30)` where IST is ambiguous."""
        local = self.local(at)
        return f"{self._hours(local)} {zone_text(local)}"

    def time_beside(self, at: int, other: int | None) -> str:
        """The same, with the day before it unless that is the day of `other`."""
        local = self.local(at)
        if other is not None and self.local(other).date() == local.date():
            return self.time(at)
        return f"{self.day(at)}, {self.time(at)}"

    def day(self, at: int) -> str:
        """`4 Jun`."""
        local = self.local(at)
        return f"{local.day} {local:%b}"

    def day_of_year(self, at: int) -> str:
        """`4 June 2026`."""
        local = self.local(at)
        return f"{local.day} {local:%B} {local.year}"

    def zone(self, at: int) -> str:
        """`EDT (UTC-04:00)`: the zone at an instant, for the foot of the page."""
        local = self.local(at)
        name, offset = local.strftime("%Z"), offset_text(local)
        return offset if name[:1] in ("+", "-") or name == offset else f"{name} ({offset})"

    def _hours(self, local: datetime) -> str:
        if self.form == "24h":
            return f"{local:%H:%M}"
        return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def zone_text(local: datetime) -> str:
    """The abbreviation of the zone, with the offset where it does not tell it."""
    name = local.strftime("%Z")
    if name[:1] in ("+", "-"):  # zones without a name: America/Sao_Paulo is `-03`
        return offset_text(local)
    return f"{name} ({offset_text(local)})" if name in AMBIGUOUS else name


def offset_text(local: datetime) -> str:
    """`UTC+05:30`; `UTC` without an offset."""
    offset = local.utcoffset()
    minutes = 0 if offset is None else offset // _MINUTES
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def word(status: PostStatus) -> str:
    """`Investigating`, `In progress`."""
    return status.replace("_", " ").capitalize()


def headline(post: Post) -> str:
    """`Investigating: Checkout Issues`."""
    return f"{word(post.status)}: {post.title}"


def post_text(post: Post, clock: PageClock, now: int) -> str:
    """The post in the form of the founding document; a draft is shown as posted `now`."""
    posted_at = now if post.published_at is None else post.published_at
    lines = [headline(post), post.body, f"Posted: {clock.time(posted_at)}"]
    if post.next_update_at is not None:
        lines.append(f"Next update: {clock.time_beside(post.next_update_at, posted_at)}")
    return "\n".join(lines)


def flowing(body: str) -> str:
    """The body for a page: lines of a paragraph run on, those of a list stay."""
    paragraphs = _PARAGRAPHS.split(body)
    return "\n\n".join(_LINES.sub(" ", paragraph) for paragraph in paragraphs)
