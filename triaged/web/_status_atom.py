"""The feed of the status page, one entry for each incident: RFC 4287.

An entry keeps its id and its `updated` moves, so that a reader shows one item that evolves.
https://www.rfc-editor.org/rfc/rfc4287
"""

from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from triaged.core.practice.status.public_page import PublicPage, Shown
from triaged.core.records.practice.status import Maintenance, Post
from triaged.core.text.public_post import flowing, headline, word
from triaged.web._status_json import address
from triaged.wire import instant_text

ENTRIES_MAX = 50
ATOM = "http://www.w3.org/2005/Atom"
TAG_SINCE = "2026"
"""The year in our `tag:` URIs: https://www.rfc-editor.org/rfc/rfc4151. It never changes."""

register_namespace("", ATOM)


def atom(shown: PublicPage, own: str) -> bytes:
    """The feed; `own` is its address."""
    feed = Element(f"{{{ATOM}}}feed")
    if shown.page.language:
        feed.set("{http://www.w3.org/XML/1998/namespace}lang", shown.page.language)
    entries = sorted(shown.threads, key=lambda one: (-one.row.updated_at, one.row.id))
    entries = entries[:ENTRIES_MAX]
    newest = max((one.row.updated_at for one in entries), default=_EPOCH_US)
    _text(feed, "id", tag(shown, ""))
    _text(feed, "title", shown.page.name)
    _text(feed, "updated", instant_text(newest))
    _link(feed, "self", own, "application/atom+xml")
    _link(feed, "alternate", shown.page.url, "text/html")
    author = SubElement(feed, f"{{{ATOM}}}author")
    _text(author, "name", shown.page.name)
    for one in entries:
        _entry(feed, shown, one)
    found: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return found


def tag(shown: PublicPage, identity: str) -> str:
    """A `tag:` URI of the feed, or of an entry; it depends on the host of the page alone."""
    host = urlsplit(shown.page.url).hostname or "localhost"
    return f"tag:{host},{TAG_SINCE}:status{'/' if identity else ''}{identity}"


def _entry(feed: Element, shown: PublicPage, one: Shown) -> None:
    row = one.row
    entry = SubElement(feed, f"{{{ATOM}}}entry")
    _text(entry, "id", tag(shown, row.id))
    _text(entry, "title", f"{word(row.status)}: {row.title}")
    _text(entry, "published", instant_text(row.created_at))
    _text(entry, "updated", instant_text(row.updated_at))
    _link(entry, "alternate", address(shown, row.id), "text/html")
    content = _text(entry, "content", content_html(shown, one))
    content.set("type", "html")


def content_html(shown: PublicPage, one: Shown) -> str:
    """All posts, the newest first, as HTML; every text of a person is escaped."""
    parts = [_post_html(shown, post) for post in one.posts]
    row = one.row
    if isinstance(row, Maintenance):
        clock = shown.clock
        until = clock.time_beside(row.ends_at, row.starts_at)
        parts.insert(
            0, f"<p>{escape(clock.time_beside(row.starts_at, None))} to {escape(until)}</p>"
        )
        parts += [] if one.posts else [_paragraphs(row.body)]
    return "".join(parts)


def _post_html(shown: PublicPage, post: Post) -> str:
    clock, at = shown.clock, post.published_at or post.drafted_at
    lines = [f"Posted: {clock.time_beside(at, None)}"]
    if post.next_update_at is not None:
        lines.append(f"Next update: {clock.time_beside(post.next_update_at, at)}")
    tail = "<br>".join(escape(line) for line in lines)
    return f"<p><b>{escape(headline(post))}</b></p>{_paragraphs(post.body)}<p>{tail}</p>"


def _paragraphs(body: str) -> str:
    parts = flowing(body).split("\n\n")
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts)


def _text(parent: Element, name: str, text: str) -> Element:
    found = SubElement(parent, f"{{{ATOM}}}{name}")
    found.text = text
    return found


def _link(parent: Element, rel: str, address: str, kind: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": address, "type": kind})


_EPOCH_US = (datetime(2026, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
    microseconds=1
)
"""`updated` of a feed without entries: the same at each rendering."""
