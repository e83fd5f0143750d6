"""Markdown of people as HTML that runs nothing and asks nothing of other sites.

Two layers, so that a fault of one is none of the page's: markdown-it-py escapes all HTML of the
text (https://markdown-it-py.readthedocs.io), and nh3 lets through an allow list
(https://nh3.readthedocs.io). Images are shown only as `data:image/png`.
"""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from triaged.core.text.markdown import code_spans
from triaged.core.text.wording import link

TAGS = set(
    """
    h2 h3 h4 p br hr ul ol li table thead tbody tr th td a code pre em strong s blockquote img
    """.split()
)
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "data"}
PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}")
MAIL = re.compile(r"mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
TEXT_MAX = 100_000
"""Characters that are rendered: what a postmortem may hold. Longer texts are cut."""

NOWHERE = (1 << 62, 1 << 62)
"""The code span behind the last one."""

BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
"""Boxes of task lists as characters: a form's check box would promise that it can be ticked."""

_LEVELS = {"h1": "h2", "h2": "h3", "h3": "h4", "h5": "h4", "h6": "h4"}
"""The page has its own h1."""


def rendered(text: str) -> Markup:
    """The HTML of a Markdown text; what the allow list does not name is gone or shown as text."""
    html = nh3.clean(
        _markdown.render(text[:TEXT_MAX]),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        attribute_filter=_kept,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Markup(html)  # noqa: S704 - it has just been cleaned


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """The attribute's value; None: it is dropped."""
    match tag, attribute:
        case "img", "src":
            return value if PNG.fullmatch(value) else None
        case "a", "href":
            return value if MAIL.fullmatch(value) else link(value)
        case _:
            return value


def _without_comments(state: StateCore) -> None:
    """Take out comments, and paragraphs that hold nothing else; comments in code are code."""
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "inline" and "<!--" in token.content:
            token.content = _outside_comments(token.content).strip()
            if not token.content and kept[-1].type == "paragraph_open":
                kept.pop()
                continue
        elif token.type == "paragraph_close" and kept and not _is_open(kept):
            continue
        kept.append(token)
    state.tokens = kept


def _outside_comments(text: str) -> str:
    """The text without its comments; what looks like one in code is code."""
    spans = iter(code_spans(text))
    start, stop = next(spans, NOWHERE)
    kept = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0:
        while stop <= begin and (start, stop) != NOWHERE:
            start, stop = next(spans, NOWHERE)
        if at <= start < begin:
            kept.append(text[at:stop])
            at = stop
            continue
        end = text.find("-->", begin)
        if end < 0:
            break
        kept.append(text[at:begin])
        at = end + len("-->")
    return "".join((*kept, text[at:]))


def _is_open(tokens: Sequence[Token]) -> bool:
    """Whether the last paragraph has content, and waits for its end."""
    return tokens[-1].type == "inline"


def _tidy(state: StateCore) -> None:
    """Shift headings below that of the page, and show boxes as characters."""
    for index, token in enumerate(state.tokens):
        token.tag = _LEVELS.get(token.tag, token.tag)
        if token.type == "inline":
            _show_box(state.tokens[max(index - 2, 0) : index], token)


def _show_box(before: Sequence[Token], inline: Token) -> None:
    opened = [token.type for token in before]
    first = inline.children[0] if inline.children else None
    if opened == ["list_item_open", "paragraph_open"] and first is not None:
        box = BOXES.get(first.content[:4])
        if first.type == "text" and box is not None:
            first.content = box + first.content[4:]


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
_markdown.core.ruler.after("block", "comments", _without_comments)
_markdown.core.ruler.push("tidy", _tidy)
