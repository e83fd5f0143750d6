"""Templates that escape, and a content policy that runs nothing of strangers, for every page.

The style stands in the page, allowed by its hash: one request shows everything, also where the
network is bad. There is no script.
"""

import hashlib
from base64 import b64encode
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from triaged.http.answers import EVERYWHERE

FOLDER = Path(__file__).parent / "_templates"
STYLE = (FOLDER / "page.css").read_text(encoding="utf-8").replace("\n", "")
STATUS_STYLE = (FOLDER / "status.css").read_text(encoding="utf-8").replace("\n", "")


def _policy(style: str) -> str:
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


URL_SHOWN_MAX = 40
COMPRESSED_HERE_MAX = 65_536
"""Bytes that are compressed on the loop: all of a page, for that takes less than a millisecond."""

HEADERS = {
    **EVERYWHERE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _policy(STYLE),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
"""`same-origin`: with `no-referrer` a browser would send `Origin: null` with the form."""

STATUS_HEADERS = {name: value for name, value in HEADERS.items() if name != "X-Robots-Tag"} | {
    "Content-Security-Policy": _policy(STATUS_STYLE)
}
"""Headers of the status page: search engines may list it."""

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _short(url: str) -> str:
    """An address as it is shown: it leads where it says, and phones are narrow."""
    text = url.partition("://")[2].rstrip("/")
    return text if len(text) <= URL_SHOWN_MAX else f"{text[: URL_SHOWN_MAX - 1]}…"


_environment.filters["short"] = _short
_environment.globals["style"] = Markup(STYLE)  # noqa: S704 - our own file, no stranger's text
_environment.globals["status_style"] = Markup(STATUS_STYLE)  # noqa: S704 - likewise


def filled(template: str, **values: object) -> str:
    """The template filled in; every value is escaped."""
    return _environment.get_template(template).render(values)


def page(template: str, status: int = 200, **values: object) -> web.Response:
    """The template filled in; every value is escaped."""
    body = filled(template, **values)
    response = web.Response(
        body=body.encode(), status=status, headers=HEADERS, zlib_executor_size=COMPRESSED_HERE_MAX
    )
    response.enable_compression()  # what is secret about a page is its address, not its text
    return response
