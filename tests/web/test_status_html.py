"""The pages as HTML: what they say, that they are well formed, that nothing of strangers runs."""

import gzip
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from tests.web.status_world import BACK, INCIDENT, LINKS, NOW, PAGE, POST, shown
from triaged.core.practice.status.public_page import PublicPage, ShownIncident
from triaged.core.practice.status.status_derivation import Indicator
from triaged.core.records.practice.status import ComponentStatus, Impact, Revision
from triaged.core.records.practice.status_settings import PageComponent
from triaged.core.time.durations import MINUTE
from triaged.web._status_html import (
    affected,
    history_html,
    incident_html,
    page_html,
    percent,
)

EVIL = "<script>alert(1)</script>\"'>"
VOID = {"meta", "link", "br", "input"}
GZIP_MAX = 30 * 1024


class Outline(HTMLParser):
    """Elements that stay open, headings, ids, labelled controls: what an inspector asks first."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        named = dict(attrs)
        self.tags.append((tag, named))
        if tag not in VOID and tag not in ("path", "circle"):
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if named.get("aria-labelledby"):
            self.refers.append(str(named["aria-labelledby"]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element, which must be the last one opened."""
        assert self.open, tag
        assert self.open.pop() == tag


def pages(page: PublicPage) -> list[str]:
    """Every page of it."""
    return [
        page_html(page, LINKS),
        history_html(page, LINKS),
        *(incident_html(page, one, LINKS) for one in page.threads),
    ]


@pytest.mark.parametrize("trouble", [True, False])
def test_every_page_is_well_formed(*, trouble: bool) -> None:
    for text in pages(shown(trouble=trouble)):
        outline = Outline(text)

        assert text.startswith('<!doctype html>\n<html lang="en">')
        assert outline.open == []
        assert outline.headings.count(1) == 1
        steps = zip(outline.headings, outline.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps)
        assert len(outline.ids) == len(set(outline.ids))
        assert set(outline.refers) <= set(outline.ids)
        names = [tag for tag, _ in outline.tags]
        assert [names.count(one) for one in ("header", "main", "footer")] == [1, 1, 1]
        assert text.count("<title>") < 10, "the document's, and those of days with trouble"


@pytest.mark.parametrize("trouble", [True, False])
def test_no_page_runs_or_loads_anything(*, trouble: bool) -> None:
    for text in pages(shown(trouble=trouble)):
        names = [tag for tag, _ in Outline(text).tags]

        assert not {"script", "img", "iframe", "object", "video"} & set(names)
        assert "url(" not in text
        assert not re.search(r"\son\w+=", text)
        assert "http-equiv" not in text
        sources = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert all(
            one.startswith(("/status", "#", "data:,", "https://larkspur")) for one in sources
        )


def test_the_page_is_small() -> None:
    keys = [f"c{number}" for number in range(30)]
    many = replace(PAGE, components=tuple(PageComponent(key, f"Part {key}") for key in keys))

    assert len(gzip.compress(page_html(shown(page=many), LINKS).encode())) < GZIP_MAX


def test_an_open_incident_comes_first_in_the_documents_form() -> None:
    text = page_html(shown(), LINKS)

    assert "<title>Partial System Outage · Larkspur status</title>" in text
    assert "<h3>Investigating: Checkout Issues</h3>" in text
    assert "Some customers may experience errors" in text
    assert (
        'Posted: <time datetime="2026-06-04T19:45:00Z">3:45 PM EDT</time><br>'
        'Next update: <time datetime="2026-06-04T20:15:00Z">4:15 PM EDT</time>'
    ) in text
    assert "Checkout is affected since" in text
    assert 'href="/status/incidents/i00000000001"' in text


def test_states_are_words_and_days_are_told_in_a_sentence() -> None:
    text = page_html(shown(), LINKS)

    assert re.search(r'hollow"></span>Partial outage', text)
    assert "Payments, last 90 days: 15 May: major outage, 41 min" in text
    assert "Order tracking, last 90 days: no incident" in text
    assert 'type="application/atom+xml"' in text


def test_what_people_wrote_is_escaped_everywhere() -> None:
    post = replace(POST, title=EVIL, body=EVIL)
    evil = replace(
        shown(),
        page=replace(PAGE, name=EVIL, contact=EVIL, links={EVIL: "https://larkspur.example/"}),
        incidents=(ShownIncident(replace(INCIDENT, title=EVIL), (post,)),),
    )

    for text in pages(evil):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_an_edited_post_says_so() -> None:
    edited = replace(POST, revisions=(Revision("x", "y", NOW, "carol"),))
    one = ShownIncident(INCIDENT, (edited,))

    assert "Edited: <time" in incident_html(shown(), one, LINKS)


def test_what_is_over_promises_nothing() -> None:
    over = ShownIncident(replace(INCIDENT, status=BACK.status), (POST,))

    assert "Next update" not in incident_html(shown(), over, LINKS)
    assert "Next update" in incident_html(shown(), ShownIncident(INCIDENT, (POST,)), LINKS)


def test_what_was_set_automatically_is_marked() -> None:
    page = shown()
    parts = tuple(
        replace(one, automatic=one.of.key == "checkout", status=ComponentStatus.MAJOR_OUTAGE)
        for one in page.components
    )
    page = replace(
        page, components=parts, indicator=Indicator(Impact.CRITICAL, "Major System Outage")
    )

    text = page_html(page, LINKS)

    assert text.count("(automatically reported)") == 1
    found = affected(page)
    assert found is not None
    assert found.names.endswith("Customer e-mail and Partner API")


def test_groups_have_a_heading_and_the_uptime_its_formula() -> None:
    parts = tuple(replace(one, group="Shop") for one in PAGE.components)
    text = page_html(shown(page=replace(PAGE, components=parts, uptime=True)), LINKS)

    assert '<h3 class="soft">Shop</h3>' in text
    assert "<h4>Search</h4>" in text
    assert "Uptime = 1 - (minutes of major outage + 0.3" in text
    assert "100.00 % uptime" in text
    assert percent(0.99999) == "99.99 %"


def test_without_mails_there_is_no_form() -> None:
    text = page_html(shown(), replace(LINKS, subscribe=""))

    assert "<form" not in text
    assert "Get updates" in text


def test_the_history_is_by_month() -> None:
    text = history_html(shown(), LINKS)

    assert text.index("<h2>June 2026</h2>") < text.index("<h2>May 2026</h2>")
    assert "Delayed payment confirmations" in text
    assert POST.drafted_at + MINUTE < NOW
