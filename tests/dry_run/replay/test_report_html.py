"""The report as a page."""

from html.parser import HTMLParser

from tests.dry_run.replay.test_report import HOSTILE, report
from triaged.dry_run.replay.report_html import html

TAGS = (
    {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
    | {"svg", "text", "span", "rect"}
)


class Tags(HTMLParser):
    """The elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it; nothing runs and nothing is loaded."""
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


def test_text_of_strangers_is_text_in_the_page() -> None:
    page = html(report(HOSTILE))

    assert Tags(page).seen == TAGS
    assert "&lt;script&gt;" in page


def test_charts_show_hours_and_people_in_light_and_dark() -> None:
    page = html(report())

    assert page.count("<svg") == 3  # hours, alice, bob
    assert "alice: 4 → 8" in page
    assert "prefers-color-scheme:dark" in page
    assert "width=device-width" in page
