"""The feed: RFC 4287, read by the strict parser of the standard library."""

from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]  # it has none
import pytest
from msgspec.structs import replace

from tests.web.status_world import INCIDENT, NOW, PAGE, POST, shown
from triaged.core.practice.status.public_page import PageRows, ShownIncident, public_page
from triaged.core.time.durations import MINUTE
from triaged.web._status_atom import ENTRIES_MAX, atom

OWN = "https://status.larkspur.example/history.atom"
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def read(body: bytes) -> ElementTree.Element:
    """The feed, parsed."""
    return ElementTree.fromstring(body)


def text_of(node: ElementTree.Element, path: str) -> str:
    """The text of a part that must be there."""
    found = node.find(path, NAMES)
    assert found is not None, path
    return found.text or ""


def test_a_feed_has_everything_that_the_standard_requires() -> None:
    feed = read(atom(shown(), OWN))

    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert text_of(feed, "a:id") == "tag:status.larkspur.example,2026:status"
    assert text_of(feed, "a:title") == "Larkspur status"
    assert text_of(feed, "a:updated") == "2026-06-04T19:45:00.000000Z"
    assert text_of(feed, "a:author/a:name")
    links = {one.get("rel"): one.get("href") for one in feed.findall("a:link", NAMES)}
    assert links == {"self": OWN, "alternate": "https://status.larkspur.example"}
    for entry in feed.findall("a:entry", NAMES):
        for part in ("a:id", "a:title", "a:updated", "a:published", "a:content"):
            assert text_of(entry, part)
        assert entry.find("a:link[@rel='alternate']", NAMES) is not None


def test_an_incident_is_one_entry_whose_id_stays_and_whose_date_moves() -> None:
    first = read(atom(shown(), OWN)).findall("a:entry", NAMES)[0]
    page = shown()
    later = replace(INCIDENT, updated_at=NOW + MINUTE)
    post = replace(POST, id="p3", body="It is the <database>.", published_at=NOW + MINUTE)
    moved = replace(page, incidents=(ShownIncident(later, (post, POST)), *page.incidents[1:]))

    second = read(atom(moved, OWN)).findall("a:entry", NAMES)[0]

    assert text_of(first, "a:id") == text_of(second, "a:id")
    assert text_of(first, "a:updated") < text_of(second, "a:updated")
    content = text_of(second, "a:content")
    assert content.index("It is the &lt;database&gt;.") < content.index("We are investigating")
    assert "Posted: 4 Jun, 3:45 PM EDT<br>Next update: 4:15 PM EDT" in content


def test_a_feed_reader_reads_it_without_complaint() -> None:
    read_by_another = feedparser.parse(atom(shown(), OWN))

    assert not read_by_another.bozo
    assert read_by_another.version == "atom10"
    assert read_by_another.feed.title == "Larkspur status"
    first = read_by_another.entries[0]
    assert first.title == "Investigating: Checkout Issues"
    assert first.link == "https://status.larkspur.example/incidents/i00000000001"
    assert "may experience errors" in first.content[0].value


def test_maintenance_says_when() -> None:
    entries = read(atom(shown(), OWN)).findall("a:entry", NAMES)
    content = [text_of(one, "a:content") for one in entries]

    assert any("6 Jun, 3:46 PM EDT to 4:46 PM EDT" in one for one in content)


def test_there_are_fifty_entries_at_most() -> None:
    incidents = {
        f"i{n}": replace(INCIDENT, id=f"i{n}", updated_at=NOW - n) for n in range(ENTRIES_MAX + 20)
    }
    page = public_page(PAGE, PageRows(incidents=incidents, posts={POST.id: POST}), NOW)

    assert len(read(atom(page, OWN)).findall("a:entry", NAMES)) == ENTRIES_MAX


def test_an_empty_feed_is_the_same_at_each_rendering() -> None:
    pages = [public_page(PAGE, PageRows(), at) for at in (NOW, NOW + MINUTE)]

    assert atom(pages[0], OWN) == atom(pages[1], OWN)


@pytest.mark.parametrize("title", ["<b>&amp;</b>", "Ümläut & Söhne", "]]>"])
def test_any_title_is_well_formed(title: str) -> None:
    page = shown()
    named = replace(page, incidents=(ShownIncident(replace(INCIDENT, title=title), (POST,)),))

    entry = read(atom(named, OWN)).findall("a:entry", NAMES)[0]

    assert text_of(entry, "a:title") == f"Investigating: {title}"
