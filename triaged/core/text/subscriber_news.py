"""What subscribers read of a post, of planned maintenance, and before they confirm.

Plain text: the form of the post, and below it the way out.
"""

from collections.abc import Iterator, Mapping

import msgspec

from triaged.core.records.practice.status import (
    ComponentStatus,
    Maintenance,
    Post,
    PublicIncident,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.text.public_post import PageClock, headline, post_text, word
from triaged.wire import instant_text, instant_text_or_none


class News(msgspec.Struct, frozen=True):
    """A post, or a reminder of maintenance, on its way to subscribers."""

    page: StatusPage
    thread: PublicIncident | Maintenance
    post: Post | None
    """None: a reminder."""
    at: int

    @property
    def clock(self) -> PageClock:
        """How the page tells the time."""
        return PageClock(self.page.timezone, self.page.clock)

    @property
    def address(self) -> str:
        """Where the public reads the thread."""
        return f"{self.page.url}/incidents/{self.thread.id}"

    @property
    def subject(self) -> str:
        """One line, the name of the page first."""
        if self.post is not None:
            return f"[{self.page.name}] {headline(self.post)}"
        return f"[{self.page.name}] Reminder: {self.thread.title}"


class Links(msgspec.Struct, frozen=True):
    """The addresses that a subscriber is given."""

    manage: str = ""
    """The page of the subscription; the same address takes the one-click POST."""
    confirm: str = ""


def news_text(news: News, links: Links) -> str:
    """The whole mail."""
    return "\n".join([*_news_lines(news), "", *_foot(news.page, links)]) + "\n"


def _news_lines(news: News) -> Iterator[str]:
    thread, clock = news.thread, news.clock
    if news.post is not None:
        yield post_text(news.post, clock, news.at)
    else:
        yield f"Reminder: {thread.title}"
    if isinstance(thread, Maintenance):
        until = clock.time_beside(thread.ends_at, thread.starts_at)
        yield f"When: {clock.time_beside(thread.starts_at, None)} to {until}"
        if news.post is None:
            yield thread.body
    if affected := ", ".join(affected_words(news)):
        yield f"Affected: {affected}"
    yield ""
    yield f"All updates: {news.address}"


def affected_words(news: News) -> Iterator[str]:
    """`Checkout (partial outage)`, for each component that the post sets or the thread concerns."""
    changed: Mapping[str, ComponentStatus] = news.post.components if news.post else {}
    for key in dict.fromkeys((*changed, *news.thread.components)):
        part = news.page.component(key)
        if part is not None and key in changed:
            yield f"{part.name} ({changed[key].replace('_', ' ')})"
        elif part is not None:
            yield part.name


def _foot(page: StatusPage, links: Links) -> Iterator[str]:
    yield "-- "
    yield f"You get this because you subscribed to {page.name}."
    yield f"Unsubscribe, or choose what you get: {links.manage}"


def confirm_subject(page: StatusPage) -> str:
    """The subject of the mail that asks to confirm."""
    return f"[{page.name}] Confirm your subscription"


def confirm_text(page: StatusPage, links: Links) -> str:
    """The mail that asks to confirm; to somebody who is subscribed it says so."""
    if not links.confirm:
        lines = [
            f"Somebody, probably you, asked for mails about {page.name} to this address.",
            "You are subscribed already; nothing has changed.",
            "",
            f"Unsubscribe, or choose what you get: {links.manage}",
        ]
    else:
        lines = [
            f"Somebody, probably you, asked for mails about {page.name}.",
            "To get them, open this page and press the button within 24 hours:",
            "",
            f"  {links.confirm}",
            "",
            "If it was not you, do nothing: you get no further mail, and the",
            "address is deleted after 48 hours.",
        ]
    if page.contact:
        lines += ["", f"Questions: {page.contact}"]
    return "\n".join(lines) + "\n"


def hook_body(news: News) -> dict[str, object]:
    """What a webhook gets."""
    thread, post = news.thread, news.post
    found: dict[str, object] = {
        "type": "reminder" if post is None else "post",
        "page": {"name": news.page.name, "url": news.page.url},
        "id": thread.id,
        "title": thread.title,
        "status": thread.status if post is None else post.status,
        "status_text": word(thread.status if post is None else post.status),
        "url": news.address,
        "affected": list(affected_words(news)),
    }
    if post is not None:
        found["post"] = {
            "id": post.id,
            "body": post.body,
            "posted_at": instant_text_or_none(post.published_at),
            "next_update_at": instant_text_or_none(post.next_update_at),
            "text": post_text(post, news.clock, news.at),
        }
    if isinstance(thread, Maintenance):
        found["scheduled_for"] = instant_text(thread.starts_at)
        found["scheduled_until"] = instant_text(thread.ends_at)
    else:
        found["impact"] = thread.impact
    return found
