"""Markdown of people is shown without anything that runs, leads astray or asks another site."""

from html.parser import HTMLParser
from time import perf_counter

import pytest

from triaged.core.text.wording import link
from triaged.web._markdown import ATTRIBUTES, PNG, TAGS, rendered


class Shape(HTMLParser):
    """The elements and attributes of a document, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](https://good.example@evil.example)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    '![x](data:image/png;base64,AAAA" onerror="alert(1))',
    "![x](https://evil.example/pixel.png)",
    "![x](/api/v1/incidents)",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>`</code><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input></form>",
    "| a |\n| - |\n| <script>alert(1)</script> |",
    '=HYPERLINK("https://evil.example")',
    "../../etc/passwd",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<!-- a <script>alert(1)</script> -->",
    "**<b onclick=alert(1)>x</b>**",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_has_no_effect(text: str) -> None:
    shape = Shape(str(rendered(f"# Title\n\n{text}\n\nThe end.")))

    assert {tag for tag, _ in shape.elements} <= TAGS
    for tag, attributes in shape.elements:
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | {"rel"}
        href, source = attributes.get("href"), attributes.get("src")
        assert href is None or link(href) or href.startswith("mailto:")
        assert source is None or PNG.fullmatch(source)
    assert "The end." in shape.words


def test_links_tell_other_sites_nothing() -> None:
    html = str(rendered("[runbook](https://runbooks.example.org/a?b=c) <bob@example.org>"))

    assert html == (
        '<p><a href="https://runbooks.example.org/a?b=c" rel="noopener noreferrer nofollow">'
        'runbook</a> <a href="mailto:bob@example.org" rel="noopener noreferrer nofollow">'
        "bob@example.org</a></p>\n"
    )


def test_tasks_and_lines_of_the_timeline_look_as_they_were_written() -> None:
    html = str(rendered("15:23 - Alert\n15:25 - Ack\n\n- [ ] Fix: it\n- [x] done"))

    assert html == (
        "<p>15:23 - Alert<br>\n15:25 - Ack</p>\n<ul>\n<li>☐ Fix: it</li>\n<li>☑ done</li>\n</ul>\n"
    )


def test_prompts_are_not_shown_and_headings_stand_below_that_of_the_page() -> None:
    prompt = "<!-- write: `code`, *more* -->"
    html = str(rendered(f"# T\n## Summary\n{prompt}\n## Impact\nLittle. {prompt}\n\n`<!-- c -->`"))

    assert html == (
        "<h2>T</h2>\n<h3>Summary</h3>\n<h3>Impact</h3>\n<p>Little.</p>\n"
        "<p><code>&lt;!-- c --&gt;</code></p>\n"
    )


def test_image_in_the_text_itself_is_shown() -> None:
    html = str(rendered("![graph](data:image/png;base64,iVBORw0KGgo=)"))

    assert html == '<p><img src="data:image/png;base64,iVBORw0KGgo=" alt="graph"></p>\n'


@pytest.mark.parametrize(
    "text",
    [
        "> " * 30_000,
        "[" * 30_000,
        "*a_ " * 10_000,
        "- " * 20_000,
        "|a" * 20_000,
        "`a" * 9_000,
        "<!--" * 20_000,
        "`<!--" * 15_000,
        "`a`<!--" * 10_000,
        "".join("`" * number + "<!--" for number in range(1, 300)),
    ],
)
def test_hostile_structure_is_rendered_in_time(text: str) -> None:
    began = perf_counter()
    rendered(text)

    assert perf_counter() - began < 5
